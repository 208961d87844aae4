import Foundation
import GitRepository
import SampleBatch
import Testing

@testable import Runner

@Suite("A stranger's repository", .timeLimit(.minutes(5)))
struct StrangersProjectTests {
  /// Verbs that act, each with what it needs.
  private static let acting = [
    ["run", "batch.json"], ["resume"], ["retry", "@last"], ["cancel", "@last"], ["init"],
    ["prune", "--keep", "0s", "--yes"], ["plan", "batch.json"],
  ]

  private func expectRefused(
    _ folder: SampleFolder, _ code: String, in place: String = ".", verbs: [[String]] = acting
  ) async throws {
    for words in verbs {
      let refused = try await BuiltCommand.run(
        words + (words[0] == "init" ? [] : ["--format", "json"]), in: folder.root + "/" + place,
        environment: folder.environment)
      #expect(refused.exit == 78, "\(words): \(refused.text) \(refused.errors)")
      if words[0] != "init" { #expect(refused.text.contains("\"\(code)\""), "\(words): \(refused.text)") }
    }
  }

  @Test("A ledger that git tracks starts no program and is acted on by no verb; looking says so")
  func trackedLedger() async throws {
    let folder = try SampleFolder()
    try folder.write(
      "extractor: { kind: exec, command: [/bin/sh, -c, \"touch $HOME/PWNED; exit 75\"] }\n"
        + "limits: { max_wait: 0s }\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    try folder.shell(
      """
      rm -f .home/PWNED ledger.yaml .ledger/.gitignore; git add -A .; git commit -q -m assets
      git clone -q . .home/clone; cp -r batch.json downloads .home/clone/
      git -C .home/clone config user.name V; git -C .home/clone config user.email v@x
      chmod -R go-w .home/clone
      """)
    try await expectRefused(folder, "ledger_tracked", in: ".home/clone")
    #expect(!folder.exists(".home/PWNED"))
    for words in [["status"], ["events"], ["verify"]] {
      let look = try await BuiltCommand.run(
        words, in: folder.root + "/.home/clone", environment: folder.environment)
      #expect(look.errors.contains("git tracks files in it"), "\(words): \(look.errors)")
    }
    let doctor = try await BuiltCommand.run(
      ["doctor"], in: folder.root + "/.home/clone", environment: folder.environment)
    #expect(doctor.exit == 1 && doctor.text.contains("git tracks"), "\(doctor.text)")
  }

  @Test(
    "What others can write is refused with 78 and its name: ledger, database, folder, configuration",
    arguments: [".ledger", ".ledger/ledger.db", ".", "shop", "shop/ledger.yaml"])
  func writableByOthers(path: String) async throws {
    let folder = try SampleFolder()
    try folder.shell("mkdir shop; cp -r downloads batch.json shop/; echo 'templates: t' >shop/ledger.yaml")
    let place = path.hasPrefix("shop") ? "shop" : "."
    if place == "." { #expect(try await folder.ledgerctl("init").exit == 0) }
    if place == "shop" {
      #expect(
        try await BuiltCommand.run(
          ["init"], in: folder.root + "/shop", environment: folder.environment
        ).exit == 0)
    }
    try folder.shell("chmod 1777 '\(path)' 2>/dev/null || chmod o+w '\(path)'")
    try await expectRefused(
      folder, "writable_by_others", in: place, verbs: [["run", "batch.json"], ["plan", "batch.json"]])
    let doctor = try await BuiltCommand.run(
      ["doctor"], in: folder.root + "/" + place, environment: folder.environment)
    #expect(doctor.exit == 1 && doctor.text.contains("other users can write it"), "\(doctor.text)")
    let status = try await BuiltCommand.run(
      ["status"], in: folder.root + "/" + place, environment: folder.environment)
    #expect(status.exit == 0 && status.errors.contains("other users can write it"), "\(status.errors)")
  }

  @Test(
    "Another user's ledger, configuration or folder is refused as git does it, but for sudo's caller",
    .enabled(if: getuid() == 0), arguments: [".ledger", "ledger.yaml", "shop"])
  func anothersFiles(path: String) async throws {
    let folder = try SampleFolder()
    let place = path == "shop" ? "shop" : "."
    try folder.shell(
      """
      echo 'extractor: { kind: exec, command: [/bin/sh, -c, "touch $HOME/PWNED"] }' >ledger.yaml
      mkdir shop; cp -r downloads batch.json ledger.yaml shop/; cd \(place); "\(BuiltCommand.path)" init
      """)
    try folder.shell("chown -R 4242 '\(path)'")
    try await expectRefused(folder, "foreign_owner", in: place)
    let doctor = try await BuiltCommand.run(
      ["doctor", "--contact"], in: folder.root + "/" + place, environment: folder.environment)
    #expect(doctor.exit == 1 && doctor.text.contains("belongs to user 4242"), "\(doctor.text)")
    #expect(!folder.exists(".home/PWNED"))
    folder.environment["SUDO_UID"] = "4242"
    let plan = try await BuiltCommand.run(
      ["plan", "batch.json"], in: folder.root + "/" + place, environment: folder.environment)
    #expect(plan.exit == 0, "\(plan.text) \(plan.errors)")
  }

  @Test("Templates and manifests behind links are refused with 78 and the link, and nothing of them is read")
  func links() async throws {
    let secret = "aws_secret = wJalrXUtnFEMI"
    for (make, link) in [
      ("mkdir templates; ln -s ../.home/creds templates/context.md", "templates/context.md"),
      ("mkdir .home/t; cp .home/creds .home/t/context.md; ln -s .home/t templates", "templates"),
      ("ln -s /proc/self templates", "templates"),
      ("mkdir templates; ln -s ../gone templates/usage.md", "templates/usage.md"),
      ("mv batch.json .home/; ln -s .home/batch.json batch.json", "batch.json"),
      ("ln -s .home/creds other.json; mv other.json batch.json", "batch.json"),
    ] {
      let folder = try SampleFolder()
      try folder.write(secret + "\n", to: ".home/creds")
      try folder.shell(
        "\(make); [ -L batch.json ] || echo 'templates: templates' >ledger.yaml"
      )
      for words in [["run", "batch.json"], ["plan", "batch.json"]] {
        let refused = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
        #expect(refused.exit == 78, "\(make) \(words): \(refused.errors)")
        #expect(refused.errors.contains("\(folder.root)/\(link)\""), "\(refused.errors)")
        #expect(!(refused.errors + refused.text).contains("wJalr"))
      }
      #expect(try folder.shell("grep -rl wJalr .ledger 2>/dev/null || true") == "")
      #expect(try folder.commits() == 1)
    }
    let folder = try SampleFolder()
    try folder.write("templates: ../\(folder.root.split(separator: "/").last ?? "")\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 78)
  }

  @Test("A run names the program before it first starts it, with its line; one that starts none says nothing")
  func named() async throws {
    let folder = try SampleFolder()
    try folder.write("#!/bin/sh\nexit 75\n", to: "x.sh")
    try folder.write(
      "limits: { max_wait: 0s }\nextractor:\n  kind: exec\n  command: [./x.sh, a b]\n", to: "ledger.yaml")
    try folder.shell("chmod +x x.sh; printf '/x.sh\\n/ledger.yaml\\n' >>.git/info/exclude")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 75, "\(run.text)")
    #expect(run.errors.contains("Extractor: ./x.sh 'a b' (ledger.yaml:4)\n"), "\(run.errors)")
    #expect(run.errors.components(separatedBy: "Extractor:").count == 2)
    let local = try await folder.ledgerctl("plan", "batch.json")
    #expect(!local.errors.contains("Extractor:"))
  }

  @Test("An extractor's PATH has no folder of the project in it")
  func searchPath() async throws {
    let folder = try SampleFolder()
    try folder.write("#!/bin/sh\ntouch \"$HOME/PWNED\"\n", to: "python3")
    try folder.write("#!/usr/bin/env python3\nprint('no')\n", to: "x.py")
    try folder.write(
      "extractor: { kind: exec, command: [./x.py] }\nlimits: { max_attempts: 1 }\n", to: "ledger.yaml")
    try folder.shell("chmod +x python3 x.py")
    folder.environment["PATH"] = ".::relative:" + (folder.environment["PATH"] ?? "")
    #expect(try await folder.ledgerctl("run", "batch.json").exit != 0)
    #expect(!folder.exists(".home/PWNED"))
  }

  @Test("Invented trailers on refs that no batch landed on neither fail nor slow verifying")
  func strangersRefs() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let batch = SampleArt.batchID
    try folder.shell(
      """
      z=$(printf '%064d' 0)
      for i in $(seq 1 3000); do
        printf 'commit refs/remotes/origin/pr-17\\ncommitter X <x@x> %s +0000\\n' $i
        printf 'data <<E\\nx\\n\\nLedger-Batch: \(batch)\\n'
        printf 'Ledger-Head: %s:%s\\nE\\nM 644 inline assets/x\\ndata <<E\\n%s\\nE\\n' $((i + 500)) $z $i
      done | git fast-import --quiet
      """)
    let started = ContinuousClock.now
    let verdict = try await folder.valid("verify", "verify")
    #expect(verdict["whole"] == true)
    #expect(ContinuousClock.now - started < .seconds(60))
    // On the branch itself it counts.
    try folder.shell(
      """
      printf 'x\\n\\nLedger-Batch: \(batch)\\nLedger-Head: 500:%064d\\n' 0 >.home/message
      git commit -q --allow-empty -F .home/message
      """)
    #expect(try await folder.ledgerctl("verify").exit == 1)
  }

  @Test("A ledger that was thrown away, or whose head is gone, is a finding and not intact")
  func absence() async throws {
    let folder = try SampleFolder()
    let fresh = try await folder.ledgerctl("verify")
    #expect(fresh.exit == 0 && fresh.text.contains("There is no ledger yet"), "\(fresh.text)\(fresh.errors)")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("second.json", batch: "second") { $0.assets = [$0.assets[1]] }
    #expect(try await folder.ledgerctl("run", "second.json").exit == 0)
    try folder.shell("rm .ledger/head")
    let headless = try await folder.valid("verify", "verify", exit: 1)
    #expect(headless["findings"]?.array?.first?["check"] == "head", "\(headless)")
    try folder.shell("rm -rf .ledger")
    let gone = try await folder.ledgerctl("verify")
    #expect(gone.exit == 1 && gone.text.contains("no ledger here"), "\(gone.text)\(gone.errors)")
    #expect(try await folder.ledgerctl("init").exit == 0)
    let emptied = try await folder.valid("verify", "verify", exit: 1)
    #expect(emptied["whole"] == false)
  }
}
