import Core
import FileStore
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ProjectLayout {
  /// Makes the ledger's folder in a project root, or completes one; returns once it is on disk.
  ///
  /// Idempotent, and safe against another process that does the same and against a kill between any two
  /// steps: nothing that is there is replaced. The folder is for its owner alone (0700), and git is told to
  /// pass it by.
  public static func create(at root: String) throws(Fault) -> ProjectLayout {
    let root = try ProjectPath.resolved(root)
    let ledgerFolder = ProjectPath.appending([folderName], to: root)
    let layout = ProjectLayout(root: root, ledgerFolder: ledgerFolder)
    try layout.refuseLinks()
    do throws(FileError) {
      let outer = try OpenFile.open(root, O_RDONLY | O_DIRECTORY)
      _ = try outer.makeFolder(folderName, mode: 0o700)
      let folder = try outer.folder(folderName)
      for name in folders { _ = try folder.makeFolder(name, mode: 0o700) }
      try writeGitignore(in: folder)
      // Another process may have made any of these and not yet synced it, so every folder is synced each
      // time.
      try folder.sync()
      try outer.sync()
    } catch {
      throw .file("make", ledgerFolder, error)
    }
    return layout
  }

  /// Names in the ledger's folder that every writer needs and that `create` makes.
  var missingNames: [String] {
    (Self.folders + [".gitignore"]).filter { name in
      ProjectPath.kind(of: ProjectPath.appending([name], to: ledgerFolder)) == nil
    }
  }

  /// Makes what is missing in a ledger's folder: a killed command left it half made, or a copy dropped empty folders.
  func complete() throws(Fault) {
    if !missingNames.isEmpty { _ = try Self.create(at: ProjectPath.parent(of: ledgerFolder)) }
  }

  private static let folders = ["tmp", "objects", "locks"]

  /// Tells git to pass everything in the folder by, unless a file says something about that already.
  private static func writeGitignore(in folder: OpenFile) throws(FileError) {
    let name = ".gitignore"
    if try folder.status(of: name) != nil { return }
    let temporary = try TemporaryFile.make(
      in: try folder.folder("tmp"), prefix: FileObjectStore.temporaryPrefix, mode: 0o600)
    defer { temporary.discard() }
    try temporary.file.write(Array("*\n".utf8))
    try temporary.file.sync()
    do {
      try temporary.folder.link(temporary.name, as: name, in: folder)
    } catch {
      if error.number != EEXIST { throw error }
    }
  }
}
