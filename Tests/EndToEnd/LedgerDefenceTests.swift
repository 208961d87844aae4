import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("The ledger defends itself", .timeLimit(.minutes(5)))
struct LedgerDefenceTests {
  @Test("After a run, ledger.db alone is a fair copy")
  func fairCopy() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    #expect(try await folder.ledgerctl("cancel", "@last").exit == 0)
    let events = try await folder.events()
    try folder.shell("rm .ledger/ledger.db-wal .ledger/ledger.db-shm")
    #expect(try await folder.events() == events)
    #expect(try await folder.ledgerctl("verify").exit == 0)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
  }

  @Test("A lost end of the ledger stops the next writer with 74, and nothing is written over the proof")
  func lostTail() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.shell("cp .ledger/ledger.db .home/old.db")
    #expect(try await folder.ledgerctl("cancel", "@last").exit == 0)
    try folder.shell("rm .ledger/ledger.db-*; cp .home/old.db .ledger/ledger.db")
    let head = try folder.read(".ledger/head")
    for words in [["run", "batch.json"], ["resume"], ["cancel", "@last"], ["init"]] {
      let refused = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(refused.exit == 74, "\(words): \(refused.errors)")
      #expect(refused.errors.contains("ledgerctl verify"), "\(refused.errors)")
    }
    #expect(try folder.read(".ledger/head") == head)
    #expect(try folder.read(".ledger/ledger.db") == folder.read(".home/old.db"))
    #expect(try await folder.ledgerctl("verify").exit == 1)
    #expect(try await folder.ledgerctl("verify", "--repair").exit == 1)
    #expect(try await folder.ledgerctl("status").exit == 0)
  }

  @Test("Another ledger put in its place is distinguished from it too")
  func otherLedger() async throws {
    let (folder, other) = (try SampleFolder(), try SampleFolder())
    for one in [folder, other] {
      #expect(try await one.ledgerctl("run", "batch.json").exit == 0)
    }
    try folder.shell("rm .ledger/ledger.db*; cp '\(other.root)/.ledger/ledger.db' .ledger/ledger.db")
    let refused = try await folder.ledgerctl("resume")
    #expect(refused.exit == 74 && refused.errors.contains("another event"), "\(refused.errors)")
  }

  @Test(
    "Folders that a copy dropped are made again by whoever works, and missed by nobody who looks",
    arguments: ["tmp", "locks", "objects", ".gitignore", "head", "tmp .ledger/locks .ledger/objects"])
  func missing(name: String) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.shell("rm -r .ledger/\(name)")
    for words in [["status"], ["events"], ["doctor"]] {
      let look = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(look.exit == 0, "\(words): \(look.text)\(look.errors)")
    }
    if name != "head" {
      let doctor = try await folder.ledgerctl("doctor")
      #expect(doctor.text.contains("made again by the next run"), "\(doctor.text)")
    }
    let resumed = try await folder.ledgerctl("resume", "@last")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    for made in ["tmp", "locks", "objects", ".gitignore", "head"] {
      #expect(folder.exists(".ledger/\(made)"))
    }
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test(
    "An archive on read-only media can be read, with its log and without",
    .enabled(if: getuid() == 0), arguments: [false, true])
  func archive(hasLog: Bool) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    // A log that nobody has moved into the database: as a killed run leaves it.
    if hasLog {
      try folder.shell(
        """
        python3 - <<'Q'
        import os, sqlite3
        db = sqlite3.connect('.ledger/ledger.db'); db.isolation_level = None
        db.execute('PRAGMA wal_autocheckpoint=0')
        for state in ('open', 'committed'): db.execute("UPDATE batches SET state = ?", (state,))
        os._exit(0)
        Q
        test -s .ledger/ledger.db-wal
        """)
    }
    let events = try await folder.events().count
    try folder.shell("mkdir .home/archive; cp -r .ledger .home/archive/; rm -f .home/archive/.ledger/*-shm")
    for words in ["status", "events", "verify"] {
      let script = """
        mount --bind .home/archive .home/archive; mount -o remount,ro,bind .home/archive; cd .home/archive
        exec "\(BuiltCommand.path)" \(words) --format json
        """
      let outcome = try folder.shell("unshare -m sh -c '\(script)'")
      #expect(outcome.contains("ledgerctl/"), "\(words): \(outcome)")
      guard words == "events" else { continue }
      let document = try JSONReader.value(of: Array(outcome.utf8.dropLast()))
      #expect(document["events"]?.array?.count == events)
    }
  }

  @Test(
    "What another user owns is named with its owner and chown, with 78, and doctor finds it",
    .enabled(if: getuid() == 0))
  func otherUsers() async throws {
    let folder = try SampleFolder()
    try folder.writeManifest("second.json", batch: "second") { $0.assets = [$0.assets[1]] }
    try folder.shell("chown -R 4242:4242 .")
    let user = "setpriv --reuid 4242 --regid 4242 --clear-groups"
    let command = "'\(BuiltCommand.path)'"
    try folder.shell("\(user) \(command) init; SUDO_UID=4242 \(command) run batch.json")
    let refused = try folder.shell(
      "\(user) '\(BuiltCommand.path)' run second.json --format json || echo $?")
    #expect(refused.hasSuffix("\n78\n"), "\(refused)")
    #expect(refused.contains("belongs to root") && refused.contains("chown -R 4242"), "\(refused)")
    let doctor = try folder.shell("\(user) '\(BuiltCommand.path)' doctor || true")
    #expect(doctor.contains("bad  project") && doctor.contains("belongs to root"), "\(doctor)")
    #expect(!doctor.contains("Look after the disk") && !refused.contains("Look after the disk"))
    // Fixed as the hint says, it lands.
    try folder.shell("chown -R 4242 .; \(user) '\(BuiltCommand.path)' run second.json")
  }

  @Test("Placed files have the mode that git gives them", arguments: ["002", "022", "077"])
  func modes(umask: String) async throws {
    let folder = try SampleFolder()
    try folder.shell("umask \(umask); '\(BuiltCommand.path)' run batch.json; echo x >plain; git add plain")
    let modes = try folder.shell(
      "for f in $(git ls-files assets frontend) plain; do stat -c %a $f; done | sort | uniq -c | wc -l")
    #expect(modes == "1\n")
  }
}
