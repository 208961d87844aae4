import CPNG

/// Writes PNG images: the same pixels give the same bytes wherever the same zlib is installed.
package enum PNGWriter {
  /// Encodes rows of 8-bit RGB (3 channels) or RGBA (4 channels), top row first.
  package static func encode(width: Int, height: Int, channels: Int, pixels: [UInt8]) -> [UInt8] {
    precondition(channels == 3 || channels == 4, "A pixel has 3 or 4 channels, not \(channels).")
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * channels,
      "An image of \(width) × \(height) does not have \(pixels.count) bytes.")
    return pixels.withUnsafeBufferPointer { buffer in
      encode(width: width, height: height, channels: channels) { row in
        buffer.baseAddress.map { $0 + row * width * channels }
      }
    }
  }

  /// Encodes rows as they are asked for, so that not all of them need to be there at once.
  package static func encode(
    width: Int, height: Int, channels: Int, row: (Int) -> UnsafePointer<UInt8>?
  ) -> [UInt8] {
    guard let writer = cpng_writer_create(UInt32(width), UInt32(height), Int32(channels)) else {
      preconditionFailure("There is no memory for writing a PNG.")
    }
    defer { cpng_writer_destroy(writer) }
    for index in 0..<height { check(cpng_writer_row(writer, row(index)), writer) }
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    check(cpng_writer_finish(writer, &bytes, &count), writer)
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  private static func check(_ status: cpng_status, _ writer: OpaquePointer) {
    precondition(
      status == CPNG_OK, "libpng refused to write an image: \(String(cString: cpng_writer_error(writer)))")
  }
}
