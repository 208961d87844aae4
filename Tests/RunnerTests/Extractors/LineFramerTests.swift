import Testing

@testable import ModelContext

@Suite("A stream is cut into lines however it arrives")
struct LineFramerTests {
  @Test("Lines are the same whatever the pieces", arguments: 1...9)
  func pieces(_ size: Int) throws {
    let bytes = Array("eins\r\n\nzwei 🌿\ndr\rei\nrest".utf8)
    var framer = LineFramer(limitBytes: 100)
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += try framer.append(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["eins", "", "zwei 🌿", "dr\rei"])
  }

  @Test("A line may be as long as the limit and no longer, ended or not")
  func limit() throws {
    var framer = LineFramer(limitBytes: 4)
    #expect(try framer.append(Array("1234\n".utf8)).count == 1)
    #expect(try framer.append(Array("123".utf8)).isEmpty)
    #expect(throws: LineFramer.LineTooLong(limitBytes: 4)) { try framer.append(Array("45".utf8)) }
    var other = LineFramer(limitBytes: 4)
    #expect(throws: LineFramer.LineTooLong(limitBytes: 4)) { try other.append(Array("12345\n".utf8)) }
  }
}
