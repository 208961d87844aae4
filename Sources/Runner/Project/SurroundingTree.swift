import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The git working tree around a folder, found where git finds it but without asking git.
///
/// Only a search for the ledger goes by it. Whether the repository can be worked in is for git to say.
struct SurroundingTree: Hashable, Sendable {
  /// The folder that holds `.git`.
  let top: String
  /// This working tree's own git folder.
  let gitFolder: String
  /// The git folder that all worktrees of the repository share.
  let commonFolder: String

  /// Tells whether the repository has a main worktree, or a bare folder, elsewhere.
  var isLinked: Bool { gitFolder != commonFolder }

  /// Finds the nearest one upwards; `folder` is resolved. A `.git` that git would pass by is passed by.
  static func around(_ folder: String) -> SurroundingTree? {
    var top = folder
    while true {
      if let found = at(top) { return found }
      if top == "/" { return nil }
      top = ProjectPath.parent(of: top)
    }
  }

  private static func at(_ top: String) -> SurroundingTree? {
    let path = ProjectPath.appending([".git"], to: top)
    switch FileFacts(following: path).kind {
    case .folder:
      guard let folder = resolved(path), isGitFolder(folder) else { return nil }
      return SurroundingTree(top: top, gitFolder: folder, commonFolder: folder)
    case .file:
      guard let target = line(of: path, after: "gitdir: ") else { return nil }
      // A folder that is gone is still this working tree's: git refuses it, and goes no higher.
      let folder = resolved(absolute(target, from: top)) ?? absolute(target, from: top)
      let common = line(of: folder + "/commondir", after: "").flatMap { resolved(absolute($0, from: folder)) }
      return SurroundingTree(top: top, gitFolder: folder, commonFolder: common ?? folder)
    default: return nil
    }
  }

  /// Tells whether a folder is a repository's, as git judges it.
  static func isGitFolder(_ path: String) -> Bool {
    guard FileFacts(at: path + "/HEAD").kind != .absent else { return false }
    if FileFacts(following: path + "/commondir").kind == .file { return true }
    return FileFacts(following: path + "/objects").kind == .folder
      && FileFacts(following: path + "/refs").kind == .folder
  }

  /// Reads the first line of a small file that begins as expected, without the beginning.
  private static func line(of path: String, after beginning: String) -> String? {
    guard let bytes = WholeFile.read(path), bytes.count < 8192,
      let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(beginning)
    else { return nil }
    let line = text.dropFirst(beginning.count).prefix { $0 != "\n" && $0 != "\r\n" }
    return line.isEmpty ? nil : String(line)
  }

  private static func absolute(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
  }

  private static func resolved(_ path: String) -> String? { try? ProjectPath.resolved(path) }
}

extension SurroundingTree {
  /// The folders in which the ledger of all worktrees is looked for, at the same sub-folder as in this one.
  ///
  /// The main worktree's top; without one the bare repository, then the folder that holds it, unless that one is
  /// another project's. Empty where this is not a linked worktree.
  var sharedTops: [String] {
    guard isLinked else { return [] }
    if let mainWorktree { return [mainWorktree] }
    return [commonFolder] + (besideBare.map { [$0] } ?? [])
  }

  /// The folder in which a ledger is made, so that it outlives this worktree where others share the repository.
  var topForLedger: String {
    guard isLinked else { return top }
    if let mainWorktree { return mainWorktree }
    guard let besideBare, access(besideBare, W_OK | X_OK) == 0 else { return commonFolder }
    return besideBare
  }

  /// The folder that holds the bare repository; nil where it belongs to another repository, or its ledger does.
  private var besideBare: String? {
    let folder = ProjectPath.parent(of: commonFolder)
    if let around = Self.around(folder), around.commonFolder != commonFolder { return nil }
    let ledger = ProjectPath.appending([ProjectLayout.folderName], to: folder)
    return LedgerClaim.other(than: commonFolder, on: ledger) == nil ? folder : nil
  }

  /// The top of the main worktree; nil where the repository is bare or does not say.
  private var mainWorktree: String? {
    if commonFolder.hasSuffix("/.git") { return ProjectPath.parent(of: commonFolder) }
    // A submodule's folder says where its working tree is.
    guard let bytes = WholeFile.read(commonFolder + "/config"),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map { part in
        String(part.drop { $0 == " " || $0 == "\t" })
      }
      guard parts.count == 2, parts[0].lowercased().hasPrefix("worktree") else { continue }
      return Self.resolved(Self.absolute(parts[1], from: commonFolder))
    }
    return nil
  }
}
