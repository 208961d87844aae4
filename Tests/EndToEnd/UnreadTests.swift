import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Configuration and paths that can't be read", .timeLimit(.minutes(5)))
struct UnreadTests {
  @Test("A ledger.yaml that is a link is refused with 78 and its name, wherever it leads")
  func linkedConfiguration() async throws {
    let folder = try SampleFolder()
    try folder.write("aws_secret = wJalrXUtnFEMI\n", to: ".home/credentials")
    for target in ["../gone/ledger.yaml", ".home/credentials", "loop", "/dev/null"] {
      try folder.shell("rm -f ledger.yaml; ln -s \(target) ledger.yaml; ln -sfn loop loop")
      for words in [["run", "batch.json"], ["plan", "batch.json"]] {
        let refused = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
        #expect(refused.exit == 78, "\(target) \(words): \(refused.errors)")
        #expect(refused.errors.contains("\(folder.root)/ledger.yaml"))
        #expect(!refused.errors.contains("wJalr"))
      }
      #expect(try await folder.ledgerctl("doctor").text.contains("bad  configuration"), "\(target)")
    }
    #expect(!folder.exists(".ledger") && !folder.exists("assets"))
  }

  @Test(
    "A file whose name is nearly ledger.yaml is named as not read", arguments: ["ledger.yml", ".ledger.yaml"])
  func nearlyNamed(name: String) async throws {
    let folder = try SampleFolder()
    try folder.write("policy: { max_assets: 1 }\n", to: name)
    for words in [["plan", "batch.json"], ["run", "batch.json"]] {
      let outcome = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(outcome.exit == 0 && outcome.errors.contains("\(name)\" is not read"), "\(outcome.errors)")
    }
    #expect(try await folder.ledgerctl("doctor").text.contains("\(name)\" is not read"))
  }

  /// A variable that nobody reads, and the one that was meant.
  static let variables = [
    ("LEDGERCTL_BRANCH", "LEDGERCTL_COMMIT_BRANCH"), ("LEDGERCTL_EXTRACTOR", "LEDGERCTL_EXTRACTOR_KIND"),
    ("LEDGERCTL_JOBS", "LEDGERCTL_LIMITS_IN_FLIGHT"), ("LEDGERCTL_MAX_WAIT", "LEDGERCTL_LIMITS_MAX_WAIT"),
    ("LEDGERCTL_LIMITS_INFLIGHT", "LEDGERCTL_LIMITS_IN_FLIGHT"), ("LEDGERCTL_LEDGR", "LEDGERCTL_LEDGER"),
  ]

