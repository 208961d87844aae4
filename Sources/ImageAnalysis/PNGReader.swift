import CPNG
import Core

/// One row of pixels, valid only within the call it is handed to.
///
/// An interlaced image comes as its passes' rows: the pixels lie at columns `x`, `x + xStep`, … of row `y`.
package struct PNGRow {
  package var y: Int
  package var x: Int
  package var xStep: Int
  /// 8-bit red, green, blue and alpha of each pixel, as bytes in this order; colours are not premultiplied.
  package var pixels: UnsafeBufferPointer<UInt32>

  /// Indices into `pixels` of those that lie in a range of the image's columns.
  package func indices(in columns: Range<Int>) -> Range<Int> {
    let start = firstIndex(atOrAfter: columns.lowerBound)
    return start..<max(start, firstIndex(atOrAfter: columns.upperBound))
  }

  private func firstIndex(atOrAfter column: Int) -> Int {
    column <= x ? 0 : min(pixels.count, (column - x + xStep - 1) / xStep)
  }
}

/// Decodes a PNG row by row, whatever its colour type, depth and interlacing, in memory bounded by a row.
///
/// Every checksum is checked; a chunk that does not matter to the pixels is read past, however long, and one
/// that is damaged is noted. Pixels come as they are stored; `conversion` makes sRGB of their colours.
package struct PNGReader: ~Copyable {
  package let header: PNGHeader
  private let name: String
  private let handle: OpaquePointer
  private let file: ImageFile
  private var info = cpng_info()
  /// How stored colours become sRGB; nil where they are sRGB already.
  package private(set) var conversion: ColourConversion?
  private var ignoresProfile = false

  private init?(header: PNGHeader, name: String, file: consuming ImageFile) {
    let limits = cpng_limits(side: PNGHeader.maxSide, pixels: PNGHeader.maxPixels)
    guard let handle = cpng_reader_create(file.descriptor, limits) else { return nil }
    self.header = header
    self.name = name
    self.file = file
    self.handle = handle
  }

  deinit { cpng_reader_destroy(handle) }

  /// Opens a file and reads its header and everything before the pixels; `name` is used in messages.
  package static func opened(path: String, named name: String) throws(Fault) -> PNGReader {
    let file = try ImageFile.opened(path: path, named: name)
    let header = try PNGHeader(descriptor: file.descriptor, named: name)
    guard var reader = PNGReader(header: header, name: name, file: file) else {
      throw .imageWithoutMemory(name)
    }
    let status = cpng_reader_start(reader.handle, &reader.info)
    guard status == CPNG_OK else { throw Self.fault(status, reader.handle, name) }
    if let colour = cpng_reader_colour(reader.handle)?.pointee {
      let isGrey = [.grey, .greyAlpha].contains(header.colourType)
      (reader.conversion, reader.ignoresProfile) = ColourConversion.read(colour, isGrey: isGrey)
    }
    return reader
  }

  /// Hands over every row and checks the file up to its last chunk, then returns what is worth noting.
  ///
  /// Cancelling the task ends it within a few rows.
  package mutating func forEachRow(_ body: (PNGRow) -> Void) throws(Fault) -> [ImageNote] {
    var row = cpng_row()
    var rows = 0
    while true {
      let status = cpng_reader_next(handle, &row, &info)
      if status == CPNG_END {
        try refuseLongTail()
        return notes
      }
      guard status == CPNG_OK, let bytes = row.rgba else { throw Self.fault(status, handle, name) }
      bytes.withMemoryRebound(to: UInt32.self, capacity: Int(row.count)) { pixels in
        body(
          PNGRow(
            y: Int(row.y), x: Int(row.x), xStep: Int(row.x_step),
            pixels: UnsafeBufferPointer(start: pixels, count: Int(row.count))))
      }
      rows += 1
      if rows % 64 == 0 && Task.isCancelled { throw .imageReadingCancelled(name) }
    }
  }

  /// Refuses a file of which the image is only a small part: nobody meant to publish the rest.
  private func refuseLongTail() throws(Fault) {
    guard Self.isLongTail(imageBytes: info.png_bytes, tailBytes: info.trailing_bytes) else { return }
    throw .imageWithTail(name, imageBytes: info.png_bytes, tailBytes: info.trailing_bytes)
  }

  /// Tells whether more follows an image than anybody means to publish.
  package static func isLongTail(imageBytes: UInt64, tailBytes: UInt64) -> Bool {
    tailBytes > maxTrailingBytes && (tailBytes > imageBytes || tailBytes > maxLongTrailingBytes)
  }

  /// As many bytes may follow any image.
  private static let maxTrailingBytes: UInt64 = 64 << 10
  /// As many bytes may follow an image that is at least as long.
  private static let maxLongTrailingBytes: UInt64 = 1 << 20

  private var notes: [ImageNote] {
    let chunks = Int(info.chunks)
    let noted: [(bit: Int, note: ImageNote)] = [
      (CPNG_CHUNK_GAMMA, .gamma), (CPNG_CHUNK_CHROMATICITIES, .chromaticities),
      (CPNG_CHUNK_COLOUR_PROFILE, .colourProfile), (CPNG_CHUNK_SRGB, .srgb),
      (CPNG_CHUNK_CODING, .codingPoints), (CPNG_CHUNK_ANIMATION, .animation),
      (CPNG_CHUNK_ORIENTATION, .exif), (CPNG_CHUNK_TRANSPARENCY, .transparency), (CPNG_CHUNK_TEXT, .text),
      (CPNG_DAMAGED_CHUNK, .damagedChunk), (CPNG_EXTRA_DATA, .extraData),
    ]
    var found = noted.filter { chunks & $0.bit != 0 }.map(\.note)
    if ignoresProfile { found.append(.profileIgnored) }
    if info.trailing_bytes > 0 { found.append(.trailingBytes) }
    return found
  }

  private static func fault(_ status: cpng_status, _ handle: OpaquePointer, _ name: String) -> Fault {
    let reason = String(cString: cpng_reader_error(handle))
    return switch status {
    case CPNG_NOT_PNG: .imageNotPNG(name, found: "bytes of another kind")
    case CPNG_TRUNCATED: .imageTruncated(name)
    case CPNG_NO_MEMORY: .imageWithoutMemory(name)
    case CPNG_UNREADABLE: .imageUnreadable(name, reason: reason)
    default: .imageDamaged(name, found: reason)
    }
  }
}
