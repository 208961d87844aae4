/// The flower spike of a banksia: hundreds of florets around a cone.
package struct Banksia {
  /// Where the spike sits on its stem.
  package var foot: Point
  /// Turns away from upright, clockwise.
  package var lean: Double
  package var height: Double
  package var radius: Double
  /// Colours from the shaded core outwards.
  package var core: UInt32
  package var deep: UInt32
  package var flesh: UInt32
  package var light: UInt32
  package var tips: UInt32

  /// Takes a place in the spike's own measure (x across, y up from the foot) to the canvas.
  private func place(_ x: Double, _ y: Double) -> Point { foot + Point(x, -y).rotated(lean) }

  /// Half the spike's width at a height from 0 to 1: a barrel with a rounded top.
  private func girth(_ level: Double) -> Double {
    let below = min(1, (1 - level) / 0.44)
    let dome = (1 - (1 - below) * (1 - below)).squareRoot()
    let waist = 0.82 + 0.18 * min(1, level / 0.24)
    return radius * dome * waist
  }

  package func draw(on canvas: borrowing Canvas) {
    let outline = (0...24).map { Double($0) / 24 }
    canvas.fill(
      outline.map { place(girth($0) * 0.96, height * $0) }
        + outline.reversed().map { place(-girth($0) * 0.96, height * $0) },
      Paint(deep, core, start: place(-radius * 0.6, 0), end: place(radius, 0)))
    fringe(on: canvas)
    florets(on: canvas)
  }

  /// The styles that stick out at both sides, hooked upwards.
  private func fringe(on canvas: borrowing Canvas) {
    var jitter = Jitter(7)
    let rows = Int(height / 7)
    for row in 0..<rows {
      let level = (Double(row) + 0.5) / Double(rows)
      let reach = radius * (0.42 - 0.26 * level)
      for side in [-1.0, 1.0] {
        let start = place(side * girth(level) * 0.86, height * level)
        let bend = place(side * (girth(level) + reach * 0.75), height * level + reach * 0.1)
        let end = place(
          side * (girth(level) + reach * jitter.around(0.95, 0.1)),
          height * level + reach * jitter.around(0.75, 0.15))
        let colour = side < 0 ? flesh : deep
        canvas.fill(
          Strokes.ribbon(Strokes.curve(start, bend, end, steps: 7)) { radius * 0.022 * (1.2 - 0.5 * $0) },
          Paint(colour))
        canvas.fill(Strokes.circle(end, radius * 0.032), Paint(side < 0 ? tips : light))
      }
    }
  }

  /// The florets that face us, row above row, each row turned by half a floret.
  private func florets(on canvas: borrowing Canvas) {
    let spacing = radius * 0.185
    let rows = Int(height * 0.985 / (spacing * 0.62))
    let around = 11
    for row in 0..<rows {
      let level = 0.996 * (Double(row) + 0.4) / (Double(rows) - 0.6)
      let shift = row % 2 == 0 ? 0.0 : 0.5
      for index in 0..<around {
        let turn = ((Double(index) + shift) / Double(around) - 0.5) * 0.5
        let across = Turn.sine(turn)
        let facing = Turn.cosine(turn)
        let x = girth(level) * across
        // Rows sag towards the sides, as circles around a cone do when seen a little from above.
        let y = height * level - radius * 0.1 * facing + radius * 0.06
        floret(on: canvas, at: place(x, y), across: across, facing: facing, level: level, size: spacing)
      }
    }
  }

  private func floret(
    on canvas: borrowing Canvas, at point: Point, across: Double, facing: Double, level: Double,
    size: Double
  ) {
    let outwards = Point(across * size * 1.1, -size * (0.35 + 0.4 * level)).rotated(lean)
    let end = point + outwards
    // Light falls from the upper left.
    let light = max(0, min(1, 0.42 - 0.62 * across + 0.22 * facing))
    let width = size * (0.2 + 0.2 * facing)
    let body = Strokes.ribbon(Strokes.curve(point - outwards * 0.5, point, end, steps: 5)) {
      width * (0.55 + 0.9 * $0 * (1.25 - $0))
    }
    canvas.fill(body, Paint(core, opacity: 0.55 * facing + 0.2))
    let inner = Strokes.ribbon(Strokes.curve(point - outwards * 0.3, point, end, steps: 5)) {
      width * (0.35 + 0.75 * $0 * (1.25 - $0))
    }
    canvas.fill(inner, Paint(deep, flesh, start: point, end: end))
    canvas.fill(inner, Paint(self.light, opacity: 0.75 * light))
    canvas.fill(
      Strokes.circle(end, width * 0.62), Paint(light > 0.45 ? tips : self.light, opacity: 0.45 + 0.55 * light)
    )
  }
}
