import BatchModel
import Core
import Files
import GitRepository

extension ManifestFile {
  /// Reads a manifest's bytes: of `-` from standard input, which may be a pipe; else from a regular file.
  /// No more than a byte over the limit is read. Below `root`, the project's, no link is followed.
  public static func load(
    _ path: String, workingDirectory: String, root: String? = nil
  ) throws(Faults) -> ManifestFile {
    let isInput = path == "-"
    do throws(InputFile.Refusal) {
      let bytes =
        try isInput
        ? InputFile.beginning(of: 0, limitBytes: maxBytes)
        : bytes(of: absolute(path, in: workingDirectory), root: root)
      let directory = isInput ? workingDirectory : folder(of: path, in: workingDirectory)
      var file = ManifestFile(bytes: bytes, path: path, directory: directory)
      if !isInput, let root {
        file.workingTree = tree(of: absolute(path, in: workingDirectory), around: root)
      }
      return file
    } catch {
      if case .link(let link) = error { throw Faults([.linkInProject(path, link: link)]) }
      throw Faults([.manifestMissing(path, error)])
    }
  }

  /// The top of the working tree around the project's root, where a file lies in it.
  private static func tree(of path: String, around root: String) -> String? {
    let top = SurroundingTree.around(root)?.top ?? root
    return ProjectPath.leads(path, into: top) ? top : nil
  }

  /// Reads a file by its absolute path; from where the path enters the project on, through no link.
  private static func bytes(of path: String, root: String?) throws(InputFile.Refusal) -> [UInt8] {
    guard let root, let inside = ProjectPath.components(of: path, enteringFolder: root) else {
      return try InputFile.beginning(of: path, limitBytes: maxBytes)
    }
    return try InputFile.beginning(
      of: inside.joined(separator: "/"), beneath: root, limitBytes: maxBytes)
  }

  /// The folder a path lies in, made absolute; links and `..` stay for the kernel to follow.
  private static func folder(of path: String, in workingDirectory: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return workingDirectory }
    return slash == path.startIndex ? "/" : absolute(String(path[..<slash]), in: workingDirectory)
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
