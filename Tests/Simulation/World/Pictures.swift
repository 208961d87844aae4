import Core
import ImageAnalysis
import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The images of all worlds: small, and real files, for the runner decodes them by path.
struct Pictures: Sendable {
  let folder: String
  let all: [Picture]

  struct Picture: Hashable, Sendable {
    var digest: Digest
    var bytes: [UInt8]
  }

  /// Written once a process; removed when it exits.
  static let shared = Pictures()

  private init() {
    var template = Array("/tmp/ledgerctl-pictures-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("There is no temporary folder.") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    all = (0..<8).map { number in
      let pixels = (0..<(4 * 4 * 3)).map { UInt8(truncatingIfNeeded: $0 * 7 + number * 31) }
      let bytes = PNGWriter.encode(width: 4, height: 4, channels: 3, pixels: pixels)
      return Picture(digest: .sha256(bytes), bytes: bytes)
    }
    for picture in all { Self.store(picture.bytes, to: "\(folder)/\(picture.digest.hex)") }
    Self.store([0x89, 0x50, 0x4e, 0x47], to: "\(folder)/damaged")
    atexit { Pictures.shared.remove() }
  }

  func remove() {
    for picture in all { unlink("\(folder)/\(picture.digest.hex)") }
    unlink("\(folder)/damaged")
    rmdir(folder)
  }

  private static func store(_ bytes: [UInt8], to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count, "Can't write \(path).")
    close(file)
  }
}
