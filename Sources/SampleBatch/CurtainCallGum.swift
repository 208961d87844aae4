/// A specimen: a flowering gum in a soft light on a dark stage.
package struct CurtainCallGum {
  private static let width = 832
  private static let height = 1040
  private static let leaf = LeafColours(
    light: (0x5f8a86, 0x8fb8a8), dark: (0x44706e, 0x6d9a8e), rib: 0xc9e0cf)
  private static let young = LeafColours(
    light: (0x7b8f80, 0xc08f7c), dark: (0x617a6c, 0xa06f64), rib: 0xe6cfb5)

  package static func draw() -> [UInt8] {
    let canvas = Canvas(width: width, height: height, ground: 0x12202b)
    canvas.glow(Point(416, 486), across: 430, down: 520, colour: 0x1d3340, opacity: 0.8)
    let line = Strokes.curve(Point(206, 60), Point(612, 270), Point(446, 884), steps: 40)
    canvas.twig(line, thickness: 9, Paint(0x9b5f4a, 0x6f8c78, start: line[0], end: line[40]))
    leaves(on: canvas, along: line)
    let clusters = [line[14], line[22]]
    buds(on: canvas, at: line[30])
    flowers(on: canvas, at: clusters[0], heading: 0.36, size: 1)
    flowers(on: canvas, at: clusters[1], heading: 0.06, size: 0.86)
    return canvas.png()
  }

  private static func leaves(on canvas: borrowing Canvas, along line: [Point]) {
    var jitter = Jitter(23)
    for index in stride(from: 3, through: 39, by: 3) {
      let side = index % 2 == 0 ? 1.0 : -1.0
      let direction = line[index] - line[index - 1]
      let along = direction * (1 / direction.length)
      let late = Double(index) / 40
      let reach = jitter.around(250, 22) * (1 - 0.38 * late * late)
      let tip =
        line[index] + along * (reach * 0.52) + along.normal * (side * reach * 0.78) + Point(0, reach * 0.22)
      canvas.leaf(
        from: line[index], to: tip, bend: side * -reach * 0.16, width: 26 * (1 - 0.25 * late),
        colours: index > 30 ? young : leaf, veins: 11)
    }
    let end = line[40]
    canvas.leaf(from: end, to: end + Point(-34, 78), bend: 12, width: 11, colours: young, veins: 6)
  }

  /// Flowers of fine red stamens around pale cups.
  private static func flowers(on canvas: borrowing Canvas, at start: Point, heading: Double, size: Double) {
    let stalks: [(turn: Double, reach: Double, radius: Double)] = [
      (-0.11, 116, 74), (0.13, 120, 72), (0.01, 178, 86), (-0.02, 76, 64),
    ]
    for stalk in stalks {
      let centre = start.moved(stalk.reach * size, heading + stalk.turn)
      canvas.twig(
        Strokes.curve(
          start, start.moved(stalk.reach * size * 0.5, heading + stalk.turn * 0.4), centre, steps: 8),
        thickness: 5 * size, Paint(0x8fa37c))
    }
    for (index, stalk) in stalks.enumerated() {
      let centre = start.moved(stalk.reach * size, heading + stalk.turn)
      blossom(on: canvas, at: centre, radius: stalk.radius * size, seed: UInt64(index) + 3)
    }
  }

  private static func blossom(on canvas: borrowing Canvas, at centre: Point, radius: Double, seed: UInt64) {
    var jitter = Jitter(seed)
    let count = 76
    for layer in 0..<3 {
      let reach = radius * (1 - 0.24 * Double(layer))
      for index in 0..<count {
        let turn = (Double(index) + 0.33 * Double(layer)) / Double(count) + jitter.next() * 0.006
        let length = reach * jitter.around(0.92, 0.1)
        let end = centre.moved(length, turn)
        let control = centre.moved(length * 0.55, turn + jitter.next() * 0.02)
        // Stamens that point at the light are brighter than those below.
        let light = 0.5 - 0.5 * Turn.sine(turn + 0.06)
        let colour: UInt32 = layer == 0 ? 0xa81f35 : light > 0.5 ? 0xe5475a : 0xcf3048
        canvas.fill(
          Strokes.ribbon(Strokes.curve(centre, control, end, steps: 4)) { 1.5 * (1 - 0.35 * $0) },
          Paint(colour))
        canvas.fill(
          Strokes.circle(end, 2.3), Paint(light > 0.4 ? 0xffe3a1 : 0xe8b96a, opacity: 0.65 + 0.35 * light))
      }
    }
    canvas.fill(Strokes.circle(centre, radius * 0.3), Paint(0x6f7f4a))
    canvas.fill(Strokes.circle(centre, radius * 0.26), Paint(0xc9cf86))
    canvas.fill(Strokes.circle(centre + Point(-1.5, -2), radius * 0.19), Paint(0xe6e6a8))
    canvas.fill(Strokes.circle(centre, radius * 0.06), Paint(0x93a05a))
  }

  private static func buds(on canvas: borrowing Canvas, at start: Point) {
    for (turn, reach) in [(0.30, 92.0), (0.39, 108), (0.47, 88), (0.35, 140)] {
      let bud = start.moved(reach, turn)
      canvas.twig(
        Strokes.curve(start, start.moved(reach * 0.5, turn + 0.03), bud, steps: 6), thickness: 3.6,
        Paint(0x8fa37c))
      canvas.fill(Strokes.ellipse(bud.moved(7, turn), 20, 13.5, angle: turn), Paint(0x86966a))
      canvas.fill(Strokes.ellipse(bud.moved(4, turn) + Point(-3, -5), 12, 5.5, angle: turn), Paint(0xb9c390))
      let cap = Strokes.ribbon(
        [bud.moved(20, turn), bud.moved(28, turn), bud.moved(42, turn)]
      ) { 11 * (1 - $0) + 1 }
      canvas.fill(cap, Paint(0xcf3048, 0xe88a72, start: bud.moved(20, turn), end: bud.moved(42, turn)))
    }
  }
}
