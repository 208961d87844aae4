/// A manifest's bytes and where they came from.
public struct ManifestFile: Hashable, Sendable {
  /// The largest manifest that is read.
  public static let maxBytes = 1 << 20

  public var bytes: [UInt8]
  /// As the user named it; `-` for standard input.
  public var path: String
  /// The absolute folder that paths in the manifest are relative to.
  public var directory: String

  public init(bytes: [UInt8], path: String, directory: String) {
    self.bytes = bytes
    self.path = path
    self.directory = directory
  }

  /// Reads a manifest's bytes: of `-` from standard input, which may be a pipe; else from a regular file.
  /// No more than a byte over the limit is read.
  public static func load(_ path: String, workingDirectory: String) throws(Faults) -> ManifestFile {
    let isInput = path == "-"
    do throws(InputFile.Refusal) {
      let bytes =
        try isInput
        ? InputFile.beginning(of: 0, limitBytes: maxBytes)
        : InputFile.beginning(of: path, limitBytes: maxBytes)
      let directory = isInput ? workingDirectory : folder(of: path, in: workingDirectory)
      return ManifestFile(bytes: bytes, path: path, directory: directory)
    } catch {
      throw Faults([.manifestMissing(path, error)])
    }
  }

  /// The folder a path lies in, made absolute; links and `..` stay for the kernel to follow.
  private static func folder(of path: String, in workingDirectory: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return workingDirectory }
    return slash == path.startIndex ? "/" : absolute(String(path[..<slash]), in: workingDirectory)
  }

  /// Makes a path absolute, leaving out what names no folder (`.` and doubled slashes).
  static func absolute(_ path: String, in directory: String) -> String {
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}

extension Manifest {
  /// Reads and checks a manifest, telling everything that is wrong with it at once, by line and column.
  ///
  /// Nothing is written and no image is looked at. The faults' exit is 65; there are never more than 150 of
  /// them.
  public static func read(
    _ file: ManifestFile, under configuration: Configuration
  ) throws(Faults) -> Manifest {
    if let kind = ForeignInput(file.bytes) { throw Faults([.manifestIsAnother(file.path, kind)]) }
    var reader = ManifestReader(file: file, configuration: configuration)
    return try reader.read()
  }
}
