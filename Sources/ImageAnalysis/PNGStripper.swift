/// Leaves out of a PNG's bytes, as they come, what says nothing of its picture: text, EXIF, times, chunks that nobody
/// knows, and what follows the image.
///
/// Chunks that are kept are handed on byte for byte: pixels and colours are the same, and the same file always gives the
/// same bytes. Whether the image is sound is for its decoder to say.
package struct PNGStripper: Sendable {
  /// Chunks that the picture does without, but that say how it looks: colours, transparency, size, animation.
  private static let kept: Set<[UInt8]> = Set(
    [
      "cICP", "iCCP", "gAMA", "cHRM", "sRGB", "mDCV", "cLLI", "tRNS", "sBIT", "bKGD", "hIST", "pHYs", "acTL",
      "fcTL", "fdAT",
    ].map { Array($0.utf8) })

  private enum Place: Hashable, Sendable {
    case signature, header, end
    /// Within a chunk's data or checksum.
    case body(left: Int, isKept: Bool, isLast: Bool)
  }

  private var place = Place.signature
  /// What has been read of the signature or a chunk's header.
  private var pending: [UInt8] = []
  private var imageBytes: UInt64 = 0
  private var tailBytes: UInt64 = 0

  package init() {}

  /// Tells, at the end, whether the bytes were chunks up to the image's last one, with no more behind it than an image may
  /// have. Otherwise the file is broken, and is best kept as it is.
  package var isWhole: Bool {
    place == .end && !PNGReader.isLongTail(imageBytes: imageBytes, tailBytes: tailBytes)
  }

  /// Takes the next bytes and returns those of them, and of a header before, that are kept.
  package mutating func kept(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var kept: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty, place != .end {
      var count = rest.count
      if case .body(let left, let isKept, let isLast) = place {
        count = min(left, count)
        if isKept { kept += rest.prefix(count) }
        let next: Place = isLast ? .end : .header
        place = left > count ? .body(left: left - count, isKept: isKept, isLast: isLast) : next
      } else {
        count = min(Self.headerBytes - pending.count, count)
        pending += rest.prefix(count)
        if pending.count == Self.headerBytes { kept += takeHeader() }
      }
      imageBytes += UInt64(count)
      rest = rest.dropFirst(count)
    }
    tailBytes += UInt64(rest.count)
    return kept
  }

  /// The signature, as well as a chunk's length and name.
  private static let headerBytes = 8
  private static let checksumBytes = 4

  /// Ends what is pending, and returns it if it is kept.
  private mutating func takeHeader() -> [UInt8] {
    let header = pending
    pending = []
    guard place == .header else {
      place = .header
      return header
    }
    let name = Array(header[4...])
    let length = header[..<4].reduce(0) { $0 << 8 | Int($1) }
    // A small first letter says that the pixels don't depend on the chunk.
    let isKept = name[0] & 0x20 == 0 || Self.kept.contains(name)
    place = .body(
      left: length + Self.checksumBytes, isKept: isKept, isLast: name.elementsEqual("IEND".utf8))
    return isKept ? header : []
  }
}
