import StrictJSON
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("Reading stored JSON")
struct JSONTapeTests {
  private enum Colour: String, Codable { case red, green }

  /// Every kind of field that what we store has.
  private struct Sample: Codable, Hashable {
    struct Part: Codable, Hashable {
      var name: String
      var value: Double?
    }
    var flag: Bool
    var small: UInt8
    var large: Int64
    var largest: UInt64
    var fraction: Double
    var text: String
    var colour: Colour
    var absent: String?
    var parts: [Part]
    var nested: [[Int]]
    var named: [String: Int]
    var any: JSONValue

    static func random(_ random: inout SeededGenerator) -> Sample {
      Sample(
        flag: .random(using: &random), small: .random(in: 0 ... .max, using: &random),
        large: .random(in: JSONTapeDecoder.numbers, using: &random),
        largest: .random(in: 0...UInt64(JSONTapeDecoder.numbers.upperBound), using: &random),
        fraction: .random(in: -1e9...1e9, using: &random), text: text(&random),
        colour: .random(using: &random) ? .red : .green, absent: .random(using: &random) ? nil : "there",
        parts: (0..<3).map { Part(name: text(&random), value: $0 == 0 ? nil : Double($0) / 4) },
        nested: [[], [1], [2, 1 << 40]], named: ["a": 1, "é\n": -2, "b" + text(&random): 3],
        any: JSONRandomTests.value(depth: 3, using: &random).canonical)
    }

    private static func text(_ random: inout SeededGenerator) -> String {
      let pieces = [
        "", "a", "é", "\u{1f600}", "\n\t\u{1}\"\\/", "\u{0}", "\u{2028}", String(repeating: "x", count: 40),
      ]
      return (0..<3).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
  }

  private func told(_ text: String) -> String {
    do {
      return "\(try JSONTapeDecoder.decode(Sample.Part.self, from: Array(text.utf8)))"
    } catch DecodingError.typeMismatch(let type, let context) {
      return "\(type) at \(context.codingPath.map(\.stringValue)), \(context.debugDescription)"
    } catch DecodingError.keyNotFound(let key, _) {
      return "no \(key.stringValue)"
    } catch {
      return "no JSON"
    }
  }

  @Test("Values come back as Swift's own decoder reads them")
  func readsAsFoundationDoes() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let sample = Sample.random(&random)
      for formatting in [JSONEncoder.OutputFormatting.sortedKeys, .prettyPrinted] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        let coded = try encoder.encode(sample)
        let read = try JSONTapeDecoder.decode(Sample.self, from: Array(coded))
        #expect(read == sample, "seed \(seed)")
        #expect(try JSONDecoder().decode(Sample.self, from: coded) == read, "seed \(seed)")
      }
    }
  }

  @Test(
    "Damaged text never crashes it, and it takes what the strict reader takes, but for names twice and NUL")
  func survivesDamage() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    for _ in 0..<5_000 {
      var bytes = JSONWriter.canonical(.array([JSONRandomTests.value(depth: 3, using: &random)]))
      JSONRandomTests.damage(&bytes, using: &random)
      let document = JSONReader.read(bytes)
      let isStrict = document.problems.isEmpty
      let read = try? JSONTapeDecoder.decode(JSONValue.self, from: bytes)
      let text = String(decoding: bytes, as: UTF8.self).debugDescription
      if isStrict {
        accepted += 1
        #expect(read == document.root.value.canonical, "seed \(seed), \(text)")
      } else if read != nil {
        #expect(
          document.problems.allSatisfy { problem in
            switch problem.kind {
            case .duplicateName, .nulCharacter: true
            default: false
            }
          }, "seed \(seed), \(text)")
      }
    }
    #expect(accepted > 1_000, "seed \(seed)")
  }

  @Test(
    "What is not as expected is told with the way to it",
    arguments: [
      (#"{"name":"a","value":1.5}"#, #"Part(name: "a", value: Optional(1.5))"#),
      (#"{"value":null,"na\u006de":"\ud83d\ude00"}"#, #"Part(name: "😀", value: nil)"#),
      (#"{"value":1}"#, "no name"), (#"{"name":1}"#, #"String at ["name"], found number"#),
      (#"{"name":"a","value":true}"#, #"Double at ["value"], found yes"#),
      (#"[]"#, #"Dictionary<String, Any> at [], found array"#),
      (#"{"name":"\ud800"}"#, #"String at ["name"], found text"#),
      (#"{"name":"\u-000"}"#, #"String at ["name"], found text"#),
      (#"{"name":"a"} x"#, "no JSON"), (#"{"name":"a""#, "no JSON"), (#"{"name":"a",}"#, "no JSON"),
      ("", "no JSON"), ("{\"name\":\"\n\"}", "no JSON"),
    ])
  func tellsWhere(_ text: String, _ expected: String) {
    #expect(told(text) == expected)
  }

  @Test("An integer is read exactly, however it is spelt, and one that has no place is refused")
  func readsIntegers() throws {
    #expect(
      try JSONTapeDecoder.decode([Int64].self, from: Array("[281474976710656, 1.0, 1e3, -0]".utf8))
        == [1 << 48, 1, 1000, 0])
    // Beyond what any event of ours says.
    for text in ["[281474976710657]", "[-281474976710657]", "[9223372036854775807]"] {
      #expect(throws: DecodingError.self) { try JSONTapeDecoder.decode([Int64].self, from: Array(text.utf8)) }
    }
    for text in ["[256]", "[-1]", "[1.5]", "[1e400]", "[\"1\"]", "[null]", "[true]"] {
      #expect(throws: DecodingError.self) { try JSONTapeDecoder.decode([UInt8].self, from: Array(text.utf8)) }
    }
  }

  @Test("Arrays within arrays are read to a depth, and refused beyond it rather than followed")
  func boundsDepth() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(JSONTape(nested(128)) != nil)
    #expect(JSONTape(nested(129)) == nil)
    #expect(JSONTape(Array(String(repeating: "[", count: 1_000_000).utf8)) == nil)
  }
}
