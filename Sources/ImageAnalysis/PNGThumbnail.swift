import Core

/// A PNG scaled down: each pixel is the mean of those it stands for, weighted by alpha, and then
/// converted to sRGB.
package struct PNGThumbnail: Hashable, Sendable {
  package let bytes: [UInt8]
  /// In pixels.
  package let width: Int
  package let height: Int

  /// Reads an image and scales it down so that its longer side has at most N pixels; a smaller one keeps its
  /// size. `name` is used in messages.
  package init(path: String, named name: String, longestSide: Int) throws(Fault) {
    var reader = try PNGReader.opened(path: path, named: name)
    let (fullWidth, fullHeight) = (reader.header.width, reader.header.height)
    let longest = max(fullWidth, fullHeight)
    let side = min(longest, longestSide)
    width = max(1, fullWidth * side / longest)
    height = max(1, fullHeight * side / longest)
    var cells = Cells(width: width, height: height, fullWidth: fullWidth, fullHeight: fullHeight)
    _ = try reader.forEachRow { cells.add($0) }
    bytes = PNGWriter.encode(
      width: width, height: height, channels: 4, pixels: cells.pixels(by: reader.conversion))
  }

  /// Sums of the pixels that each pixel of the small image stands for.
  private struct Cells {
    let width: Int
    let height: Int
    let fullWidth: Int
    let fullHeight: Int
    private var sums: [ColourSum]
    private var counts: [UInt64]

    init(width: Int, height: Int, fullWidth: Int, fullHeight: Int) {
      self.width = width
      self.height = height
      self.fullWidth = fullWidth
      self.fullHeight = fullHeight
      sums = Array(repeating: ColourSum(), count: width * height)
      counts = Array(repeating: 0, count: width * height)
    }

    mutating func add(_ row: PNGRow) {
      let start = row.y * height / fullHeight * width
      for (index, stored) in row.pixels.enumerated() {
        let cell = start + (row.x + index * row.xStep) * width / fullWidth
        let pixel = UInt32(littleEndian: stored)
        let alpha = UInt64(pixel >> 24)
        counts[cell] += 1
        sums[cell].weight += alpha
        sums[cell].red += UInt64(pixel & 255) * alpha
        sums[cell].green += UInt64(pixel >> 8 & 255) * alpha
        sums[cell].blue += UInt64(pixel >> 16 & 255) * alpha
      }
    }

    /// Rows of 8-bit RGBA. What can't be seen is black and transparent.
    func pixels(by conversion: ColourConversion?) -> [UInt8] {
      let visible = sums.indices.filter { sums[$0].weight > 0 }
      let means = visible.map { sums[$0] }
      let seen = conversion?.convert(means) ?? means
      var pixels = [UInt8](repeating: 0, count: sums.count * 4)
      for (index, sum) in zip(visible, seen) {
        let mean = sum.mean
        pixels[4 * index] = mean.red
        pixels[4 * index + 1] = mean.green
        pixels[4 * index + 2] = mean.blue
        pixels[4 * index + 3] = UInt8((sum.weight + counts[index] / 2) / counts[index])
      }
      return pixels
    }
  }
}
