/// Names that Windows keeps for its devices.
package enum WindowsDevice {
  /// Tells whether Windows takes a name for a device's, whatever follows the first dot.
  package static func isName(_ component: String) -> Bool {
    var stem = component.prefix { $0 != "." && $0 != ":" }.uppercased()
    while stem.hasSuffix(" ") { stem.removeLast() }
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(stem) { return true }
    // Superscript digits count, too.
    return ["COM", "LPT"].contains(stem.prefix(3)) && stem.count == 4
      && "0123456789¹²³".contains(stem.suffix(1))
  }
}
