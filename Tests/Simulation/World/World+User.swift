import Core
import Runner

/// What the user's own hands do in the repository, at any moment.
extension World {
  static let main = "refs/heads/main"
  static let renamed = "refs/heads/renamed"
  static let other = "refs/heads/other"
  static let saved = "refs/heads/saved"

  func user(_ act: FaultPlan.UserAct, _ pick: Int) {
    // Git refuses to move what is locked, whoever left the lock.
    let isLocked = git.indexLock != nil || git.refLocks[git.head] != nil
    switch act {
    case .commit: if !isLocked { commitNotes(pick) }
    case .commitAll: if !isLocked { commitAll() }
    case .amend: if !isLocked { amend() }
    case .rebase: if !isLocked { rebase() }
    case .resetHard: if !isLocked { reset(hard: true) }
    case .resetSoft: if !isLocked { reset(hard: false) }
    case .moveToOtherRef:
      guard !isLocked, let tip = git.tip else { return }
      git.move(Self.saved, to: tip)
      reset(hard: true)
    case .renameBranch:
      guard git.refLocks[git.head] == nil, let tip = git.refs.removeValue(forKey: git.head) else { return }
      git.refs[Self.renamed] = tip
      git.head = Self.renamed
    case .switchBranch:
      guard !isLocked, let tip = git.tip, git.refs[Self.other] == nil else { return }
      git.move(Self.other, to: tip)
      git.head = Self.other
    case .plumbingCommit:
      guard let tip = git.tip, git.refLocks[git.head] == nil, let tree = git.commits[tip]?.tree else {
        return
      }
      git.move(git.head, to: git.userCommit(parent: tip, tree: tree, message: "An empty one"))
    case .plumbingReset:
      guard let tip = git.tip, git.refLocks[git.head] == nil, let parent = git.commits[tip]?.parent else {
        return
      }
      git.move(git.head, to: parent)
      hasMovedBranchAlone = true
    case .editTarget: editTarget(pick)
    case .deleteTarget:
      guard let path = target(pick) else { return }
      disk.files[path] = nil
    case .stage:
      if !isLocked { git.index["notes/staged.txt"] = git.blob(disk.remember(Array("staged \(pick)".utf8))) }
    case .startMerge: if !isLocked { merge = "merge" }
    case .checkOutElsewhere: if git.head != Self.main { checkedOutElsewhere = Self.main }
    case .changeSource: changeSource(pick)
    case .collectGarbage:
      let known = git.known
      git.commits = git.commits.filter { known.contains($0.key) }
    case .foreignIndexLock: if !isLocked { git.indexLock = GitModel.IndexLock(token: nil, index: git.index) }
    case .foreignRefLock: if git.refLocks[Self.main] == nil { git.refLocks[Self.main] = "" }
    }
  }

  private func target(_ pick: Int) -> String? {
    let targets = watch.targets.sorted()
    return targets.isEmpty ? nil : targets[pick % targets.count]
  }

  private func editTarget(_ pick: Int) {
    guard let path = target(pick) else { return }
    let digest = disk.remember(Array("the user's own \(pick) of \(path)".utf8))
    watch.userDigests.insert(digest)
    disk.makeFolders(above: path)
    disk.files[path] = Disk.File(digest: digest, batch: nil)
  }

  private func changeSource(_ pick: Int) {
    let paths = disk.sources.keys.sorted()
    let pictures = Pictures.shared.all
    let path = paths[pick % paths.count]
    disk.sources[path] = pictures[pick / paths.count % pictures.count].digest
    say("\(path) has other bytes")
  }

  private func commitNotes(_ pick: Int) {
    let digest = disk.remember(Array("note \(pick)".utf8))
    disk.files["notes/note.txt"] = Disk.File(digest: digest, batch: nil)
    disk.makeFolders(above: "notes/note.txt")
    git.index["notes/note.txt"] = git.blob(digest)
    git.move(git.head, to: git.userCommit(parent: git.tip, tree: git.index, message: "Note \(pick)"))
  }

  private func commitAll() {
    var index: [String: GitID] = [:]
    for (path, file) in disk.files { index[path] = git.blob(file.digest) }
    guard index != git.tip.flatMap({ git.commits[$0]?.tree }) else { return }
    git.index = index
    git.move(git.head, to: git.userCommit(parent: git.tip, tree: index, message: "All there is"))
  }

  private func amend() {
    guard let tip = git.tip, let parent = git.commits[tip]?.parent else { return }
    git.move(git.head, to: git.userCommit(parent: parent, tree: git.index, message: git.message(of: tip)))
  }

  private func rebase() {
    guard let tip = git.tip, let last = git.commits[tip], let middle = last.parent,
      let before = git.commits[middle], let base = before.parent
    else { return }
    let first = git.userCommit(parent: base, tree: before.tree, message: git.message(of: middle))
    git.reflog += [(tip, base), (base, first), (first, base)]
    git.move(git.head, to: git.userCommit(parent: first, tree: last.tree, message: git.message(of: tip)))
  }

  private func reset(hard: Bool) {
    guard let tip = git.tip, let parent = git.commits[tip]?.parent else { return }
    if hard { checkOut(git.commits[parent]?.tree ?? [:]) }
    git.move(git.head, to: parent)
  }

  /// Brings index and tracked files to a tree, whatever they held.
  private func checkOut(_ tree: [String: GitID]) {
    for path in Set(git.index.keys).union(tree.keys) {
      if let id = tree[path], let digest = git.blobs[id] {
        if disk.files[path]?.digest != digest { disk.files[path] = Disk.File(digest: digest, batch: nil) }
        disk.makeFolders(above: path)
      } else {
        disk.files[path] = nil
      }
    }
    git.index = tree
  }

