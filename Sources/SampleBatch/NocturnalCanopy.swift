/// A pattern that repeats without seams: gum leaves, wattle and banksias at night.
package struct NocturnalCanopy {
  private static let side = 1024
  private static let sage = LeafColours(
    light: (0x7a9e82, 0x94b59a), dark: (0x587a63, 0x6d9077), rib: 0xb9cfb4)
  private static let shadow = LeafColours(
    light: (0x2a302a, 0x333b33), dark: (0x232823, 0x2b312b), rib: 0x3c463d)
  private static let serrate = LeafColours(
    light: (0x5d7f68, 0x7a9e82), dark: (0x456150, 0x587a63), rib: 0xa9c4a4)

  package static func draw() -> [UInt8] {
    let canvas = Canvas(width: side, height: side, ground: 0x1a1714, wraps: true)
    shadows(on: canvas)
    gum(on: canvas, from: Point(512, 140), heading: 0.06, length: 430, seed: 3, mirrored: false)
    gum(on: canvas, from: Point(0, 652), heading: 0.06, length: 430, seed: 5, mirrored: true)
    gum(on: canvas, from: Point(196, 806), heading: 0.05, length: 300, seed: 8, mirrored: false)
    gum(on: canvas, from: Point(206, 92), heading: 0.1, length: 270, seed: 9, mirrored: false)
    blossoms(on: canvas, at: Point(846, 484))
    blossoms(on: canvas, at: Point(452, 958))
    wattle(on: canvas, from: Point(664, 640), heading: -0.36, seed: 11)
    wattle(on: canvas, from: Point(152, 128), heading: -0.36, seed: 12)
    banksia(on: canvas, at: Point(252, 486), lean: -0.045)
    banksia(on: canvas, at: Point(764, 998), lean: 0.05)
    gumnuts(on: canvas, at: Point(470, 690), turn: 0.1)
    gumnuts(on: canvas, at: Point(982, 178), turn: 0.6)
    gumnuts(on: canvas, at: Point(892, 652), turn: 0.35)
    pollen(on: canvas)
    return canvas.png()
  }

  /// Leaves in the dark behind everything, for depth.
  private static func shadows(on canvas: borrowing Canvas) {
    var jitter = Jitter(41)
    for row in 0..<5 {
      for column in 0..<5 {
        let base = Point(
          jitter.around(Double(column) * 204.8 + (row % 2 == 0 ? 0 : 102), 34),
          jitter.around(Double(row) * 204.8, 34))
        let turn = jitter.around(0, 0.5)
        canvas.leaf(
          from: base, to: base.moved(jitter.around(150, 24), turn), bend: jitter.next() * 42, width: 17,
          colours: shadow)
      }
    }
  }

  /// A branch of sickle leaves along a slow curve.
  private static func gum(
    on canvas: borrowing Canvas, from start: Point, heading: Double, length: Double, seed: UInt64,
    mirrored: Bool
  ) {
    var jitter = Jitter(seed)
    let sway = mirrored ? -1.0 : 1.0
    let end = start.moved(length, heading * sway)
    let line = Strokes.curve(start, start.moved(length * 0.53, (heading - 0.11) * sway), end, steps: 22)
    canvas.twig(line, thickness: 4.2, Paint(0x8a5a44, 0x7a9e82, start: start, end: end))
    for index in stride(from: 2, to: line.count, by: length > 400 ? 2 : 3) {
      let t = Double(index) / Double(line.count)
      let direction = line[index] - line[index - 1]
      let side = index / 2 % 2 == 0 ? 1.0 : -1.0
      let reach = 128 * (1 - 0.35 * t) * jitter.around(1, 0.1)
      let along = direction * (1 / direction.length)
      let tip =
        line[index] + along * (reach * 0.74) + along.normal * (side * reach * 0.62) + Point(0, reach * 0.16)
      canvas.leaf(
        from: line[index], to: tip, bend: -side * reach * 0.17, width: 14.5 * (1 - 0.2 * t), colours: sage,
        veins: 5)
    }
    let last = line[line.count - 1]
    canvas.leaf(
      from: last, to: last.moved(96, heading * sway + 0.03), bend: 14, width: 11, colours: sage, veins: 4)
  }

  /// A spray of wattle: feathery leaves and golden balls.
  private static func wattle(
    on canvas: borrowing Canvas, from start: Point, heading: Double, seed: UInt64
  ) {
    var jitter = Jitter(seed)
    let end = start.moved(330, heading)
    let line = Strokes.curve(start, start.moved(180, heading + 0.07), end, steps: 20)
    canvas.twig(line, thickness: 3.2, Paint(0x6b5a33, 0x9a8440, start: start, end: end))
    for index in stride(from: 2, to: line.count - 3, by: 5) {
      for side in [-1.0, 1.0] {
        let stem = Strokes.curve(
          line[index], line[index].moved(52, heading + side * 0.13),
          line[index].moved(104, heading + side * 0.16), steps: 12)
        feather(on: canvas, stem)
      }
    }
    for index in stride(from: 3, to: line.count, by: 2) {
      let side = index % 4 == 1 ? 1.0 : -1.0
      let reach = jitter.around(40, 9) * (1.12 - 0.6 * Double(index) / Double(line.count))
      let ball = line[index].moved(reach, heading + side * jitter.around(0.19, 0.02))
      canvas.twig(
        Strokes.curve(line[index], line[index] + (ball - line[index]) * 0.5, ball, steps: 4), thickness: 1.6,
        Paint(0x9a8440))
      canvas.pompom(
        ball, radius: jitter.around(21, 2.5), shade: 0x8a6a26, colour: 0xd4a84b, tips: 0xf2d588,
        seed: seed &+ UInt64(index))
    }
    canvas.pompom(end, radius: 16, shade: 0x8a6a26, colour: 0xd4a84b, tips: 0xf2d588, seed: seed)
  }

  /// A leaf of many small leaflets in pairs.
  private static func feather(on canvas: borrowing Canvas, _ stem: [Point]) {
    canvas.fill(Strokes.ribbon(stem) { 1.3 * (1 - 0.6 * $0) }, Paint(0x6d9077))
    for index in 2..<stem.count {
      let direction = stem[index] - stem[index - 1]
      let along = direction * (1 / direction.length)
      let reach = 22 * (1 - 0.55 * Double(index) / Double(stem.count))
      for side in [-1.0, 1.0] {
        let tip = stem[index] + along * (reach * 0.6) + along.normal * (side * reach * 0.8)
        let line = [stem[index], stem[index] + (tip - stem[index]) * 0.5, tip]
        canvas.fill(Strokes.ribbon(line) { 0.5 + 7.6 * $0 * (1 - $0) }, Paint(0x6d9077))
      }
    }
  }

  private static func banksia(on canvas: borrowing Canvas, at foot: Point, lean: Double) {
    for index in 0..<7 {
      let turn = lean - 0.25 + (Double(index) - 3) * 0.108
      let reach = 205.0 - 9 * Double((index - 3) * (index - 3))
      let base = foot.moved(16, turn)
      canvas.leaf(
        from: base, to: base.moved(reach, turn), bend: (Double(index) - 3) * 9, width: 19, colours: serrate,
        teeth: 11)
    }
    canvas.twig(
      Strokes.curve(foot, foot.moved(60, lean + 0.25), foot.moved(134, lean + 0.29), steps: 10), thickness: 7,
      Paint(0x6b4636, 0x8a5a44, start: foot, end: foot.moved(134, lean + 0.29)))
    for side in [-1.0, 1.0] {
      for index in 0..<2 {
        let turn = lean + 0.25 - side * (0.09 + 0.1 * Double(index))
        canvas.leaf(
          from: foot, to: foot.moved(118 - 12 * Double(index), turn), bend: side * 22, width: 17,
          colours: serrate, teeth: 8)
      }
    }
    Banksia(
      foot: foot, lean: lean, height: 206, radius: 66, core: 0x5f2620, deep: 0x983f33, flesh: 0xc45c4b,
      light: 0xc96450, tips: 0xd4885c
    ).draw(on: canvas)
  }

  /// Three small gum flowers between two leaves.
  private static func blossoms(on canvas: borrowing Canvas, at place: Point) {
    for (turn, bend) in [(0.58, 24.0), (0.92, -24.0), (0.25, 16.0)] {
      canvas.leaf(
        from: place, to: place.moved(112, turn), bend: bend, width: 15, colours: sage, veins: 5)
    }
    for (index, offset) in [Point(-30, -20), Point(32, -24), Point(2, 22)].enumerated() {
      let centre = place + offset
      for stamen in 0..<40 {
        let turn = Double(stamen) / 40
        let end = centre.moved(stamen % 2 == 0 ? 31 : 24, turn + 0.03 * Double(index))
        canvas.fill(
          Strokes.ribbon([centre, end]) { _ in 0.9 }, Paint(stamen % 2 == 0 ? 0xc45c4b : 0xd4885c))
        canvas.fill(Strokes.circle(end, 1.7), Paint(0xf2d588))
      }
      canvas.fill(Strokes.circle(centre, 9.5), Paint(0x6d9077))
      canvas.fill(Strokes.circle(centre, 7), Paint(0xd4a84b))
    }
  }

  private static func gumnuts(on canvas: borrowing Canvas, at place: Point, turn: Double) {
    for index in 0..<3 {
      let heading = turn + Double(index) * 0.13 - 0.13
      let nut = place.moved(46, heading)
      canvas.twig(
        Strokes.curve(place, place.moved(20, heading + 0.03), nut, steps: 5), thickness: 2.4, Paint(0x8a5a44))
      canvas.fill(Strokes.ellipse(nut.moved(6, heading), 15, 12, angle: heading), Paint(0x9c6246))
      canvas.fill(
        Strokes.ellipse(nut.moved(4, heading) + Point(-2, -4), 9, 5, angle: heading),
        Paint(0xd4885c, opacity: 0.8))
      canvas.fill(Strokes.ellipse(nut.moved(19, heading), 3.6, 8.5, angle: heading), Paint(0x4a2c22))
    }
  }

  private static func pollen(on canvas: borrowing Canvas) {
    var jitter = Jitter(97)
    for row in 0..<9 {
      for column in 0..<9 {
        let point = Point(
          jitter.around(Double(column) * 113.8 + 40, 44), jitter.around(Double(row) * 113.8 + 30, 44))
        canvas.fill(
          Strokes.circle(point, jitter.around(1.7, 0.7)), Paint(0xd4a84b, opacity: jitter.around(0.5, 0.25)))
      }
    }
  }
}