  @Test(
    "A variable with our beginning that nobody reads is refused with 78 and what was meant",
    arguments: variables)
  func unknownVariables(_ case: (name: String, meant: String)) async throws {
    let folder = try SampleFolder()
    folder.environment[`case`.name] = "preview"
    for words in [["run", "batch.json"], ["plan", "batch.json"]] {
      let refused = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(refused.exit == 78, "\(words): \(refused.errors)")
      #expect(refused.errors.contains("Did you mean \"\(`case`.meant)\"?"), "\(refused.errors)")
    }
    #expect(try await folder.ledgerctl("doctor").exit == 1)
    folder.environment[`case`.name] = ""
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 0)
    #expect(try folder.commits() == 1)
  }

  @Test("Folders whose path nothing can name end with 78 and why; mistyped options with 64")
  func paths() async throws {
    let folder = try SampleFolder()
    let long = String(repeating: "/" + String(repeating: "d", count: 200), count: 3)
    try folder.shell(
      """
      mkdir -p .home/x; cd .home/x; git init -q latin; mv latin "$(printf 'caf\\351')"
      git init -q 'a
      b'; mkdir -p '.\(long)'; git init -q '.\(long)'
      """)
    for (place, words) in [
      ("$(printf 'caf\\351')", "UTF-8"), ("$(printf 'a\\nb')", "line break"), ("$PWD\(long)", "bytes"),
    ] {
      // A long path is only too long for a ledger.
      let isLong = place.hasSuffix(long)
      for verb in ["run \"\(folder.root)/batch.json\"", "init"] + (isLong ? [] : ["status", "doctor"]) {
        let said = try folder.shell(
          "cd .home/x; cd \"\(place)\"; \"\(BuiltCommand.path)\" \(verb) 2>&1 || echo \"exit $?\"")
        #expect(said.contains(words), "\(verb): \(said)")
        // `doctor` lists it among what it found, where the command itself can be in the folder.
        let exits = verb == "doctor" ? ["exit 1\n", "exit 78\n"] : ["exit 78\n"]
        #expect(exits.contains { said.hasSuffix($0) }, "\(verb): \(said)")
        #expect(!said.contains("Look after the disk"), "\(said)")
      }
    }
    for (option, exit) in [("--repo=/nosuch", 64), ("--repo=batch.json", 64), ("--ledger=/nosuch", 78)] {
      let refused = try await folder.ledgerctl("status", option)
      #expect(refused.exit == exit && !refused.errors.contains("disk"), "\(option): \(refused.errors)")
    }
    let latin = try folder.shell(
      "\"\(BuiltCommand.path)\" status --repo \"$(printf 'caf\\351')\" 2>&1 || echo \"exit $?\"")
    #expect(latin.contains("not UTF-8") && latin.hasSuffix("exit 64\n"), "\(latin)")
    let gone = try folder.shell(
      "mkdir .home/gone; cd .home/gone; rmdir ../gone; '\(BuiltCommand.path)' status 2>&1 || echo exit $?"
    )
    #expect(gone.contains("working directory") && gone.hasSuffix("exit 78\n"), "\(gone)")
  }

  @Test("Where no thread can be made it says so at once, with 75, as JSON too", .enabled(if: getuid() == 0))
  func threads() async throws {
    let folder = try SampleFolder()
    try folder.shell("chown -R 4300 .")
    for (format, says) in [("text", "threads"), ("json", "\"out_of_processes\"")] {
      let said = try folder.shell(
        """
        setpriv --reuid 4300 --clear-groups prlimit --nproc=3 \
        "\(BuiltCommand.path)" run batch.json --format \(format) 2>&1 || echo "exit $?"
        """)
      #expect(said.contains(says) && said.hasSuffix("exit 75\n"), "\(said)")
    }
    #expect(!folder.exists(".ledger"))
  }

  @Test("The CI job of docs/ledger.md works on a fresh checkout, and again with what it kept")
  func jobOfTheDocuments() async throws {
    let folder = try SampleFolder()
    let repository = "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let text = String(
      decoding: FileManager.default.contents(atPath: repository + "/docs/ledger.md") ?? Data(), as: UTF8.self)
    let job = try #require(text.split(separator: "```yaml").dropFirst().first?.split(separator: "```").first)
    try folder.write(
      """
      import sys, yaml
      for step in yaml.safe_load(sys.stdin)["steps"]:
          if "run" in step: print(step["run"])
      """, to: ".home/steps.py")
    try folder.write(String(job), to: ".home/job.yaml")
    try folder.shell(
      """
      git config --unset user.name; git config --unset user.email
      mkdir .home/bin; ln -s "\(BuiltCommand.path)" .home/bin/ledgerctl
      python3 -c 'import yaml' 2>/dev/null && python3 .home/steps.py <.home/job.yaml >.home/steps.sh ||
        sed -n -e 's/^  - run: \\([^|]\\)/\\1/p' -e 's/^    run: //p' \
          -e 's/^      \\(if\\|ledgerctl\\)/\\1/p' .home/job.yaml >.home/steps.sh
      """)
    let steps = String(decoding: try folder.read(".home/steps.sh"), as: UTF8.self)
    #expect(steps.contains("ledgerctl run batch.json") && steps.contains("ledgerctl prune"), "\(steps)")
    for _ in 0..<2 { try folder.shell("PATH=\"$HOME/bin:$PATH\"; . \"$HOME/steps.sh\"") }
    #expect(try folder.commits() == 2)
    #expect(folder.exists(".ledger"))
  }
}
