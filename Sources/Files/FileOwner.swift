import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whose files are: for messages, and for what is refused because it is somebody else's.
package enum FileOwner {
  /// A user as messages name one.
  package struct User: Hashable {
    package var name: String
    package var number: uid_t

    package init(name: String, number: uid_t) {
      self.name = name
      self.number = number
    }

    package static var current: User { User(name: FileOwner.name(of: geteuid()), number: geteuid()) }
  }

  /// What a refusal of the system means: whose the file is, and what to do. `sentence` has no full stop.
  package static func fault(
    _ sentence: String, _ path: String, _ number: Int32, code: FaultCode = .notPermitted
  ) -> Fault {
    if number == EROFS { return .readOnlyPlace(sentence, path, code: code) }
    let reason = FileError("", number).text
    guard let entry = refusing(path), entry.owner != geteuid() else {
      return .modeRefuses(
        sentence, path, reason: reason, tree: refusing(path)?.tree ?? path, code: code)
    }
    return .ownerRefuses(
      sentence, path, reason: reason, entry: entry.path, owner: name(of: entry.owner), user: .current,
      tree: entry.tree, code: code)
  }

  /// An entry that is in the way, and the tree whose owner or modes are to be set.
  package struct Entry: Hashable {
    package var path: String
    package var owner: uid_t
    /// The ledger's folder around the entry, or the entry itself.
    package var tree: String
  }

  /// The entry on the way to a path that this user may not use: the path itself, or the nearest folder above it that
  /// is there. Nil where nothing is.
  package static func refusing(_ path: String) -> Entry? {
    var entry = path
    var found: Entry?
    while true {
      var facts = stat()
      if lstat(entry, &facts) == 0 {
        let isFolder = facts.st_mode & S_IFMT == S_IFDIR
        let wanted = isFolder ? W_OK | X_OK : W_OK
        let here = Entry(path: entry, owner: facts.st_uid, tree: tree(around: entry))
        if access(entry, wanted) != 0 { return here }
        found = found ?? here
        if isFolder { return found }
      }
      if entry == "/" { return found }
      entry = ProjectPath.parent(of: entry)
    }
  }

  /// `.ledger` for what lies in one.
  private static func tree(around path: String) -> String {
    let parts = path.split(separator: "/")
    guard let index = parts.lastIndex(of: LedgerFolder.name[...]) else { return path }
    return "/" + parts[...index].joined(separator: "/")
  }

  /// A user's name; `user 1001` where the number has none.
  package static func name(of user: uid_t) -> String {
    var entry = passwd()
    var buffer = [CChar](repeating: 0, count: 4096)
    var found: UnsafeMutablePointer<passwd>?
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
    else { return "user \(user)" }
    return String(cString: name)
  }

  /// Entries of a folder and below that belong to another user, the first few; links are not followed.
  package static func foreignEntries(in folder: String, limit: Int) -> [Entry] {
    var found: [Entry] = []
    var waiting = [folder]
    while let path = waiting.popLast(), found.count < limit {
      var facts = stat()
      guard lstat(path, &facts) == 0 else { continue }
      if facts.st_uid != geteuid() { found.append(Entry(path: path, owner: facts.st_uid, tree: folder)) }
      guard facts.st_mode & S_IFMT == S_IFDIR,
        let names = try? OpenFile.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).names()
      else { continue }
      waiting += names.reversed().map { path + "/" + $0 }
    }
    return found
  }
}
