import Core

/// What a commit holds in place of a file whose bytes Git LFS keeps: their digest and size.
package struct LargeFilePointer: Hashable, Sendable {
  package var digest: Digest
  package var sizeBytes: Int64

  /// A pointer is shorter than this, whoever wrote it.
  package static let limitBytes = 1024

  private static let version = "https://git-lfs.github.com/spec/v1"
  /// Those of programs before Git LFS 1.0, which it still reads.
  private static let earlierVersions = ["http://git-media.io/v/2", "https://hawser.github.com/spec/v1"]

  package init(digest: Digest, sizeBytes: Int64) {
    self.digest = digest
    self.sizeBytes = sizeBytes
  }

  /// The one way in which Git LFS writes it; an empty file stands for itself.
  package var bytes: [UInt8] {
    guard sizeBytes > 0 else { return [] }
    return Array("version \(Self.version)\noid sha256:\(digest.hex)\nsize \(sizeBytes)\n".utf8)
  }

  /// Reads a file's bytes; nil if they are not a pointer, or are one to bytes that an extension has changed.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count < Self.limitBytes, bytes.starts(with: "version ".utf8),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    // Split by scalars: CR LF is one character.
    let lines = text.unicodeScalars.split(separator: "\n").map { line in
      String(String.UnicodeScalarView(line.last == "\r" ? line.dropLast() : line))
    }
    guard lines.count == 3, lines[1].hasPrefix("oid sha256:"), lines[2].hasPrefix("size "),
      ([Self.version] + Self.earlierVersions).contains(String(lines[0].dropFirst("version ".count))),
      let digest = Digest(hex: lines[1].dropFirst("oid sha256:".count)),
      let sizeBytes = Int64(lines[2].dropFirst("size ".count)), sizeBytes >= 0
    else { return nil }
    self.init(digest: digest, sizeBytes: sizeBytes)
  }
}
