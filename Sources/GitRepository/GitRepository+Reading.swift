import Core
import Files

/// Reading commits, trees, blobs, and the status of paths.
extension GitRepository {
  package func tip(of ref: String) throws(Fault) -> GitID? {
    let result = try git.run(["rev-parse", "-q", "--verify", "\(ref)^{commit}"], .init(answers: [0, 1]))
    if let tip = result.lines.first.flatMap({ GitID($0) }) { return tip }
    // A branch whose commit is damaged is not one that doesn't exist.
    let bare = try git.run(["rev-parse", "-q", "--verify", ref], .init(answers: [0, 1])).lines.first
    if let id = bare.flatMap({ GitID($0) }) { throw .branchUnreadable(ref, "is at \(id.text.prefix(12))") }
    // Nor is one that git can't read: asked so, it says no more of it than of one that doesn't exist.
    let file = "\(layout.commonFolder)/\(ref)"
    if FileFacts(at: file).kind == .file { throw .branchUnreadable(ref, "is in \"\(file)\"") }
    return nil
  }

  package func isAncestor(_ commit: GitID, of other: GitID) throws(Fault) -> Bool {
    let result = try git.run(
      ["merge-base", "--is-ancestor", commit.text, other.text], .init(answers: [0, 1, 128]))
    // One that is missing is nobody's ancestor; with both there git could not read what is between them.
    if result.exit == .code(128), try !objectHeads([commit.text, other.text]).contains(nil) {
      throw .gitFailed("merge-base", result)
    }
    return result.succeeded
  }

  package func entries(at commit: GitID, _ paths: [String]) throws(Fault) -> [String: TreeEntry] {
    let (known, unknown) = trees.entries(at: commit, paths)
    if unknown.isEmpty { return known }
    let asked = Set(unknown)
    return known.merging(try list(at: commit, unknown).filter { asked.contains($0.key) }) { $1 }
  }

  /// What `ls-tree` lists for the paths: their entries, and those of folders on the way.
  package func list(at commit: GitID, _ paths: [String]) throws(Fault) -> [String: TreeEntry] {
    if paths.isEmpty { return [:] }
    let fields = try git.run(["ls-tree", "-t", "-z", "--full-tree", commit.text, "--"] + paths).fields
    var entries: [String: TreeEntry] = [:]
    for field in fields {
      // `mode type id<TAB>path`
      guard let tab = field.firstIndex(of: "\t") else {
        throw .gitUnreadable("ls-tree", "a line without a tab")
      }
      let words = field[..<tab].split(separator: " ")
      guard words.count == 3, let id = GitID(words[2]) else {
        throw .gitUnreadable("ls-tree", "a line without an id")
      }
      entries[String(field[field.index(after: tab)...])] = TreeEntry(mode: String(words[0]), id: id)
    }
    return entries
  }

  package func status(of paths: [String], at commit: GitID?) throws(Fault) -> [String: PathStatus] {
    if paths.isEmpty { return [:] }
    let tip = if let commit { try entries(at: commit, paths) } else { [String: TreeEntry]() }
    let staged = try stagedEntries(paths)
    let kinds = paths.map { FileFacts(at: "\(layout.topLevel)/\($0)").kind }
    let files = zip(paths, kinds).filter { $0.1 == .file }.map(\.0)
    let ids = try hashes(of: files, asTheyAre: true)
    let inIndex = staged.compactMapValues(\.entry)
    // Only where the plain bytes differ from git's can its conversion of line ends make them the same.
    let differing = files.filter { path in
      [tip[path], inIndex[path]].contains { $0.map { $0.id != ids[path] } ?? false }
    }
    let converted = try hashes(of: differing, asTheyAre: false)
    let pointers = try pointers(
      (Array(tip.values) + Array(inIndex.values)).filter { $0.mode.hasPrefix("100") }.map(\.id))
    func isWorking(_ entry: TreeEntry?, at path: String, _ kind: FileFacts.Kind) -> Bool {
      guard let entry, kind == .file else { return false }
      return entry.id == ids[path] || entry.id == converted[path]
        || pointers[entry.id].map { holds("\(layout.topLevel)/\(path)", $0) } == true
    }
    var found: [String: PathStatus] = [:]
    for (path, kind) in zip(paths, kinds) {
      let working: PathStatus.Working =
        switch (kind, ids[path]) {
        case (.absent, _): .absent
        case (.folder, _): .folder
        case (.file, let id?): .file(id: id)
        default: .special
        }
      found[path] = PathStatus(
        tip: tip[path], staged: staged[path] ?? .absent, working: working,
        workingMatchesTip: isWorking(tip[path], at: path, kind),
        workingMatchesIndex: isWorking(inIndex[path], at: path, kind),
        pointer: tip[path].flatMap { pointers[$0.id] })
    }
    return found
  }

