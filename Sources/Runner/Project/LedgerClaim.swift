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

/// Which repository a ledger outside of every working tree works for, as a file in its folder says.
///
/// A ledger in a working tree belongs to that one, and has no such file.
enum LedgerClaim {
  static let fileName = "repository"

  /// The git folder that all worktrees of the repository share; nil where nothing is claimed.
  static func read(_ ledgerFolder: String) -> String? {
    guard let bytes = WholeFile.read(ledgerFolder + "/" + fileName), bytes.count < 8192,
      let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("/"), text.hasSuffix("\n")
    else { return nil }
    return String(text.dropLast())
  }

  /// The repository that a ledger belongs to, if it is another one that is still there.
  static func other(than commonFolder: String, on ledgerFolder: String) -> String? {
    guard let claimed = read(ledgerFolder), claimed != commonFolder,
      SurroundingTree.isGitFolder(claimed)
    else { return nil }
    return claimed
  }

  /// Writes down that a ledger works for a repository, unless it says so already.
  static func make(for commonFolder: String, on ledgerFolder: String) throws(Fault) {
    guard read(ledgerFolder) != commonFolder else { return }
    do throws(FileError) {
      let folder = try OpenFile.open(ledgerFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      let temporary = try TemporaryFile.make(
        in: try folder.folder("tmp"), prefix: FileObjectStore.temporaryPrefix, mode: 0o600)
      defer { temporary.discard() }
      try temporary.file.write(Array("\(commonFolder)\n".utf8))
      try temporary.file.sync()
      try temporary.folder.rename(temporary.name, to: fileName, in: folder)
      try folder.sync()
    } catch {
      throw .file("write", ledgerFolder + "/" + fileName, error)
    }
  }
}
