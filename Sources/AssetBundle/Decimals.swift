/// Writes decimal fractions from integers: no rounding but the caller's, the same digits everywhere.
package enum Decimals {
  /// Returns `scaled / 10^places` without trailing zeros, such as `0.25` for 2500 and 4 places. Not negative.
  package static func text(_ scaled: Int, places: Int) -> String {
    precondition(scaled >= 0 && places > 0, "A decimal here is not negative and has places.")
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = padded.suffix(places)
    while fraction.last == "0" { fraction.removeLast() }
    let whole = padded.dropLast(places)
    return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
  }
}
