import Core
import GitRepository
import Testing

@testable import Runner

@Suite("Git LFS", .timeLimit(.minutes(5)))
struct LargeFileTests {
  /// A repository whose attributes say what Git LFS keeps; `git lfs` is set up for its user alone.
  private func tracking(_ rules: String = "*.png filter=lfs diff=lfs merge=lfs -text") throws -> SampleFolder
  {
    let folder = try SampleFolder()
    folder.environment["GIT_CONFIG_NOSYSTEM"] = "1"
    try folder.write(rules + "\n", to: ".gitattributes")
    try folder.git("add", ".gitattributes")
    try folder.git("commit", "-q", "-m", "Track")
    return folder
  }

  private static let images = [
    "frontend/public/assets/patterns/asset-3.png", "frontend/public/assets/specimens/asset-4.png",
    "frontend/public/assets/specimens/asset-6.png",
  ]

  /// What git says of the working tree without Git LFS, and with it.
  private func expectClean(
    _ folder: SampleFolder, in directory: String = ".", _ expected: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let without = try folder.git("-C", directory, "status", "--porcelain")
    #expect(without == expected, "without its program", sourceLocation: sourceLocation)
    // In an index that knows no times, every file is looked at again.
    let with = try folder.shell(
      """
      cd \(directory); rm -f "$HOME/index"
      git ls-files -s -z | GIT_INDEX_FILE="$HOME/index" git update-index -z --index-info
      GIT_INDEX_FILE="$HOME/index" git -c filter.lfs.process='git-lfs filter-process' \\
        -c filter.lfs.required=true status --porcelain
      """)
    #expect(with == expected, "with its program", sourceLocation: sourceLocation)
  }

  /// Every image is in a commit as a pointer whose bytes are kept in a folder.
  private func expectKept(
    _ folder: SampleFolder, _ commit: String = "HEAD", in storage: String = ".git/lfs",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for path in Self.images {
      let text = try folder.git("cat-file", "blob", "\(commit):\(path)")
      let pointer = try #require(LargeFilePointer(Array(text.utf8)), sourceLocation: sourceLocation)
      #expect(pointer.bytes == Array(text.utf8), sourceLocation: sourceLocation)
      let hex = pointer.digest.hex
      let kept = try folder.read("\(storage)/objects/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)")
      #expect(Digest.sha256(kept) == pointer.digest, sourceLocation: sourceLocation)
      #expect(kept.count == Int(pointer.sizeBytes), sourceLocation: sourceLocation)
    }
    #expect(try folder.shell("find \(storage)/tmp -type f") == "", sourceLocation: sourceLocation)
  }

  @Test("The commit holds pointers, git status is clean, and `git lfs fsck` and a clone agree")
  func landing() async throws {
    let folder = try tracking()
    // Whatever is called so would leave a mark.
    try folder.hook("git-lfs", "echo ran >>\"\(folder.root)/.home/ran\"; exit 1", in: ".home/bin")
    let path = folder.environment["PATH"]
    folder.environment["PATH"] = "\(folder.root)/.home/bin:\(path ?? "")"
    try folder.shell(
      """
      git config filter.lfs.process "git-lfs filter-process"; git config filter.lfs.required true
      git config filter.lfs.clean "git-lfs clean -- %f"; git config filter.lfs.smudge "git-lfs smudge -- %f"
      """)
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(!folder.exists(".home/ran"))
    folder.environment["PATH"] = path
    try folder.shell("git config --remove-section filter.lfs")
    try expectKept(folder)
    for path in Self.images { #expect(try folder.read(path).starts(with: [0x89, 0x50])) }
    try expectClean(folder)
    #expect(try folder.git("lfs", "fsck").contains("OK"))
    #expect(try folder.git("lfs", "ls-files", "-n").split(separator: "\n").map(String.init) == Self.images)
    #expect(try await folder.ledgerctl("verify").exit == 0)
    try folder.shell(
      """
      git lfs install --skip-repo >/dev/null; git clone -q . .home/clone; cd .home/clone
      git status --porcelain; git lfs fsck | grep OK; cmp \(Self.images[0]) ../../\(Self.images[0])
      """)
    // What the user changes shows, also without Git LFS.
    try folder.shell("git config --global --remove-section filter.lfs; printf x >>\(Self.images[0])")
    #expect(try folder.git("status", "--porcelain") == " M \(Self.images[0])\n")
  }

  /// Repositories that keep their large files elsewhere, and where.
  static let storages: [(setUp: String, storage: String)] = [
    ("git config lfs.storage big", ".git/big"),
    ("git config lfs.storage \"$HOME/shared/lfs\"", ".home/shared/lfs"),
    ("mkdir -p .home/moved; ln -s ../.home/moved .git/lfs", ".home/moved"),
    ("git config core.sharedRepository group", ".git/lfs"),
  ]

  @Test("The storage is where Git LFS itself looks for it", arguments: storages)
  func storage(_ place: (setUp: String, storage: String)) async throws {
    let folder = try tracking()
    try folder.shell(place.setUp)
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    try expectKept(folder, in: place.storage)
    try expectClean(folder)
    #expect(try folder.git("lfs", "fsck").contains("OK"))
    if place.setUp.contains("group") {
      let modes = try folder.shell("find .git/lfs/objects -mindepth 1 -printf '%y %m\\n' | sort -u")
      #expect(modes == "d 2770\nf 660\n")
    }
  }

  @Test("A linked worktree keeps them in the common folder")
  func linkedWorktree() async throws {
    let folder = try tracking()
    // The ledger is the main worktree's; so is the configuration, but not the branch.
    try folder.shell("git worktree add -q -b side .home/side; cp -r downloads batch.json .home/side/")
    let run = try await BuiltCommand.run(
      ["run", "batch.json"], in: folder.root + "/.home/side", environment: folder.environment)
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.git("rev-list", "--count", "side") == "3\n")
    try expectKept(folder, "side")
    try expectClean(folder, in: ".home/side")
  }