  private func holds(_ path: String, _ pointer: LargeFilePointer) -> Bool {
    FileFacts(at: path).sizeBytes == pointer.sizeBytes && InputFile.digest(at: path) == pointer.digest
  }

  /// The blobs that working files make: from their bytes, or after git's conversion of line ends.
  private func hashes(of paths: [String], asTheyAre: Bool) throws(Fault) -> [String: GitID] {
    if paths.isEmpty { return [:] }
    let input = Array(paths.map { "\($0)\n" }.joined().utf8)
    // Filters of the user's are switched off by settings, so that the second form runs nothing either.
    let words = ["hash-object", "--stdin-paths"] + (asTheyAre ? ["--no-filters"] : [])
    let ids = try git.run(words, .init(input: input)).lines.compactMap { GitID($0) }
    guard ids.count == paths.count else { throw .gitCutShort("hash-object") }
    return Dictionary(zip(paths, ids)) { $1 }
  }

  /// What an index holds of paths: the user's, or another file given through `variables`.
  package func stagedEntries(
    _ paths: [String], variables: [String: String] = [:]
  ) throws(Fault) -> [String: PathStatus.Staged] {
    if paths.isEmpty { return [:] }
    if variables.isEmpty, let bytes = WholeFile.read(layout.indexFile),
      let staged = IndexFile(bytes, layout.objectFormat)?.staged(paths)
    {
      return staged
    }
    let fields = try git.run(["ls-files", "-s", "-z", "--"] + paths, .init(variables: variables)).fields
    var staged: [String: PathStatus.Staged] = [:]
    for field in fields {
      // `mode id stage<TAB>path`
      guard let tab = field.firstIndex(of: "\t") else {
        throw .gitUnreadable("ls-files", "a line without a tab")
      }
      let words = field[..<tab].split(separator: " ")
      guard words.count == 3, let id = GitID(words[1]) else {
        throw .gitUnreadable("ls-files", "a line without an id")
      }
      let path = String(field[field.index(after: tab)...])
      staged[path] = words[2] == "0" ? .entry(TreeEntry(mode: String(words[0]), id: id)) : .conflicted
    }
    return staged
  }

  package func changes(of commit: GitID) throws(Fault) -> [TreeChange] {
    let parent = try git.run(["rev-parse", "-q", "--verify", "\(commit)^1"], .init(answers: [0, 1])).lines
      .first
    return try difference(from: parent.map(String.init) ?? layout.objectFormat.emptyTree, to: commit.text)
      .changes
  }

  /// The files that differ between two trees, and the new trees on the way to them.
  package func difference(
    from old: String, to new: String
  ) throws(Fault) -> (changes: [TreeChange], newTrees: [GitID]) {
    let fields = try git.run(
      [
        "diff-tree", "-r", "-t", "-z", "--raw", "--no-abbrev", "--no-renames", "\(old)^{tree}",
        "\(new)^{tree}",
      ]
    ).fields
    return try Self.difference(inRaw: fields)
  }

  /// The files in which an index differs from a commit; nil where git can't read the index.
  package func changes(toIndexAt file: String, from commit: GitID) throws(Fault) -> [TreeChange]? {
    let result = try git.run(
      ["diff-index", "--cached", "-z", "--raw", "--no-abbrev", "--no-renames", commit.text],
      .init(answers: [0, 128], variables: ["GIT_INDEX_FILE": file]))
    return result.exit == .code(128) ? nil : try Self.difference(inRaw: result.fields).changes
  }

  /// Reads the lines of git's raw format: `:oldmode newmode oldid newid status`, then the path.
  private static func difference(
    inRaw fields: [String]
  ) throws(Fault) -> (changes: [TreeChange], newTrees: [GitID]) {
    var changes: [TreeChange] = []
    var newTrees: [GitID] = []
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let words = fields[index].dropFirst().split(separator: " ")
      guard words.count == 5 else { throw .gitUnreadable("diff", "a line without ids") }
      func entry(_ mode: Int, _ id: Int) -> TreeEntry? {
        guard words[mode] != "000000", let name = GitID(words[id]) else { return nil }
        return TreeEntry(mode: String(words[mode]), id: name)
      }
      let (before, after) = (entry(0, 2), entry(1, 3))
      if let after, after.mode == "040000" { newTrees.append(after.id) }
      let isFile = (before ?? after)?.mode != "040000" || (after ?? before)?.mode != "040000"
      guard isFile else { continue }
      changes.append(
        TreeChange(
          path: fields[index + 1], old: before?.mode == "040000" ? nil : before,
          new: after?.mode == "040000" ? nil : after))
    }
    return (changes, newTrees)
  }
}
