import Core
import GitRepository
import Testing

@testable import Runner

@Suite("Pointers of Git LFS")
struct LargeFilePointerTests {
  private let digest = Digest.sha256("abc".utf8)

  @Test("It is written as Git LFS writes it, and read back")
  func written() throws {
    let repository = try TestRepository()
    try repository.write("abc", to: "file")
    let pointer = LargeFilePointer(digest: digest, sizeBytes: 3)
    try #expect(repository.shell("git lfs pointer --file=file 2>/dev/null") == pointer.text)
    #expect(LargeFilePointer(pointer.bytes) == pointer)
    #expect(LargeFilePointer(digest: .sha256([]), sizeBytes: 0).bytes == [])
  }

  @Test("Those of its first programs and those that git gave CR LF are read too")
  func others() {
    let pointer = LargeFilePointer(digest: digest, sizeBytes: 12_345)
    for version in ["https://hawser.github.com/spec/v1", "http://git-media.io/v/2"] {
      let text = "version \(version)\noid sha256:\(digest.hex)\nsize 12345\n"
      #expect(LargeFilePointer(Array(text.utf8)) == pointer)
    }
    let crlf = pointer.bytes.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
    #expect(LargeFilePointer(crlf) == pointer)
  }

  @Test("Anything else is a file of its own")
  func none() {
    let version = "version https://git-lfs.github.com/spec/v1\n"
    let oid = "oid sha256:\(digest.hex)\n"
    for text in [
      "", "version ", version, version + oid, oid + version + "size 3\n", version + oid + "size -3\n",
      version + oid + "size x\n", version + oid + "size 3\nmore x\n", version + "oid md5:00\nsize 3\n",
      version + "ext-0-lock sha256:\(digest.hex)\n" + oid + "size 3\n",
      version + oid.uppercased() + "size 3\n",
      "version https://git-lfs.github.com/spec/v2\n" + oid + "size 3\n",
      version + oid + "size 3\n" + String(repeating: "\n", count: 1024),
    ] {
      #expect(LargeFilePointer(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(LargeFilePointer(Array((version + oid).utf8) + [0xff, 0x0a]) == nil)
  }
}

extension LargeFilePointer {
  fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
