/// Shapes that plants are drawn from, as polygons.
package enum Strokes {
  /// Points along a curve that leaves `start` towards `control` and arrives at `end` from there.
  package static func curve(_ start: Point, _ control: Point, _ end: Point, steps: Int = 14) -> [Point] {
    (0...steps).map { step in
      let t = Double(step) / Double(steps)
      return start * ((1 - t) * (1 - t)) + control * (2 * t * (1 - t)) + end * (t * t)
    }
  }

  /// A band around a line of points, so wide at each side as `halfWidth` says of 0 (start) to 1 (end).
  package static func ribbon(_ line: [Point], left: (Double) -> Double, right: (Double) -> Double) -> [Point]
  {
    var leftSide: [Point] = []
    var rightSide: [Point] = []
    for index in line.indices {
      let t = Double(index) / Double(line.count - 1)
      let direction = line[min(index + 1, line.count - 1)] - line[max(index - 1, 0)]
      let normal = direction.normal
      leftSide.append(line[index] + normal * left(t))
      rightSide.append(line[index] - normal * right(t))
    }
    return leftSide + rightSide.reversed()
  }

  package static func ribbon(_ line: [Point], halfWidth: (Double) -> Double) -> [Point] {
    ribbon(line, left: halfWidth, right: halfWidth)
  }

  package static func ellipse(_ centre: Point, _ across: Double, _ down: Double, angle: Double = 0) -> [Point]
  {
    let steps = max(10, min(40, Int((across + down) * 1.2)))
    return (0..<steps).map { step in
      let turn = Double(step) / Double(steps)
      return centre + Point(across * Turn.cosine(turn), down * Turn.sine(turn)).rotated(angle)
    }
  }

  package static func circle(_ centre: Point, _ radius: Double) -> [Point] { ellipse(centre, radius, radius) }
}

/// Angles counted in whole turns, with sines made of additions and multiplications alone: a C library's
/// differ.
package enum Turn {
  package static func sine(_ turns: Double) -> Double {
    var part = turns - turns.rounded()
    if part > 0.25 { part = 0.5 - part }
    if part < -0.25 { part = -0.5 - part }
    let angle = part * 6.283185307179586
    let square = angle * angle
    let higher = 1.0 / 362_880 - square / 39_916_800
    return angle * (1 - square * (1.0 / 6 - square * (1.0 / 120 - square * (1.0 / 5040 - square * higher))))
  }

  package static func cosine(_ turns: Double) -> Double { sine(turns + 0.25) }
}

extension Point {
  /// Turned around the origin by a part of a whole turn, clockwise on a canvas.
  package func rotated(_ turns: Double) -> Point {
    let sine = Turn.sine(turns)
    let cosine = Turn.cosine(turns)
    return Point(x * cosine - y * sine, x * sine + y * cosine)
  }

  /// The point so far away in a direction; 0 turns is to the right, a quarter is down.
  package func moved(_ distance: Double, _ turns: Double) -> Point {
    self + Point(distance, 0).rotated(turns)
  }
}

/// Small irregularities that are the same in every run.
package struct Jitter {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  /// A number from -1 to 1.
  package mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 33) / Double(UInt64(1) << 30) - 1
  }

  /// A number near another.
  package mutating func around(_ value: Double, _ spread: Double) -> Double { value + next() * spread }
}
