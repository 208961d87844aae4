import Core
import ImageAnalysis

/// A place on a canvas: pixels from its upper left corner.
package struct Point: Hashable, Sendable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  package var length: Double { (x * x + y * y).squareRoot() }

  package static func + (left: Point, right: Point) -> Point { Point(left.x + right.x, left.y + right.y) }
  package static func - (left: Point, right: Point) -> Point { Point(left.x - right.x, left.y - right.y) }
  package static func * (point: Point, factor: Double) -> Point { Point(point.x * factor, point.y * factor) }

  /// The direction at right angles, of length 1; the point itself must not be 0.
  package var normal: Point { Point(-y / length, x / length) }
}

/// What a shape is filled with: one colour, or a run from one to another between two points.
package struct Paint {
  package var from: RGB
  package var to: RGB
  package var start = Point(0, 0)
  package var end = Point(0, 0)
  package var opacity = 1.0

  package init(_ colour: UInt32, opacity: Double = 1) {
    from = RGB(hex: colour)
    to = from
    self.opacity = opacity
  }

  package init(_ from: UInt32, _ to: UInt32, start: Point, end: Point, opacity: Double = 1) {
    self.from = RGB(hex: from)
    self.to = RGB(hex: to)
    self.start = start
    self.end = end
    self.opacity = opacity
  }
}

/// A picture being painted: polygons laid over each other with smooth edges.
///
/// Only additions, multiplications, divisions and square roots take part, so the same strokes give the same
/// pixels on every machine.
package struct Canvas: ~Copyable {
  package let width: Int
  package let height: Int
  /// Whether what leaves one side comes in at the opposite one, for patterns that repeat.
  package let wraps: Bool
  private let channels: UnsafeMutableBufferPointer<Float>

  /// Lines a pixel's row is cut into, to find how much of the pixel a shape covers.
  private static let linesPerRow = 5

  package init(width: Int, height: Int, ground: UInt32, wraps: Bool = false) {
    self.width = width
    self.height = height
    self.wraps = wraps
    channels = .allocate(capacity: width * height * 3)
    let colour = RGB(hex: ground)
    for pixel in 0..<width * height {
      channels[pixel * 3] = Float(colour.red)
      channels[pixel * 3 + 1] = Float(colour.green)
      channels[pixel * 3 + 2] = Float(colour.blue)
    }
  }

  deinit { channels.deallocate() }

  /// Lays a polygon over the picture; its edges may be in either direction.
  package func fill(_ polygon: [Point], _ paint: Paint) {
    guard wraps else { return fillOnce(polygon, paint, offset: Point(0, 0)) }
    for row in -1...1 {
      for column in -1...1 {
        fillOnce(polygon, paint, offset: Point(Double(column * width), Double(row * height)))
      }
    }
  }

  private func fillOnce(_ polygon: [Point], _ paint: Paint, offset: Point) {
    var left = Double.infinity
    var right = -Double.infinity
    var top = Double.infinity
    var bottom = -Double.infinity
    for point in polygon {
      left = min(left, point.x)
      right = max(right, point.x)
      top = min(top, point.y)
      bottom = max(bottom, point.y)
    }
    left = max(0, left + offset.x)
    right = min(Double(width), right + offset.x)
    top = max(0, top + offset.y)
    bottom = min(Double(height), bottom + offset.y)
    guard left < right, top < bottom else { return }
    let columns = Int(left)..<min(width, Int(right) + 1)
    let rows = Int(top)..<min(height, Int(bottom) + 1)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: (columns.count + 2) * rows.count) { coverage in
      coverage.initialize(repeating: 0)
      for index in polygon.indices {
        let next = index + 1 == polygon.count ? 0 : index + 1
        addEdge(
          polygon[index] + offset, polygon[next] + offset, columns: columns, rows: rows, to: coverage)
      }
      blend(coverage, columns: columns, rows: rows, paint: paint, offset: offset)
    }
  }

  /// Notes for every line an edge crosses that the shape begins or ends there; sums along a row then give
  /// what is covered.
  private func addEdge(
    _ from: Point, _ to: Point, columns: Range<Int>, rows: Range<Int>,
    to coverage: UnsafeMutableBufferPointer<Float>
  ) {
    guard from.y != to.y else { return }
    let (upper, lower, direction) = from.y < to.y ? (from, to, Float(1)) : (to, from, Float(-1))
    let lines = Double(Self.linesPerRow)
    let first = max(rows.lowerBound * Self.linesPerRow, Int((upper.y * lines - 0.5).rounded(.up)))
    let last = min(rows.upperBound * Self.linesPerRow, Int((lower.y * lines - 0.5).rounded(.up)))
    guard first < last else { return }
    let slope = (lower.x - upper.x) / (lower.y - upper.y)
    let share = direction / Float(Self.linesPerRow)
    let stride = columns.count + 2
    var line = first
    while line < last {
      let crossing = upper.x + ((Double(line) + 0.5) / lines - upper.y) * slope
      let x = min(max(crossing - Double(columns.lowerBound), 0), Double(columns.count))
      let column = Int(x)
      let beyond = Float(x - Double(column))
      let cell = (line / Self.linesPerRow - rows.lowerBound) * stride + column
      coverage[cell] += share * (1 - beyond)
      coverage[cell + 1] += share * beyond
      line += 1
    }
  }

  private func blend(
    _ coverage: UnsafeMutableBufferPointer<Float>, columns: Range<Int>, rows: Range<Int>, paint: Paint,
    offset: Point
  ) {
    let axis = paint.end - paint.start
    let lengthSquared = axis.x * axis.x + axis.y * axis.y
    let perPixel = Float(lengthSquared > 0 ? axis.x / lengthSquared : 0)
    let from = (Float(paint.from.red), Float(paint.from.green), Float(paint.from.blue))
    let run = (
      Float(paint.to.red) - from.0, Float(paint.to.green) - from.1, Float(paint.to.blue) - from.2
    )
    let opacity = Float(paint.opacity)
    for row in rows {
      let place =
        Point(Double(columns.lowerBound) + 0.5, Double(row) + 0.5) - offset - paint.start
      var along = Float(lengthSquared > 0 ? (place.x * axis.x + place.y * axis.y) / lengthSquared : 0)
      var sum = Float(0)
      var cell = (row - rows.lowerBound) * (columns.count + 2)
      var channel = (row * width + columns.lowerBound) * 3
      for _ in columns {
        sum += coverage[cell]
        let alpha = min(abs(sum), 1) * opacity
        if alpha > 0.002 {
          let fraction = min(max(along, 0), 1)
          channels[channel] += (from.0 + run.0 * fraction - channels[channel]) * alpha
          channels[channel + 1] += (from.1 + run.1 * fraction - channels[channel + 1]) * alpha
          channels[channel + 2] += (from.2 + run.2 * fraction - channels[channel + 2]) * alpha
        }
        along += perPixel
        cell += 1
        channel += 3
      }
    }
  }

  /// The picture as a PNG of 8-bit RGB.
  package func png() -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: channels.count) { buffer, count in
      for index in 0..<channels.count { buffer[index] = UInt8(min(max(channels[index] + 0.5, 0), 255)) }
      count = channels.count
    }
    return PNGWriter.encode(width: width, height: height, channels: 3, pixels: bytes)
  }
}
