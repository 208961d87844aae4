/// A manifest's bytes and where they came from.
public struct ManifestFile: Hashable, Sendable {
  /// The largest manifest that is read.
  public static let maxBytes = 1 << 20

  public var bytes: [UInt8]
  /// As the user named it; `-` for standard input.
  public var path: String
  /// The absolute folder that paths in the manifest are relative to.
  public var directory: String
  /// The working tree that it lies in, of the project it is read for: it may be a stranger's, and so may what it names.
  public var workingTree: String?

  public init(bytes: [UInt8], path: String, directory: String) {
    self.bytes = bytes
    self.path = path
    self.directory = directory
  }

  /// Makes a path absolute, leaving out what names no folder (`.` and doubled slashes).
  package static func absolute(_ path: String, in directory: String) -> String {
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
