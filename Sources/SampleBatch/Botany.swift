/// Colours of a leaf: its two halves at base and tip, and the rib between them.
package struct LeafColours {
  package var light: (base: UInt32, tip: UInt32)
  package var dark: (base: UInt32, tip: UInt32)
  package var rib: UInt32
}

/// Plants of the sample pictures, drawn part by part.
extension Canvas {
  /// Draws a leaf along a curve: two halves of different tone, a rib and fine veins.
  package func leaf(
    from base: Point, to tip: Point, bend: Double, width: Double, colours: LeafColours, teeth: Int = 0,
    veins: Int = 0
  ) {
    let along = tip - base
    let control = base + along * 0.5 + along.normal * bend
    let line = Strokes.curve(base, control, tip, steps: teeth > 0 ? teeth * 4 : 18)
    func profile(_ t: Double) -> Double {
      let shape = width * (0.7 * 4 * t * (1 - t) + 0.3 * 2.6 * t.squareRoot() * (1 - t))
      guard teeth > 0 else { return shape }
      let saw = t * Double(teeth) - (t * Double(teeth)).rounded(.down)
      return shape * (1 - 0.34 * (1 - saw))
    }
    let none: (Double) -> Double = { _ in 0 }
    fill(
      Strokes.ribbon(line, left: profile, right: none),
      Paint(colours.light.base, colours.light.tip, start: base, end: tip))
    fill(
      Strokes.ribbon(line, left: none, right: profile),
      Paint(colours.dark.base, colours.dark.tip, start: base, end: tip))
    for index in 0..<veins {
      let t = (Double(index) + 0.8) / (Double(veins) + 0.8)
      let place = Int(t * Double(line.count - 2))
      let direction = line[place + 1] - line[place]
      let reach = profile(t) * 0.8
      for side in [1.0, -1.0] {
        let end =
          line[place] + direction.normal * (side * reach) + direction * (reach * 0.6 / direction.length)
        fill(Strokes.ribbon([line[place], end]) { 0.7 * (1 - $0) + 0.15 }, Paint(colours.rib, opacity: 0.38))
      }
    }
    fill(
      Strokes.ribbon(line) { max(0.5, width * 0.07) * (1 - $0 * 0.8) }, Paint(colours.rib, opacity: 0.85))
  }

  /// Draws a twig that thins out towards its end.
  package func twig(_ line: [Point], thickness: Double, _ paint: Paint) {
    fill(Strokes.ribbon(line) { thickness * (1 - 0.72 * $0) }, paint)
  }

  /// Draws a soft light: rings of little opacity laid over each other.
  package func glow(_ centre: Point, across: Double, down: Double, colour: UInt32, opacity: Double) {
    let rings = 40
    for ring in 0..<rings {
      let size = 1 - Double(ring) / Double(rings)
      fill(
        Strokes.ellipse(centre, across * size, down * size), Paint(colour, opacity: opacity / Double(rings)))
    }
  }

  /// Draws a ball of fine stamens, as wattles and gums have them.
  package func pompom(
    _ centre: Point, radius: Double, shade: UInt32, colour: UInt32, tips: UInt32, seed: UInt64
  ) {
    var jitter = Jitter(seed)
    fill(Strokes.circle(centre, radius * 0.82), Paint(shade))
    let count = Int(radius * 2.4) + 14
    for index in 0..<count {
      // The golden angle spreads points evenly over a disc.
      let turn = Double(index) * 0.381966
      let distance = radius * (Double(index + 1) / Double(count)).squareRoot()
      let end = centre.moved(distance * jitter.around(1, 0.08), turn)
      let light = 1 - (end.y - centre.y + radius) / (2 * radius)
      fill(Strokes.circle(end, radius * 0.115), Paint(colour, opacity: 0.55 + 0.45 * light))
      if light > 0.5 {
        fill(Strokes.circle(end + Point(-0.4, -0.6), radius * 0.06), Paint(tips, opacity: light))
      }
    }
  }
}
