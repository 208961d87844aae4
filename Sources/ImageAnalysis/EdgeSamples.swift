/// The outermost rows and columns of an image, to tell whether opposite edges meet when it is repeated.
///
/// Across a seam that nobody sees, the last column differs from the first about as much as neighbouring
/// columns differ within the image. Two lines at each edge are kept: 16 bytes a row and a column.
package struct EdgeSamples {
  private let width: Int
  private let height: Int
  /// Pixels of columns 0, 1, last but one and last, row by row; then of rows, column by column.
  private var columns: [UInt32]
  private var rows: [UInt32]

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
    columns = [UInt32](repeating: 0, count: 4 * height)
    rows = [UInt32](repeating: 0, count: 4 * width)
  }

  private static func lines(_ length: Int) -> [Int] {
    [0, min(1, length - 1), max(0, length - 2), length - 1]
  }

  package mutating func add(_ row: PNGRow) {
    for (line, x) in Self.lines(width).enumerated() {
      for index in row.indices(in: x..<x + 1) { columns[4 * row.y + line] = row.pixels[index] }
    }
    guard row.y < 2 || row.y >= height - 2 else { return }
    for (line, y) in Self.lines(height).enumerated() where y == row.y {
      for index in row.pixels.indices {
        rows[4 * (row.x + index * row.xStep) + line] = row.pixels[index]
      }
    }
  }

  package var edges: ImageMeasures.Edges {
    ImageMeasures.Edges(leftRight: Self.meet(columns), topBottom: Self.meet(rows))
  }

  /// How much the pixels of two lines differ: in all, and how many of them plainly.
  private struct Difference {
    var sum = 0
    var plain = 0

    mutating func add(_ left: UInt32, _ right: UInt32) {
      let difference = EdgeSamples.difference(left, right)
      sum += difference
      if difference > 48 { plain += 1 }
    }
  }

  /// Compares the first with the last line, and both with their neighbours.
  private static func meet(_ lines: [UInt32]) -> Bool {
    let count = lines.count / 4
    var across = Difference()
    var within = Difference()
    for index in 0..<count {
      let place = 4 * index
      across.add(lines[place + 3], lines[place])
      within.add(lines[place], lines[place + 1])
      within.add(lines[place + 2], lines[place + 3])
    }
    // Two pairs of lines were compared within: twice their mean may be met, and 4 of 255 steps besides.
    return across.sum <= within.sum + 4 * count && across.plain <= within.plain + count / 50
  }

  /// The largest difference of two pixels' channels as they are seen, 0 to 255.
  private static func difference(_ left: UInt32, _ right: UInt32) -> Int {
    if left == right { return 0 }
    let left = UInt32(littleEndian: left)
    let right = UInt32(littleEndian: right)
    func channel(_ pixel: UInt32, _ index: Int) -> Int {
      Int(pixel >> UInt32(8 * index) & 0xff) * Int(pixel >> 24) / 255
    }
    return (0..<3).reduce(abs(Int(left >> 24) - Int(right >> 24))) {
      max($0, abs(channel(left, $1) - channel(right, $1)))
    }
  }
}
