import Core

/// An image's colours as points in perceived space, with how densely they lie: where they crowd, a person
/// sees one colour.
///
/// Bins are gathered into the cells of a fixed grid, whose number is bounded by what sRGB can show (about
/// 3500). Everything is sorted by cell before it is summed, so the result does not depend on any order.
package struct ColourCloud {
  /// A cell of the grid that holds some colour.
  package struct Point {
    package var cell: Cell
    package var colour: PerceivedColour
    package var sum: ColourSum
    /// Weight in the neighbourhood as a share of the whole, near colours counting more.
    package var density = 0.0
    /// The heaviest bin in the cell.
    package var heaviest: ColourSum
  }

  /// A place in the grid.
  package struct Cell: Hashable, Comparable {
    package var lightness: Int
    package var greenRed: Int
    package var blueYellow: Int

    package init(_ colour: PerceivedColour) {
      lightness = Int((colour.lightness / ColourCloud.cellSize).rounded(.down))
      greenRed = Int((colour.greenRed / ColourCloud.cellSize).rounded(.down))
      blueYellow = Int((colour.blueYellow / ColourCloud.cellSize).rounded(.down))
    }

    package static func < (left: Cell, right: Cell) -> Bool {
      (left.lightness, left.greenRed, left.blueYellow) < (right.lightness, right.greenRed, right.blueYellow)
    }
  }

  private static let cellSize = 0.04
  /// How far a colour's weight is felt.
  private static let reach = 0.075

  /// Sorted by falling density, equal ones by cell.
  package let points: [Point]
  package let weight: UInt64
  private let densities: [Cell: Double]

  package init(_ bins: [ColourSum]) {
    var byCell: [Cell: Point] = [:]
    for bin in bins {
      let colour = PerceivedColour(bin.mean)
      let cell = Cell(colour)
      if var point = byCell[cell] {
        point.sum += bin
        // Bins come in a fixed order, so the first of two equally heavy ones is always the same.
        if bin.weight > point.heaviest.weight { point.heaviest = bin }
        byCell[cell] = point
      } else {
        byCell[cell] = Point(cell: cell, colour: colour, sum: bin, heaviest: bin)
      }
    }
    var points = byCell.values.sorted { $0.cell < $1.cell }
    weight = points.reduce(0) { $0 + $1.sum.weight }
    for index in points.indices { points[index].colour = PerceivedColour(points[index].sum.mean) }
    Self.measureDensities(&points, total: Double(weight))
    densities = Dictionary(uniqueKeysWithValues: points.map { ($0.cell, $0.density) })
    self.points = points.sorted { ($1.density, $0.cell) < ($0.density, $1.cell) }
  }

  /// Sums every point's neighbours, nearer ones weighing more; points are sorted by lightness, so few pairs
  /// are looked at.
  private static func measureDensities(_ points: inout [Point], total: Double) {
    let reachSquared = reach * reach
    let colours = points.map(\.colour)
    let shares = points.map { Double($0.sum.weight) / total }
    let layers = points.map(\.cell.lightness)
    var densities = shares
    let layersInReach = Int((reach / cellSize).rounded(.up))
    for left in points.indices {
      var right = left + 1
      while right < colours.count && layers[right] - layers[left] <= layersInReach {
        let squared = colours[left].squaredDistance(to: colours[right])
        if squared < reachSquared {
          let nearness = 1 - squared / reachSquared
          densities[left] += shares[right] * nearness
          densities[right] += shares[left] * nearness
        }
        right += 1
      }
    }
    for index in points.indices { points[index].density = densities[index] }
  }

  /// How densely colours lie at a place: 0 where the grid's cell is empty.
  package func density(at colour: PerceivedColour) -> Double { densities[Cell(colour)] ?? 0 }

  /// The colour to show for a point: the one flat colour there, if there is one, or the mean of its
  /// neighbourhood.
  package func shownColour(at point: Point) -> RGB {
    var around = ColourSum()
    var heaviest = ColourSum()
    for other in points where other.colour.distance(to: point.colour) < Self.cellSize {
      around += other.sum
      if other.heaviest.weight > heaviest.weight { heaviest = other.heaviest }
    }
    return heaviest.weight * 3 >= around.weight ? heaviest.mean : around.mean
  }

  /// Every colour that covers at least a share of the whole, the largest first: what lies within `reach` of the
  /// heaviest colour counts as that one.
  package func colours(coveringAtLeast least: Double, within reach: Double) -> [ImageMeasures.Covering] {
    var rest = points.map { (place: Oklab($0.sum.mean), point: $0) }
      .sorted { ($1.point.sum.weight, $0.point.cell) < ($0.point.sum.weight, $1.point.cell) }
    var found: [ImageMeasures.Covering] = []
    while let head = rest.first {
      var covered: UInt64 = 0
      rest.removeAll { other in
        guard other.place.distance(to: head.place) < reach else { return false }
        covered += other.point.sum.weight
        return true
      }
      // The head itself is always within reach of itself, so the loop ends.
      let share = Double(covered) / Double(weight)
      if share >= least { found.append(.init(colour: head.point.heaviest.mean, share: share)) }
    }
    return found.sorted { ($1.share, $0.colour) < ($0.share, $1.colour) }
  }
}
