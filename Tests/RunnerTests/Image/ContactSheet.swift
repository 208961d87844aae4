import Core
import ImageAnalysis

@testable import Runner

/// Images beside their palettes, for a person to judge whether those are the colours they would name.
///
/// Under each image: the background, wide (a checkerboard where it is transparent); the primary colours; the
/// accents, lower. Images lie on a checkerboard, so that white art is seen.
struct ContactSheet {
  static let columns = 3
  static let cellWidth = 300
  static let cellHeight = 420
  static let margin = 14
  private static let swatchTop = 360

  private let width: Int
  private var pixels: [UInt8]

  init(images: [String]) throws {
    width = min(Self.columns, max(images.count, 1)) * Self.cellWidth
    let rows = (images.count + Self.columns - 1) / Self.columns
    pixels = [UInt8](repeating: 236, count: width * max(rows, 1) * Self.cellHeight * 3)
    for (index, path) in images.enumerated() {
      let left = index % Self.columns * Self.cellWidth
      let top = index / Self.columns * Self.cellHeight
      try draw(path, left: left + Self.margin, top: top + Self.margin)
      let measures = try ImageAnalyser.analyse(path: path)
      let ground = Self.backgroundSwatch(left: left, top: top)
      if let background = measures.background { fill(ground, background) } else { fillChecked(ground) }
      for (place, colour) in measures.primary.enumerated() {
        fill(Self.primarySwatch(place, left: left, top: top), colour)
      }
      for (place, colour) in measures.accents.enumerated() {
        fill(Self.accentSwatch(place, left: left, top: top), colour)
      }
    }
  }

  struct Rectangle {
    var x: Int
    var y: Int
    var width: Int
    var height: Int
  }

  static func backgroundSwatch(left: Int, top: Int) -> Rectangle {
    Rectangle(x: left + margin, y: top + swatchTop, width: 48, height: 46)
  }

  static func primarySwatch(_ place: Int, left: Int, top: Int) -> Rectangle {
    Rectangle(x: left + margin + 58 + place * 32, y: top + swatchTop, width: 30, height: 46)
  }

  static func accentSwatch(_ place: Int, left: Int, top: Int) -> Rectangle {
    Rectangle(x: left + margin + 194 + place * 26, y: top + swatchTop + 14, width: 24, height: 32)
  }

  /// The sheet as a PNG.
  func png() -> [UInt8] {
    PNGWriter.encode(width: width, height: pixels.count / 3 / width, channels: 3, pixels: pixels)
  }

  private mutating func fill(_ area: Rectangle, _ colour: RGB) {
    for y in area.y..<area.y + area.height {
      for x in area.x..<area.x + area.width {
        let place = (y * width + x) * 3
        (pixels[place], pixels[place + 1], pixels[place + 2]) = (colour.red, colour.green, colour.blue)
      }
    }
  }

  /// Light and dark squares, as programs show what is transparent.
  private static func checker(_ x: Int, _ y: Int) -> Int { (x / 8 + y / 8) % 2 == 0 ? 205 : 130 }

  private mutating func fillChecked(_ area: Rectangle) {
    for y in area.y..<area.y + area.height {
      for x in area.x..<area.x + area.width {
        let place = (y * width + x) * 3
        for channel in 0..<3 { pixels[place + channel] = UInt8(Self.checker(x, y)) }
      }
    }
  }

  /// Draws an image on a checkerboard, scaled down to its cell by averaging.
  private mutating func draw(_ path: String, left: Int, top: Int) throws {
    var reader = try PNGReader.opened(path: path, named: path)
    let size = (width: reader.header.width, height: reader.header.height)
    let space = (width: Self.cellWidth - 2 * Self.margin, height: Self.swatchTop - 2 * Self.margin)
    let scale = min(
      1, Double(space.width) / Double(size.width), Double(space.height) / Double(size.height))
    let drawnWidth = max(1, Int(Double(size.width) * scale))
    let drawnHeight = max(1, Int(Double(size.height) * scale))
    var sums = [Int](repeating: 0, count: drawnWidth * drawnHeight * 4)
    var counts = [Int](repeating: 0, count: drawnWidth * drawnHeight)
    _ = try reader.forEachRow { row in
      let y = row.y * drawnHeight / size.height
      for index in row.pixels.indices {
        let pixel = Int(row.pixels[index])
        let place = (y * drawnWidth + (row.x + index * row.xStep) * drawnWidth / size.width) * 4
        let alpha = pixel >> 24
        for channel in 0..<3 {
          sums[place + channel] += (pixel >> (channel * 8) & 0xff) * alpha
        }
        sums[place + 3] += alpha
        counts[place / 4] += 255
      }
    }
    for y in 0..<drawnHeight {
      for x in 0..<drawnWidth {
        let sum = (y * drawnWidth + x) * 4
        let place = ((top + y) * width + left + x) * 3
        let count = max(counts[y * drawnWidth + x], 1)
        let ground = Self.checker(left + x, top + y) * (count - sums[sum + 3])
        for channel in 0..<3 { pixels[place + channel] = UInt8((sums[sum + channel] + ground) / count) }
      }
    }
  }
}