  @Test("A batch under another id changes nothing; another picture replaces one, and cancelled it comes back")
  func goingOn() async throws {
    let folder = try tracking()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("again.json", batch: "batch-again")
    let again = try await folder.ledgerctl("run", "again.json")
    #expect(again.exit == 0, "\(again.errors)")
    #expect(try folder.commits() == 3)
    let before = try folder.read(Self.images[0])
    try folder.write(SampleFolder.pictures[2].bytes, to: "downloads/asset-3-validated.png")
    try folder.writeManifest("second.json", batch: "batch-second-night") { $0.assets.removeLast(2) }
    // An empty lock is nobody's: the files are placed, and there is no commit.
    try folder.write("", to: ".git/index.lock")
    #expect(try await folder.ledgerctl("run", "second.json").exit == 75)
    try folder.shell("rm .git/index.lock")
    #expect(try folder.read(Self.images[0]) == SampleFolder.pictures[2].bytes)
    #expect(try await folder.ledgerctl("cancel", "batch-second-night").exit == 0)
    #expect(try folder.read(Self.images[0]) == before)
    try expectClean(folder)
    let second = try await folder.ledgerctl("run", "second.json")
    #expect(second.exit == 0, "\(second.errors)")
    try expectKept(folder)
    try expectClean(folder)
    #expect(try folder.git("lfs", "fsck").contains("OK"))
  }

