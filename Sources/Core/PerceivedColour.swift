/// A colour as the eye sees it, such that the plain distance of two says how different they look.
///
/// This is Oklab with two changes: lightness is the estimate of Okhsl ("toe") and the colour axes shrink with
/// it, since Oklab tells blacks apart that nobody can; and both colour axes are doubled, to weigh as much as
/// lightness. 0.02 is just visible, 1 is black and white. Only additions, multiplications, divisions and
/// square roots take part, each rounded as IEEE 754 says, so that the same bytes give the same numbers on
/// every machine; a C library's `pow` and `cbrt` do not promise that.
package struct PerceivedColour: Hashable, Sendable {
  package var lightness: Double
  package var greenRed: Double
  package var blueYellow: Double

  package init(lightness: Double, greenRed: Double, blueYellow: Double) {
    self.lightness = lightness
    self.greenRed = greenRed
    self.blueYellow = blueYellow
  }

  package init(_ colour: RGB) {
    let plain = Oklab(colour)
    lightness = Self.toe(plain.lightness)
    let scale = plain.lightness > 0 ? 2 * lightness / plain.lightness : 0
    greenRed = scale * plain.greenRed
    blueYellow = scale * plain.blueYellow
  }

  /// Distance from grey: 0 to about 0.65.
  package var chroma: Double { (greenRed * greenRed + blueYellow * blueYellow).squareRoot() }

  package func distance(to other: PerceivedColour) -> Double { squaredDistance(to: other).squareRoot() }

  package func squaredDistance(to other: PerceivedColour) -> Double {
    let lightness = lightness - other.lightness
    let greenRed = greenRed - other.greenRed
    let blueYellow = blueYellow - other.blueYellow
    return lightness * lightness + greenRed * greenRed + blueYellow * blueYellow
  }

  /// The colour that lies between two, at a fraction of the way.
  package func mixed(with other: PerceivedColour, _ fraction: Double) -> PerceivedColour {
    PerceivedColour(
      lightness: lightness + (other.lightness - lightness) * fraction,
      greenRed: greenRed + (other.greenRed - greenRed) * fraction,
      blueYellow: blueYellow + (other.blueYellow - blueYellow) * fraction)
  }

  private static func toe(_ lightness: Double) -> Double {
    let k1 = 0.206
    let k2 = 0.03
    let k3 = (1 + k1) / (1 + k2)
    let shifted = k3 * lightness - k1
    return 0.5 * (shifted + (shifted * shifted + 4 * k2 * k3 * lightness).squareRoot())
  }
}

/// A colour in Oklab (https://bottosson.github.io/posts/oklab/), in the arithmetic that `PerceivedColour` describes.
package struct Oklab: Hashable, Sendable {
  /// Colours nearer than this count as the same where somebody names one.
  package static let nameReach = 0.04

  /// 0 to 1.
  package var lightness: Double
  package var greenRed: Double
  package var blueYellow: Double

  package init(_ colour: RGB) {
    let red = Self.linear[Int(colour.red)]
    let green = Self.linear[Int(colour.green)]
    let blue = Self.linear[Int(colour.blue)]
    let long = Self.cubeRoot(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let medium = Self.cubeRoot(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let short = Self.cubeRoot(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    greenRed = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    blueYellow = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
  }

  package func distance(to other: Oklab) -> Double {
    let lightness = lightness - other.lightness
    let greenRed = greenRed - other.greenRed
    let blueYellow = blueYellow - other.blueYellow
    return (lightness * lightness + greenRed * greenRed + blueYellow * blueYellow).squareRoot()
  }

  /// Linear light of each sRGB value.
  package static let linear: [Double] = (0...255).map { value in
    let part = Double(value) / 255
    if part <= 0.04045 { return part / 12.92 }
    // x to the power of 2.4 is x² times the square of x's fifth root.
    let base = (part + 0.055) / 1.055
    let root = fifthRoot(base)
    return base * base * root * root
  }

  /// The cube root of 0…1, by Newton's method from above: every step comes nearer, so a fixed number
  /// suffices.
  private static func cubeRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    var root = 1.0
    for _ in 0..<40 {
      let next = (2 * root + value / (root * root)) / 3
      if next >= root { break }
      root = next
    }
    return root
  }

  /// The fifth root of 0…1, in the same way.
  private static func fifthRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    var root = 1.0
    for _ in 0..<60 {
      let square = root * root
      let next = (4 * root + value / (square * square)) / 5
      if next >= root { break }
      root = next
    }
    return root
  }
}
