import Core
import Files
import GitRepository

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What speaks against believing a project's ledger and configuration: somebody else's hands on them.
///
/// As git refuses a repository of another user. A ledger names files to write and results to reuse, a configuration
/// programs to start: both have to be this user's, and out of the reach of others.
struct ForeignHands {
  let layout: ProjectLayout
  let environment: [String: String]

  /// Everything that was found, the ledger first; empty where all is this user's.
  func findings() -> [Fault] {
    let tree = SurroundingTree.around(layout.root)
    var found: [Fault] = []
    if let tree, isTracked(in: tree) { found.append(.ledgerTracked(layout.ledgerFolder)) }
    var places = [layout.ledgerFolder, layout.ledgerDatabase].map { Place($0, isLedgers: true) }
    var folders = [ProjectPath.parent(of: layout.ledgerFolder), layout.root]
    if let tree, let below = ProjectPath.components(of: layout.root, below: tree.top) {
      folders += below.indices.reversed().map { ProjectPath.appending(Array(below[..<$0]), to: tree.top) }
    }
    var seen: Set<String> = []
    places += folders.filter { seen.insert($0).inserted }.map { Place($0) }
    places.append(Place(layout.configuration))
    let trusted = trustedUsers()
    var others = places.compactMap { fault(of: $0, trusted) }
    // git may have been told to trust a repository of another user: then that one's files are trusted too.
    if let tree, let owner = Self.status(tree.top)?.st_uid, !trusted.contains(owner),
      (try? GitRepository.discover(from: tree.top, environment: environment)) != nil
    {
      others.removeAll { $0.owner == owner }
    }
    return found + others.map(\.fault)
  }

  /// Something that must be in nobody else's hands.
  private struct Place {
    var path: String
    /// Of the ledger itself, which is for one user alone.
    var isLedgers: Bool

    init(_ path: String, isLedgers: Bool = false) {
      self.path = path
      self.isLedgers = isLedgers
    }
  }

  private func fault(of place: Place, _ trusted: Set<uid_t>) -> Finding? {
    guard let facts = Self.status(place.path) else { return nil }
    if !trusted.contains(facts.st_uid) {
      return Finding(
        .ownedByAnother(place.path, owner: FileOwner.name(of: facts.st_uid), user: .current), facts.st_uid)
    }
    // Links have no mode, and whether they are followed is decided where they are opened.
    guard facts.st_mode & S_IFMT != S_IFLNK, Self.keepsModes(place.path) else { return nil }
    let others = facts.st_mode & S_IWOTH != 0
    let group = place.isLedgers && facts.st_mode & S_IWGRP != 0 && !Self.isOurs(group: facts.st_gid)
    return others || group ? Finding(.writableByOthers(place.path), nil) : nil
  }

  /// This user, root, and who called sudo, as git has it.
  private func trustedUsers() -> Set<uid_t> {
    var users: Set<uid_t> = [geteuid(), 0]
    if geteuid() == 0, let caller = environment["SUDO_UID"].flatMap({ uid_t($0) }) { users.insert(caller) }
    return users
  }

  private func isTracked(in tree: SurroundingTree) -> Bool {
    let holder = ProjectPath.parent(of: layout.ledgerFolder)
    guard let home = SurroundingTree.around(holder), home.commonFolder == tree.commonFolder,
      let index = WholeFile.read(home.gitFolder + "/index"), Self.mayName(index)
    else { return false }
    guard let git = try? GitProgram(directory: holder, environment: environment),
      let result = try? git.run(
        ["ls-files", "-z", "--", ProjectLayout.folderName], .init(answers: [0, 128]))
    else { return false }
    return !result.output.isEmpty
  }

  /// Whether an index may name a ledger's folder: it does in plain, but for kinds that shorten or share names.
  private static func mayName(_ index: [UInt8]) -> Bool {
    index.count < 12 || index[7] > 3 || contains(index, ProjectLayout.folderName + "/")
      || contains(index, "link")
  }

  private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    let word = Array(text.utf8)
    return bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count >= word.count,
        let found = memchr(base, Int32(word[0]), rest.count - word.count + 1)
      {
        if memcmp(found, word, word.count) == 0 { return true }
        rest = rest.dropFirst(base.distance(to: UnsafeRawPointer(found)) + 1)
      }
      return false
    }
  }

  private static func status(_ path: String) -> stat? {
    var facts = stat()
    return lstat(path, &facts) == 0 ? facts : nil
  }

  /// Whether the file system keeps modes at all: others show the same one for everything.
  private static func keepsModes(_ path: String) -> Bool {
    let without: Set<String> = ["9p", "vfat", "exfat", "ntfs3"]
    return (try? FileSystemFacts(at: path)).map { !without.contains($0.kind) } ?? true
  }

  /// Whether a group is this user's own, with nobody else in it, as many systems give everybody one.
  private static func isOurs(group number: gid_t) -> Bool {
    guard number == getegid() else { return false }
    var entry = group()
    var buffer = [CChar](repeating: 0, count: 16384)
    var found: UnsafeMutablePointer<group>?
    guard getgrgid_r(number, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return true }
    let name = FileOwner.name(of: geteuid())
    var member = entry.gr_mem
    while let next = member?.pointee {
      if String(cString: next) != name { return false }
      member = member?.advanced(by: 1)
    }
    return true
  }

  private struct Finding {
    var fault: Fault
    var owner: uid_t?

    init(_ fault: Fault, _ owner: uid_t?) {
      self.fault = fault
      self.owner = owner
    }
  }
}

extension ProjectLayout {
  /// Refuses (78) to act on a ledger or a configuration that is in somebody else's hands.
  func refuseForeignHands(_ environment: [String: String]) throws(Fault) {
    if let finding = ForeignHands(layout: self, environment: environment).findings().first { throw finding }
  }

  /// What speaks against acting on the ledger or the configuration, for whoever only looks.
  public func foreignHands(_ environment: [String: String]) -> [Fault] {
    ForeignHands(layout: self, environment: environment).findings()
  }
}
