import Files
import Foundation
import GitRepository
import Testing

@testable import Runner

/// What the user's git and its environment say here and now.
@Suite("Git as its users have it", .timeLimit(.minutes(5)))
struct GitTodayTests {
  /// Ways to say who somebody is that are in no file of the repository or of the user's.
  static let identities: [(name: String, variables: [String: String])] = [
    ("GIT_CONFIG_GLOBAL", ["GIT_CONFIG_GLOBAL": "HOME/other"]),
    ("GIT_CONFIG_SYSTEM", ["GIT_CONFIG_SYSTEM": "HOME/other"]),
    (
      "GIT_CONFIG_COUNT",
      [
        "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Eve O'Hara",
        "GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "eve@work",
      ]
    ),
    (
      "GIT_CONFIG_PARAMETERS",
      ["GIT_CONFIG_PARAMETERS": "'user.name'='Eve O'\\''Hara' 'user.email=eve@work'"]
    ),
  ]

  @Test("An author that only the environment's configuration names makes the commit", arguments: identities)
  func identity(_ way: (name: String, variables: [String: String])) async throws {
    let folder = try SampleFolder()
    try folder.shell(
      """
      git config --unset user.name; git config --unset user.email
      printf "[user]\n\tname = Eve O'Hara\n\temail = eve@work\n" >.home/other
      """)
    let without = try await folder.ledgerctl("run", "batch.json")
    #expect(without.exit == 78, "\(without.errors)")
    for (name, value) in way.variables {
      folder.environment[name] = value.replacingOccurrences(of: "HOME", with: folder.root + "/.home")
    }
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.git("log", "-1", "--format=%an <%ae> %cn") == "Eve O'Hara <eve@work> Eve O'Hara\n")
  }

  @Test("A program that the environment's configuration names never runs, whatever way it is said")
  func programs() async throws {
    let folder = try SampleFolder()
    try folder.write("#!/bin/sh\necho ran >\"$HOME/mark\"\n", to: ".home/program")
    try folder.shell(
      "chmod +x .home/program; mkdir .home/hooks; cp .home/program .home/hooks/reference-transaction")
    let home = folder.root + "/.home"
    folder.environment.merge([
      "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='\(home)/program' 'core.hooksPath'='\(home)/hooks'",
      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "\(home)/hooks",
    ]) { $1 }
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(!folder.exists(".home/mark"))
  }

  /// Hooks of a commit that is under way, how each calls the command, and the commit.
  static let underWay: [(hook: String, script: String, commit: String)] = [
    ("pre-commit", "ledgerctl run batch.json >.home/said 2>&1; echo $? >.home/exit", "commit -qm user"),
    (
      "pre-commit", "echo 78 >.home/exit; ledgerctl run batch.json >.home/said 2>&1 || true",
      "commit -qm user notes"
    ),
    (
      "prepare-commit-msg", "sh -c 'ledgerctl run batch.json; echo $? >.home/exit' >.home/said 2>&1",
      "commit -qm user"
    ),
    (
      "commit-msg", "ledgerctl run batch.json >.home/said 2>&1; echo $? >.home/exit; exit 0",
      "commit -qam user"
    ),
    (
      "pre-merge-commit", "ledgerctl run batch.json >.home/said 2>&1; echo $? >.home/exit",
      "reset -q --hard; git merge -q --no-ff -m user side"
    ),
  ]

  @Test("In a hook of the user's own commit it says so, and their commit is made", arguments: underWay)
  func withinCommit(_ case: (hook: String, script: String, commit: String)) async throws {
    let folder = try made()
    try folder.hook(`case`.hook, `case`.script)
    try folder.shell("git \(`case`.commit)")
    #expect(String(decoding: try folder.read(".home/exit"), as: UTF8.self) == "78\n")
    #expect(String(decoding: try folder.read(".home/said"), as: UTF8.self).contains("under way"))
    #expect(try folder.git("log", "-1", "--format=%s") == "user\n")
    try folder.shell("rm .git/hooks/\(`case`.hook)")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
  }

  @Test(
    "From the hook that comes after the commit, a batch lands",
    arguments: [
      "ledgerctl run batch.json >.home/said 2>&1; echo $? >.home/exit",
      "echo 0 >.home/exit; rm .git/hooks/post-commit; exec ledgerctl run batch.json >.home/said 2>&1",
    ])
  func afterCommit(_ script: String) async throws {
    let folder = try made()
    try folder.hook("post-commit", script)
    try folder.shell("git commit -qm user")
    #expect(String(decoding: try folder.read(".home/exit"), as: UTF8.self) == "0\n")
    #expect(try folder.git("log", "-2", "--format=%s").hasSuffix("\nuser\n"))
  }

  @Test("A hook that becomes the command is known too: the branch has not moved since its git began")
  func execInHook() async throws {
    let folder = try made()
    try folder.shell("sleep 0.1")
    try folder.hook("pre-commit", "exec ledgerctl run batch.json >.home/said 2>&1")
    try folder.shell("git commit -qm user || true")
    #expect(String(decoding: try folder.read(".home/said"), as: UTF8.self).contains("under way"))
  }

  /// A folder with a branch to merge and a staged file, where hooks find the command.
  private func made() throws -> SampleFolder {
    let folder = try SampleFolder()
    let command = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().path
    folder.environment["PATH"] = command + ":" + (folder.environment["PATH"] ?? "")
    try folder.shell(
      """
      echo n >notes; git add notes; git commit -qm notes; git switch -q -c side; echo s >side; git add side
      git commit -qm side; git switch -q main; echo more >>notes; git add notes
      """)
    if !BuiltCommand.path.hasSuffix("/ledgerctl") { throw BuiltCommand.NotOneLine(text: BuiltCommand.path) }
    return folder
  }

  @Test(
    "A batch does not land on GitButler's own branch",
    arguments: ["gitbutler/workspace", "gitbutler/integration"])
  func gitbutler(_ branch: String) async throws {
    let folder = try SampleFolder()
    try folder.git("switch", "-q", "-c", branch)
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(refused.exit == 78)
    let error = try refused.json()["errors"]?.array?.first
    #expect(error?["code"] == "branch_of_a_tool" && error?["hint"]?.string?.contains("--branch") == true)
    let run = try await folder.ledgerctl("run", "batch.json", "--branch", "main")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.git("log", "-1", "--format=%s", branch) == "Begin\n")
    #expect(try folder.git("rev-list", "--count", "main") == "2\n")
  }

  /// Where a filter is asked for, and the file that a hint must name.
  static let rules: [(setUp: String, file: String)] = [
    (
      "echo '* filter=annex' >.git/info/attributes; echo 'assets/** !filter' >.gitattributes",
      ".git/info/attributes"
    ),
    ("echo '*.md filter=annex' >.gitattributes", "`.gitattributes`"),
    ("mkdir assets; echo '*.md filter=annex' >assets/.gitattributes", "`assets/.gitattributes`"),
    (
      "mkdir -p .home/.config/git; echo '*.md filter=annex' >.home/.config/git/attributes",
      "/.config/git/attributes"
    ),
    ("echo '*.md filter=annex' >.home/a; git config core.attributesFile '~/a'", "/.home/a"),
    ("echo '*.md ident' >.git/info/attributes; echo '*.md text' >.gitattributes", ".git/info/attributes"),
  ]

  @Test("The hint about an attribute names the file that decides", arguments: rules)
  func attributes(_ rule: (setUp: String, file: String)) async throws {
    let folder = try SampleFolder()
    try folder.shell(rule.setUp)
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 78, "\(run.text)")
    let hint = try run.json()["errors"]?.array?.first?["hint"]?.string
    #expect(hint?.contains(rule.file) == true, "\(hint ?? "")")
  }

  @Test("Ledgers of many sub-folders land in one repository at once")
  func manyLedgers() async throws {
    let folder = try SampleFolder()
    try folder.write("/.home/\ndownloads/\nbatch.json\n", to: ".gitignore")
    let count = 6
    for index in 1...count {
      try folder.writeManifest("batch.json", batch: "b\(index)") { draft in
        draft.assets = [draft.assets[0]]
      }
      try folder.shell(
        "mkdir p\(index); cp -r downloads batch.json p\(index)/; \(BuiltCommand.path) init p\(index) >/dev/null"
      )
    }
    let environment = folder.environment
    let root = folder.root
    let exits = try await withThrowingTaskGroup(of: (Int32, String).self) { group in
      for index in 1...count {
        group.addTask {
          let run = try await BuiltCommand.run(
            ["run", "batch.json", "--progress", "none"], in: "\(root)/p\(index)", environment: environment)
          return (run.exit, run.errors)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(exits.allSatisfy { $0.0 == 0 }, "\(exits)")
    #expect(try folder.commits() == 1 + count)
  }
}
