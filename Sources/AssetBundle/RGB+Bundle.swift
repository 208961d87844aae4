import Core

/// A colour as a bundle shows it.
extension RGB {
  /// The channels from 0 to 1 with four decimals, which is enough to get each of the 256 steps back. Made of
  /// integers, so that the digits are the same everywhere.
  package var components: [String] {
    [red, green, blue].map { channel in
      Decimals.text((Int(channel) * 10_000 * 2 + 255) / (255 * 2), places: 4)
    }
  }

  /// The colour in words, such as `dark olive`.
  package var words: String { ColourNames.nearest(to: self) }
}
