/// The name of an image's file without its ending, taken apart: the suffix `@2x` or `@3x` sets the scale and is not
/// part of name or id.
package struct ImageStem: Hashable, Sendable {
  /// The name without ending and suffix.
  package let text: String
  /// Pixels of the image to a pixel on the page: 1, 2 or 3.
  package let scale: Int

  package init(path: String) {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    var stem = file[...]
    if let dot = file.lastIndex(of: "."), dot != file.startIndex { stem = file[..<dot] }
    for (suffix, scale) in [("@2x", 2), ("@3x", 3)] where stem.hasSuffix(suffix) && stem.count > suffix.count
    {
      self.text = String(stem.dropLast(suffix.count))
      self.scale = scale
      return
    }
    text = String(stem)
    scale = 1
  }
}
