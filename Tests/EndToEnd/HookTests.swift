import GitRepository
import Testing

@testable import Runner

@Suite("commit.hooks")
struct HookTests {
  private func asking() throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.write("commit: { hooks: true }\n", to: "ledger.yaml")
    try folder.git("add", "ledger.yaml")
    try folder.git("commit", "-q", "-m", "Ask for hooks")
    return folder
  }

  @Test("Without it no hook runs, and those that are there are named in one line")
  func notAsked() async throws {
    let folder = try SampleFolder()
    for name in ["pre-commit", "commit-msg", "post-commit", "reference-transaction"] {
      try folder.hook(name, "echo \(name) >>\"\(folder.root)/.home/ran\"; exit 1")
    }
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(
      run.errors.contains(
        "Hooks that are there and not run: commit-msg, post-commit, pre-commit, reference-transaction."))
    #expect(!folder.exists(".home/ran"))
  }

  @Test("With it, hooks see what `git commit` would show them, wherever they are kept")
  func surroundings() async throws {
    let folder = try asking()
    // What the user has staged and changed takes no part; what git thinks of the working tree is right.
    try folder.shell(
      "git config core.hooksPath .husky; echo mine >staged; git add staged; echo more >>staged")
    try folder.hook(
      "pre-commit",
      """
      exec >"$HOME/seen"
      pwd; git diff --cached --name-only; echo --; git diff-files --name-only; echo --
      env | grep '^GIT_' | sed 's/=.*tmp.git-/=ours-/' | grep -v '^GIT_EXEC_PATH' | sort
      """, in: ".husky")
    try folder.hook("commit-msg", "echo 'Reviewed-by: hook  ' >>\"$1\"; echo >>\"$1\"", in: ".husky")
    try folder.hook("post-commit", "echo no >\"$HOME/ran\"", in: ".husky")
    try folder.hook("prepare-commit-msg", "echo no >\"$HOME/ran\"", in: ".husky", mode: 0o644)
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(
      run.errors.contains(
        "Hooks that are there and not run: post-commit. "
          + "Hooks that are not executable and not run: prepare-commit-msg."))
    #expect(!folder.exists(".home/ran"))
    let seen = String(decoding: try folder.read(".home/seen"), as: UTF8.self).split(
      separator: "--\n", omittingEmptySubsequences: false)
    let targets = try folder.git("show", "--format=", "--name-only", "HEAD")
    #expect(targets.split(separator: "\n").count == 12)
    #expect(seen.first ?? "" == "\(folder.root)\n\(targets)")
    #expect(seen.count == 3 && seen[1] == "")
    let date = try folder.git("log", "-1", "--format=%at").dropLast()
    #expect(
      seen.last?.split(separator: "\n").map(String.init) == [
        "GIT_AUTHOR_DATE=@\(date) +0000", "GIT_AUTHOR_EMAIL=test@example.org", "GIT_AUTHOR_NAME=Test",
        "GIT_EDITOR=:", "GIT_INDEX_FILE=ours-" + (seen.last ?? "").shownIndexName, "GIT_PREFIX=",
      ])
    #expect(try folder.git("log", "-1", "--format=%(trailers:key=Reviewed-by)") == "Reviewed-by: hook\n\n")
    #expect(try folder.git("status", "--porcelain") == "AM staged\n?? .husky/\n")
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  /// A hook that refuses, what it is called by, and the code of the fault.
  static let refusals: [(hook: String, script: String, code: String)] = [
    ("pre-commit", "echo no, not so >&2; exit 1", "hook_refused"),
    ("pre-commit", "kill -9 $$", "hook_refused"),
    ("pre-commit", "echo x >extra; git add extra; rm extra", "foreign_path_in_commit"),
    (
      "pre-commit",
      "f=$(git diff --cached --name-only | grep usage | head -1); git rm -q --cached \"$f\"",
      "hook_changed_target"
    ),
    (
      "pre-commit",
      "f=$(git diff --cached --name-only | grep usage | head -1); git update-index --chmod=+x \"$f\"",
      "hook_changed_target"
    ),
    ("prepare-commit-msg", "exit 3", "hook_refused"),
    ("commit-msg", "echo only this >\"$1\"", "bad_commit_message"),
    ("commit-msg", "sed -i s/Ledger-Batch/Batch/ \"$1\"", "bad_commit_message"),
    ("commit-msg", "printf 'a\\377b\\n' >\"$1\"", "bad_commit_message"),
    ("commit-msg", "rm \"$1\"", "git_file_unwritable"),
  ]

  @Test(
    "A rejection leaves the batch packaged and the working tree as it was; once fixed, it continues",
    arguments: refusals)
  func rejection(_ refusal: (hook: String, script: String, code: String)) async throws {
    let folder = try asking()
    try folder.hook(refusal.hook, refusal.script)
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    let result = try refused.json()
    let error = result["errors"]?.array?.first
    #expect(error?["code"]?.string == refusal.code)
    #expect(refused.exit == (refusal.code == "git_file_unwritable" ? 74 : 73))
    #expect(try folder.commits() == 2)
    #expect(try folder.git("for-each-ref", "--format=%(refname)") == "refs/heads/main\n")
    if refused.exit == 73 {
      #expect(result["batches"]?.array?.first?["state"] == "packaged")
      #expect(!folder.exists("assets") && !folder.exists("frontend"))
      #expect(try folder.git("status", "--porcelain") == "")
      #expect(try await folder.events("--type", "commit.intended").isEmpty)
    }
    try folder.hook(refusal.hook, "exit 0")
    let mended = try await folder.ledgerctl("run", "batch.json")
    #expect(mended.exit == 0, "\(mended.errors)")
    #expect(try folder.commits() == 3)
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(try await folder.events("--type", "stage.completed", "--stage", "extract").count == 3)
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test("What a hook said last is in the message, all of it on stderr, and its end in the event")
  func words() async throws {
    let folder = try asking()
    try folder.hook(
      "pre-commit",
      "echo 'trim trailing whitespace....Passed'; printf '\\033[31mcheck json....Failed\\033[0m\\n\\033]0;x\\007'; "
        + "for i in $(seq 20); do echo \"a.json: line $i\"; done; exit 1")
    for words in [["run", "batch.json"], ["resume", "@last", "--format", "json"]] {
      let refused = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(refused.exit == 73)
      for line in ["trim trailing whitespace....Passed", "check json....Failed", "a.json: line 7"] {
        #expect(refused.errors.split(separator: "\n").contains(line[...]), "\(line): \(refused.errors)")
      }
      #expect(!refused.errors.contains("\u{1b}"))
      guard words.count > 2 else {
        #expect(refused.errors.contains("refused the commit with exit status 1: a.json: line 15; "))
        continue
      }
      let message = try refused.json()["errors"]?.array?.first?["message"]?.string
      #expect(message?.hasSuffix("a.json: line 20.") == true)
    }
    let deferred = try await folder.events("--type", "stage.deferred").last
    #expect(deferred?["data"]?["output"]?.string?.hasSuffix("a.json: line 20\n") == true)
  }

  @Test(
    "A hook that reformats a placed file stops the commit; what it changed is named, and can be overwritten")
  func reformatting() async throws {
    let folder = try asking()
    try folder.hook(
      "pre-commit",
      "for f in $(git diff --cached --name-only | grep usage); do echo $$ more >>\"$f\"; git add \"$f\"; done"
    )
    let refused = try await folder.ledgerctl("run", "batch.json")
    #expect(refused.exit == 73)
    #expect(try folder.commits() == 2)
    // What a batch did not write, it does not remove.
    #expect(
      String(decoding: try folder.read("assets/ASSET-3-nocturnal-canopy/usage.md"), as: UTF8.self).hasSuffix(
        "more\n"))
    #expect(!folder.exists("frontend"))
    let left = try folder.git("ls-files", "-o", "--", "assets").split(separator: "\n").map(String.init)
    #expect(left.count == 3)
    for path in left { #expect(refused.errors.contains("--force \(path)"), "\(refused.errors)") }
    let events = try await folder.events("--type", "stage.invalidated", "--stage", "place")
    #expect(events.last?["data"]?["left"]?.array?.compactMap(\.string).sorted() == left)
    // The same to scripts, after the files were given up once.
    let force = left.flatMap { ["--force", $0] }
    let again = try await BuiltCommand.run(
      ["run", "batch.json", "--format", "json"] + force, in: folder.root, environment: folder.environment)
    #expect(again.exit == 73)
    #expect(
      try again.json()["errors"]?.array?.first?["left"]?.array?.compactMap(\.string).sorted() == left,
      "\(again.text)")
    let cancelled = try await folder.ledgerctl("cancel", "@last")
    #expect(cancelled.exit == 0)
    for path in left { #expect(cancelled.errors.contains("--force \(path)"), "\(cancelled.errors)") }
    // Once the formatter leaves them out, they are overwritten.
    try folder.hook("pre-commit", "exit 0")
    let landed = try await BuiltCommand.run(
      ["run", "batch.json"] + force, in: folder.root, environment: folder.environment)
    #expect(landed.exit == 0, "\(landed.errors)")
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(
      refused.errors.contains("A hook changed \"assets/ASSET-3-nocturnal-canopy/usage.md\" in git's index"))
  }
}

extension Substring {
  /// The last part of what stands for the private index, whose name is ours to choose.
  fileprivate var shownIndexName: String {
    split(separator: "\n").first { $0.hasPrefix("GIT_INDEX_FILE=ours-") }
      .map { String($0.dropFirst("GIT_INDEX_FILE=ours-".count)) } ?? ""
  }
}
