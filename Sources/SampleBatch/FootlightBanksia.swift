/// A specimen: one banksia on warm paper.
package struct FootlightBanksia {
  private static let width = 832
  private static let height = 1040
  private static let leaf = LeafColours(
    light: (0x4c6b4f, 0x7f9a6a), dark: (0x36513f, 0x5d7d58), rib: 0xc3cf9f)
  private static let silver = LeafColours(
    light: (0x8f9f86, 0xb3bd9f), dark: (0x75886f, 0x9aaa8a), rib: 0xd9dec2)

  package static func draw() -> [UInt8] {
    let canvas = Canvas(width: width, height: height, ground: 0xf3ebdc)
    let foot = Point(416, 618)
    let stem = Strokes.curve(Point(456, 978), Point(404, 808), foot, steps: 20)
    backLeaves(on: canvas, foot)
    canvas.twig(
      stem.reversed(), thickness: 13, Paint(0x7a5a41, 0x5b4030, start: Point(400, 0), end: Point(440, 0)))
    canvas.twig(
      stem.reversed().map { $0 + Point(-5, 0) }, thickness: 4, Paint(0xa88463, opacity: 0.7))
    sideShoot(on: canvas, from: stem[8])
    Banksia(
      foot: foot, lean: -0.008, height: 476, radius: 142, core: 0x7c3a12, deep: 0xb75a1a, flesh: 0xe0912f,
      light: 0xeda73c, tips: 0xf7d27a
    ).draw(on: canvas)
    frontLeaves(on: canvas, foot)
    return canvas.png()
  }

  private static func backLeaves(on canvas: borrowing Canvas, _ foot: Point) {
    for (turn, reach, bend) in [
      (-0.47, 330.0, -52.0), (-0.03, 330, 52), (-0.40, 322, -40), (-0.10, 322, 40), (0.46, 300, -40),
      (0.04, 300, 40),
    ] {
      canvas.leaf(
        from: foot + Point(0, 6), to: foot.moved(reach, turn), bend: bend, width: 29, colours: silver,
        teeth: 15,
        veins: 0)
    }
  }

  private static func frontLeaves(on canvas: borrowing Canvas, _ foot: Point) {
    for (turn, reach, bend) in [
      (0.425, 336.0, -66.0), (0.075, 336, 66), (0.36, 262, -48), (0.14, 262, 48), (0.30, 190, -26),
      (0.205, 196, 30),
    ] {
      canvas.leaf(
        from: foot + Point(0, -12), to: foot.moved(reach, turn), bend: bend, width: 32, colours: leaf,
        teeth: 14,
        veins: 9)
    }
  }

  /// A young bud on a stem of its own.
  private static func sideShoot(on canvas: borrowing Canvas, from start: Point) {
    let foot = Point(594, 838)
    canvas.twig(
      Strokes.curve(start, Point(500, 872), foot, steps: 10), thickness: 7,
      Paint(0x7a5a41, 0x8a6a4a, start: start, end: foot))
    for (turn, reach, bend) in [(-0.33, 120.0, -14.0), (-0.02, 150, 20), (0.1, 130, 16), (-0.42, 100, -12)] {
      canvas.leaf(
        from: foot, to: foot.moved(reach, turn), bend: bend, width: 15, colours: leaf, teeth: 9, veins: 5)
    }
    Banksia(
      foot: foot, lean: 0.055, height: 104, radius: 34, core: 0x5d6b3a, deep: 0x7d8a4c, flesh: 0xa9ad62,
      light: 0xc3c37c, tips: 0xdfdc9f
    ).draw(on: canvas)
  }
}
