import BatchModel
import Core
import Extractors
import Files
import GitRepository
import Ledger
import StrictJSON
import Subprocesses

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a look at the environment found.
package struct Diagnosis: Hashable, Sendable {
  /// One thing that was looked at.
  package struct Check: Hashable, Sendable {
    /// Part of the contract, as are the names of `facts`.
    package var name: String
    package var isFine: Bool
    /// It could not be looked at here, or nobody asked for it: `found` says why.
    package var isSkipped = false
    /// What was found, in a sentence.
    package var found: String
    package var hint: String?
    package var facts: [JSONValue.Member]

    init(
      _ name: String, isFine: Bool = true, _ found: String, hint: String? = nil,
      _ facts: [JSONValue.Member] = []
    ) {
      self.name = name
      self.isFine = isFine
      self.found = found
      self.hint = hint
      self.facts = facts
    }

    /// A check that was not made.
    static func skipped(_ name: String, _ why: String) -> Check {
      var check = Check(name, why)
      check.isSkipped = true
      return check
    }
  }

  package var checks: [Check]
  package var isFine: Bool { checks.allSatisfy(\.isFine) }
}

/// Looks at everything a run depends on.
package struct Checkup: Sendable {
  package var address: ProjectAddress
  /// Start the extractor's server and ask it which tools it has.
  package var contacts: Bool
  private var environment: [String: String] { address.environment }

  package init(_ address: ProjectAddress, contacts: Bool) {
    self.address = address
    self.contacts = contacts
  }

  /// Looks at one thing after the other, where a run would work. Locks and syncs are tried out in a folder of their
  /// own, which is removed.
  package func examine() async -> Diagnosis {
    var layout: ProjectLayout?
    var refusal: Fault?
    do throws(Fault) {
      layout = try Project.find(address, acting: true)
    } catch {
      refusal = error
    }
    let (git, top) = repository(layout)
    let planned = layout == nil && top != nil ? try? Project.place(address).layout : nil
    let root = layout?.root ?? top ?? address.directory
    var checks = [Self.sqlite()] + git
    if let refusal {
      checks.append(.init("project", isFine: false, refusal.message, hint: refusal.hint))
    } else {
      checks.append(project(layout, planned))
    }
    checks += storage(at: layout?.ledgerFolder ?? root)
    checks.append(Self.memory())
    let mayStart = checks.allSatisfy { $0.isFine || !["git", "project"].contains($0.name) }
    checks += await configuration(layout ?? planned, root: root, mayStart: mayStart)
    return Diagnosis(checks: checks)
  }

  // MARK: - What is there

  /// Versions from which on a write-ahead log can no longer lose pages that two connections write at once.
  static func sqlite(_ version: String = SQLiteVersion.text) -> Diagnosis.Check {
    let hasBug = SQLiteVersion.hasWALResetBug(version)
    let words =
      hasBug
      ? "SQLite \(version) has the WAL-reset bug, which does no harm here: every process writes and "
        + "checkpoints under "
        + "one lock."
      : "SQLite \(version)."
    return .init(
      "sqlite", words, [.init("version", .string(version)), .init("wal_reset_bug", .bool(hasBug))])
  }

  private func project(_ layout: ProjectLayout?, _ planned: ProjectLayout?) -> Diagnosis.Check {
    guard let layout else {
      let foreign = planned?.foreignHands(environment) ?? []
      if let first = foreign.first {
        return .init(
          "project", isFine: false, foreign.map(\.message).joined(separator: " "), hint: first.hint)
      }
      let root = planned?.root ?? address.directory
      let holder = planned.map { ProjectPath.parent(of: $0.ledgerFolder) } ?? root
      return .init(
        "project", "No ledger yet: `run` would make one in \(holder).", [.init("root", .string(root))])
    }
    do throws(Fault) {
      try layout.refuseLinks()
      do throws(StoreError) {
        _ = try SQLiteEventStore(LedgerFolder(layout.ledgerFolder), mode: .readOnly, nowMs: 0)
      } catch { throw .ledger(error) }
    } catch {
      return .init("project", isFine: false, error.message, hint: error.hint)
    }
    let foreign = layout.foreignHands(environment)
    if let first = foreign.first {
      return .init(
        "project", isFine: false, foreign.map(\.message).joined(separator: " "), hint: first.hint)
    }
    let others = geteuid() == 0 ? [] : FileOwner.foreignEntries(in: layout.ledgerFolder, limit: 3)
    if let entry = others.first {
      return .init(
        "project", isFine: false,
        "\"\(entry.path)\" belongs to \(FileOwner.name(of: entry.owner)): a ledger has one user.",
        hint: "sudo chown -R \(geteuid()) \"\(layout.ledgerFolder)\"")
    }
    let missing = layout.missingNames
    let words =
      missing.isEmpty
      ? "" : " Missing in it, and made again by the next run: \(missing.joined(separator: ", "))."
    return .init(
      "project", "The ledger is in \(layout.ledgerFolder).\(words)",
      [.init("root", .string(layout.root)), .init("ledger", .string(layout.ledgerFolder))])
  }

  private func repository(_ layout: ProjectLayout?) -> ([Diagnosis.Check], top: String?) {
    do throws(Fault) {
      let repository = try GitRepository.discover(
        from: layout?.root ?? address.directory, environment: environment)
      let file = layout?.configuration ?? repository.layout.topLevel + "/ledger.yaml"
      let commit = (try? Configuration.load(file: file, environment: environment))?.commit ?? .init()
      let version = try repository.version()
      var checks: [Diagnosis.Check] = [
        .init(
          "git", "\(version), in \(repository.layout.topLevel).",
          [.init("version", .string(version)), .init("top", .string(repository.layout.topLevel))])
      ]
      do throws(Fault) {
        let who = try repository.identities()
        checks.append(
          .init("identity", "Commits are by \(who.author).", [.init("author", .string(who.author))]))
      } catch {
        checks.append(.init("identity", isFine: false, error.message, hint: error.hint))
      }
      do throws(Faults) {
        let destination = try Preflight(repository: repository, commit: commit).destination(branch: nil)
        checks.append(
          .init(
            "branch", (["Commits go to \(destination.ref)."] + destination.notes).joined(separator: " "),
            [.init("ref", .string(destination.ref))]))
      } catch {
        let toldElsewhere: Set<FaultCode?> = [
          .badIdentity, .noIdentity, .unreadableIdentity, .signingUnavailable,
        ]
        for fault in error.all where !toldElsewhere.contains(fault.kind) {
          checks.append(.init("branch", isFine: false, fault.message, hint: fault.hint))
        }
      }
      if commit.sign { checks.append(signing(in: repository)) }
      return (checks, repository.layout.topLevel)
    } catch {
      let without = ["identity", "branch"].map { Diagnosis.Check.skipped($0, "No repository to look at.") }
      return ([.init("git", isFine: false, error.message, hint: error.hint)] + without, nil)
    }
  }

  private func signing(in repository: GitRepository) -> Diagnosis.Check {
    do throws(Fault) {
      let signing = try repository.signing()
      return .init("signing", signing.text, [.init("format", .string(signing.format.rawValue))])
    } catch {
      return .init("signing", isFine: false, error.message, hint: error.hint)
    }
  }

  private func storage(at path: String) -> [Diagnosis.Check] {
    var checks: [Diagnosis.Check] = []
    do throws(Fault) {
      let facts = try FileSystemFacts(at: path)
      checks.append(
        .init(
          "file_system", isFine: !facts.isRemote,
          facts.isRemote
            ? "\"\(path)\" lies on \(facts.kind), where locks can't be trusted."
            : "\"\(path)\" lies on \(facts.kind).",
          hint: facts.isRemote ? "Keep the ledger on a local file system, with `--ledger DIR`." : nil,
          [.init("kind", .string(facts.kind)), .init("remote", .bool(facts.isRemote))]))
      let isEnough = facts.freeBytes >= Self.enoughFreeBytes
      checks.append(
        .init(
          "space", isFine: isEnough, "\(Self.megabytes(facts.freeBytes)) MB are free.",
          hint: isEnough ? nil : "Free some space, or see what `ledgerctl prune` would remove.",
          [.init("free_bytes", JSONValue(facts.freeBytes))]))
    } catch {
      checks.append(.init("file_system", isFine: false, error.message, hint: error.hint))
    }
    guard path.hasSuffix("/" + ProjectLayout.folderName),
      ProjectPath.kind(of: path + "/locks") != nil
    else {
      return checks + [.skipped("locks", "No ledger yet, in which locks and syncs could be tried.")]
    }
    do throws(StoreError) {
      try LedgerFolder(path).tryOut()
      checks.append(.init("locks", "Locks exclude each other, and syncs succeed."))
    } catch {
      checks.append(
        .init("locks", isFine: false, Fault.ledger(error).message, hint: Fault.ledger(error).hint))
    }
    return checks
  }

  private static let enoughFreeBytes: Int64 = 100 << 20

  private static func memory() -> Diagnosis.Check {
    let bytes = SystemMemory.availableBytes()
    let isEnough = bytes >= 128 << 20
    return .init(
      "memory", isFine: isEnough, "\(megabytes(bytes)) MB of memory are available.",
      hint: isEnough ? nil : "End other programs, or lower `limits.in_flight`.",
      [.init("available_bytes", JSONValue(bytes))])
  }

  private static func megabytes(_ bytes: Int64) -> Int64 { bytes / (1 << 20) }

  // MARK: - What is configured

  private func configuration(
    _ layout: ProjectLayout?, root: String, mayStart: Bool
  ) async -> [Diagnosis.Check] {
    let file = layout?.configuration ?? root + "/ledger.yaml"
    let configuration: Configuration
    do throws(Faults) {
      configuration = try Configuration.load(file: file, environment: environment)
    } catch {
      return error.all.map { .init("configuration", isFine: false, $0.message, hint: $0.hint) }
        + [.skipped("extractor", "Not known while the configuration is wrong.")]
    }
    let settings = EffectiveSettings(configuration, file: file, environment: environment)
    let changed = settings.all.filter { $0.origin != "default" }
    let words =
      changed.isEmpty
      ? "All settings are at their defaults."
      : "Set: \(changed.map { "\($0.name) by \($0.origin)" }.joined(separator: ", "))."
    let notes = ([words] + (layout?.unreadConfigurations ?? [])).joined(separator: " ")
    return [
      .init("configuration", notes, [.init("settings", settings.json)]),
      await extractor(configuration, root: root, mayStart: mayStart),
    ]
  }

  private func extractor(
    _ configuration: Configuration, root: String, mayStart: Bool
  ) async -> Diagnosis.Check {
    let settings = configuration.extractor
    let kind: JSONValue.Member = .init("kind", .string(settings.kind.rawValue))
    guard settings.kind != .local else { return .init("extractor", "local: needs nothing.", [kind]) }
    do throws(Fault) {
      var command = Command(settings.command, environment: environment, directory: root)
      command.root = root
      let path = try ProgramFile.checkedPath(of: command)
      let missing = settings.env.filter { environment[$0] == nil }
      guard missing.isEmpty else {
        return .init(
          "extractor", isFine: false,
          "The extractor wants \(missing.joined(separator: ", ")), which is not set.",
          hint: "Set it in the environment, or take it out of `extractor.env`.", [kind])
      }
      guard contacts, mayStart else {
        var check = Diagnosis.Check(
          "extractor",
          "\(settings.kind.rawValue): \"\(path)\" is there and was not started; `ledgerctl doctor --contact` starts it.",
          [kind, .init("program", .string(path))])
        check.isSkipped = true
        return check
      }
      return await ContactCheck(settings: settings, program: path, root: root, environment: environment).run()
    } catch {
      return .init("extractor", isFine: false, error.message, hint: error.hint, [kind])
    }
  }
}