  @Test("A pointer that was never replaced by its bytes is ours to replace; one to other bytes is the user's")
  func pointerInPlace() async throws {
    let folder = try tracking()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.write(SampleFolder.pictures[2].bytes, to: "downloads/asset-3-validated.png")
    try folder.writeManifest("second.json", batch: "batch-second-night") { $0.assets.removeLast(2) }
    let pointer = try folder.git("cat-file", "blob", "HEAD:\(Self.images[0])")
    let other = LargeFilePointer(digest: .sha256("x".utf8), sizeBytes: 1)
    try folder.write(other.bytes, to: Self.images[0])
    let refused = try await folder.ledgerctl("run", "second.json", "--format", "json")
    #expect(refused.exit == 73)
    #expect(try refused.json()["errors"]?.array?.first?["code"] == "target_not_ours")
    try folder.write(pointer, to: Self.images[0])
    let run = try await folder.ledgerctl("run", "second.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.read(Self.images[0]) == SampleFolder.pictures[2].bytes)
    try expectKept(folder)
    try expectClean(folder)
  }

  @Test(
    "An earlier tokens.json is read through its pointer; where its bytes are gone, its files are not ours")
  func everyFile() async throws {
    let folder = try tracking("* filter=lfs -text\n.git* -filter")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    try expectKept(folder)
    try expectClean(folder)
    #expect(try folder.git("lfs", "ls-files", "-n").split(separator: "\n").count == 12)
    try folder.writeManifest("second.json", batch: "batch-second-night") { draft in
      draft.assets.removeLast(2)
      draft.assets[0].specs = ["name": "Limelight Canopy", "category": "patterns"]
    }
    try folder.shell("mv .git/lfs/objects .home/objects; mkdir .git/lfs/objects")
    // Nothing tells whose the files under the old name are.
    let plan = try await folder.ledgerctl("plan", "second.json", "--format", "json")
    #expect(plan.exit == 0)
    #expect(!plan.text.contains("nocturnal-canopy"))
    try folder.shell("rm -r .git/lfs/objects; mv .home/objects .git/lfs/objects")
    let second = try await folder.ledgerctl("run", "second.json")
    #expect(second.exit == 0, "\(second.errors)")
    #expect(second.lines[1] == "Created: 3 files across 1 directory, removed 3")
    try expectClean(folder)
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test("On a branch that is not checked out, that branch's attributes count, and nothing else is touched")
  func otherBranch() async throws {
    let folder = try tracking("")
    try folder.shell(
      """
      git branch plain; echo '*.png filter=lfs -text' >.gitattributes; git commit -qam 'Track here'
      git branch tracking; git switch -q plain
      """)
    for branch in ["tracking", "plain"] {
      try folder.shell("git switch -q \(branch == "plain" ? "main" : "plain")")
      try folder.writeManifest("\(branch).json", batch: "batch-\(branch)")
      let run = try await folder.ledgerctl("run", "\(branch).json", "--branch", branch)
      #expect(run.exit == 0, "\(run.errors)")
      #expect(!folder.exists("frontend"))
    }
    try expectKept(folder, "tracking")
    let type = try folder.git("cat-file", "blob", "plain:\(Self.images[0])").prefix(7)
    #expect(type != "version")
  }

  @Test("What landed is made again by verify --repair, and git needs no program to see that it is unchanged")
  func repair() async throws {
    let folder = try tracking()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.shell("rm \(Self.images[1])")
    let repaired = try await folder.ledgerctl("verify", "--repair")
    #expect(repaired.exit == 0, "\(repaired.text)")
    try expectClean(folder)
  }

  @Test(
    "A commit that was stopped before its branch moved lands with its bytes kept, whatever became of them")
  func recovery() async throws {
    for damage in ["rm -r .git/lfs", "for f in $(find .git/lfs/objects -type f); do : >$f; done"] {
      let folder = try tracking()
      // The lock of another git keeps the branch from moving after the intent.
      try folder.write("", to: ".git/refs/heads/main.lock")
      #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
      try expectKept(folder, try #require(try await intended(in: folder)))
      try folder.shell("rm .git/refs/heads/main.lock; \(damage)")
      let resumed = try await folder.ledgerctl("resume")
      #expect(resumed.exit == 0, "\(resumed.errors)")
      #expect(try folder.git("rev-parse", "HEAD").dropLast() == (try await intended(in: folder)) ?? "")
      try expectKept(folder)
      try expectClean(folder)
    }
  }

  private func intended(in folder: SampleFolder) async throws -> String? {
    try await folder.events("--type", "commit.intended").last?["data"]?["new"]?.string
  }

  @Test("Attributes and extensions that would change the bytes themselves stop with 78, nothing registered")
  func refused() async throws {
    for (rules, setUp, named) in [
      ("*.png filter=lfs working-tree-encoding=UTF-16", "true", "working-tree-encoding=UTF-16"),
      ("*.png filter=lfs", "git config lfs.extension.lock.clean 'lock %f'", "lfs.extension.lock"),
    ] {
      let folder = try tracking(rules)
      try folder.shell(setUp)
      let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
      #expect(refused.exit == 78)
      let error = try refused.json()["errors"]?.array?.first
      #expect(error?["code"] == "target_attribute")
      #expect(error?["message"]?.string?.contains(named) == true)
      #expect(try await folder.events().isEmpty)
      #expect(!folder.exists("assets"))
    }
  }

  @Test("Hooks that are asked for see placed files as unchanged, without the program")
  func hooks() async throws {
    let folder = try tracking()
    try folder.write("commit: { hooks: true }\n", to: "ledger.yaml")
    try folder.shell("git add ledger.yaml; git commit -qm 'Ask for hooks'")
    try folder.hook("pre-commit", "git diff-files --name-only >\"$HOME/seen\"")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.read(".home/seen").isEmpty)
    try expectKept(folder)
    try expectClean(folder)
  }
}