  /// A ledger that has lost a commit's intent does not know its lock of a ref any more: it is named, and the user's to
  /// remove.
  var areRefLocksForgotten: Bool { hasLostLog && locks["commit"] == nil }

  /// Who moved a branch without its index has entries of the old tip there, which no commit of ours changes: they are
  /// the user's to bring up to date.
  private func stageWhatIsAtTip() {
    guard hasMovedBranchAlone, git.indexLock == nil, let tree = git.tip.flatMap({ git.commits[$0]?.tree })
    else {
      return
    }
    for (path, entry) in tree where git.index[path] != entry {
      if let file = disk.files[path], GitID(file.digest.hex.prefix(40)) == entry { git.index[path] = entry }
    }
  }

  /// The user clears away whatever keeps the batches from their commits.
  func mend() {
    merge = nil
    checkedOutElsewhere = nil
    // What is lost is lost: the user moves the proof away.
    if isTailLost { published.head = nil }
    restoreSources()
    if git.indexLock?.token == nil { git.indexLock = nil }
    for (ref, bytes) in git.refLocks where bytes.isEmpty || areRefLocksForgotten { git.refLocks[ref] = nil }
    stageWhatIsAtTip()
    guard git.indexLock == nil, git.refLocks[Self.main] == nil else { return }
    // A batch that was registered meanwhile goes to the branch's other name.
    let branches = Set(watch.states.values.compactMap { $0.registration?.branch })
    let isInUse = branches.contains(Self.renamed)
    if git.refs[Self.main] == nil, let tip = git.refs[Self.renamed] {
      git.refs[Self.main] = tip
      if !isInUse { git.refs[Self.renamed] = nil }
      if git.head == Self.renamed { git.head = Self.main }
    }
    if git.head != Self.main, let tip = git.refs[Self.main] {
      checkOut(git.commits[tip]?.tree ?? [:])
      git.head = Self.main
    }
    recommit()
    clearTargets()
    for branch in branches where git.refs[branch] == nil {
      git.refs[branch] = git.refs[Self.renamed] ?? git.refs[Self.main]
    }
  }

  /// Puts the images back that batches were registered with: a pinned copy that is lost can be taken from nowhere else.
  private func restoreSources() {
    for state in watch.states.values.sorted(by: { $0.version < $1.version }) {
      for asset in state.registration?.manifest.assets ?? [] {
        if let image = state[asset: asset.id]?.image { disk.sources[asset.source] = image.digest }
      }
    }
  }

  /// What a reset took off the branch and left staged is committed again.
  private func recommit() {
    guard let tip = git.tip, let tree = git.commits[tip]?.tree, git.index != tree else { return }
    let isOwn = watch.targets.contains { path in
      git.index[path].flatMap { git.blobs[$0] }.map(watch.userDigests.contains) ?? false
    }
    if !isOwn { git.move(git.head, to: git.userCommit(parent: tip, tree: git.index, message: "Again")) }
  }

  private func clearTargets() {
    let tree = git.tip.flatMap { git.commits[$0]?.tree } ?? [:]
    var cleared = tree
    for path in watch.targets {
      if let file = disk.files[path], watch.userDigests.contains(file.digest) { disk.files[path] = nil }
      if let id = tree[path], let digest = git.blobs[id], watch.userDigests.contains(digest) {
        cleared[path] = nil
      }
      if let id = git.index[path], id != tree[path] { git.index[path] = tree[path] }
    }
    for path in watch.targets where cleared[path] != nil && isOrphan(path, in: cleared) {
      cleared[path] = nil
      disk.files[path] = nil
    }
    guard cleared != tree else {
      restoreTracked(tree)
      return
    }
    for path in tree.keys where cleared[path] == nil { git.index[path] = nil }
    git.move(git.head, to: git.userCommit(parent: git.tip, tree: cleared, message: "Clear away"))
    restoreTracked(cleared)
  }

  /// Brings a path to what the branch holds there.
  func putBack(_ path: String) {
    guard git.indexLock == nil else { return }
    let id = git.tip.flatMap { git.commits[$0]?.tree[path] }
    git.index[path] = id
    disk.files[path] = id.flatMap { git.blobs[$0] }.map { Disk.File(digest: $0, batch: nil) }
  }

  /// Removes a path from the branch, unless a commit of ours has put it there.
  func removeOwnCommitted(_ path: String) {
    guard git.indexLock == nil, let tip = git.tip, let tree = git.commits[tip]?.tree, let entry = tree[path]
    else { return }
    var origin = tip
    while let parent = git.commits[origin]?.parent, git.commits[parent]?.tree[path] == entry {
      origin = parent
    }
    guard !git.message(of: origin).contains("Ledger-Batch: ") else { return }
    git.index[path] = nil
    disk.files[path] = nil
    git.move(git.head, to: git.userCommit(parent: tip, tree: git.index, message: "Remove what is in the way"))
  }

  /// Whether a path is an image's whose tokens are gone, so that nothing says any more whose it is.
  private func isOrphan(_ path: String, in tree: [String: GitID]) -> Bool {
    guard path.hasSuffix(".png"), let file = path.split(separator: "/").last else { return false }
    let bundle = "/\(file.dropLast(4).uppercased())-"
    return !tree.keys.contains { $0.contains(bundle) && $0.hasSuffix("/tokens.json") }
  }

  /// Puts tracked targets back that are gone or were never checked out.
  private func restoreTracked(_ tree: [String: GitID]) {
    for path in watch.targets {
      guard let id = tree[path], let digest = git.blobs[id] else { continue }
      git.index[path] = id
      if disk.files[path] == nil {
        disk.makeFolders(above: path)
        disk.files[path] = Disk.File(digest: digest, batch: nil)
      }
    }
  }
}
