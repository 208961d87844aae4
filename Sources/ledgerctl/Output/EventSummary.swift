import BatchModel
import Core
import GitRepository
import Runner

/// Says in a few words what an event's payload says.
enum EventSummary {
  static func text(_ event: BatchEvent) -> String {
    switch event {
    case .batchRegistered(let fact): registration("registered", fact)
    case .batchRevised(let fact): registration("revised", fact)
    case .runStarted(let fact): started(fact)
    case .runFinished(let fact):
      "exit \(fact.exit.rawValue)" + (fact.code.map { " (\($0))" } ?? "")
        + " after \(SpanText.text(ms: fact.durationMs))"
        + (fact.signal.map { ", asked to stop by \($0)" } ?? "") + (fact.held ? ", held" : "")
    case .runInterrupted(let fact): runInterrupted(fact)
    case .stageStarted(_, let fact): started(fact)
    case .stageCompleted(_, let fact): completed(fact)
    case .stageFailed(_, let fact): failed(fact)
    case .stageDeferred(_, let fact):
      (fact.until.map { "waits until \(CivilTime.rfc3339(ms: $0.wallMs)): " } ?? "postponed: ") + fact.message
    case .stageInterrupted(_, let fact):
      "interrupted in run \(fact.run)" + (fact.signal.map { " by \($0)" } ?? "")
        + (fact.inDoubt ? "; a call may have been made" : "")
    case .stageInvalidated(_, let fact): "open again: \(fact.message)"
    case .assetPackaged(_, let fact): "bundle \(short(fact.bundle))"
    case .assetRetried(_, let fact):
      "retried from \(fact.from.rawValue) by \(fact.by)" + (fact.image == nil ? "" : ", with a new image")
    case .batchPlaced(let fact): placed(fact)
    case .commitIntended(let fact): "\(fact.new.prefix(12)) on \(fact.ref)"
    case .commitConfirmed(let fact): "\(fact.sha.prefix(12)) on \(fact.ref)"
    case .commitSuperseded(let fact): "\(fact.new.prefix(12)) given up: \(fact.reason)"
    case .batchCompleted(let fact):
      fact.alreadyPresent ? "nothing to commit" : fact.commit.map { "commit \($0.prefix(12))" } ?? ""
    case .batchReverted(let fact):
      "\(fact.reverts.prefix(12)) undone by \(fact.commit.prefix(12))"
        + (fact.left.isEmpty ? "" : "; left: \(fact.left.joined(separator: ", "))")
    case .batchCancelled(let fact):
      (fact.why.isEmpty ? "cancelled" : fact.why) + by(fact.actor, nil)
        + (fact.left.isEmpty ? "" : "; left: \(fact.left.joined(separator: ", "))")
    }
  }

  private static func runInterrupted(_ fact: RunInterruption) -> String {
    fact.signal.map { "run \(fact.run) was asked to stop by \($0)" } ?? "found run \(fact.run) dead"
  }

  private static func registration(_ word: String, _ fact: Registration) -> String {
    let leftOut = fact.leftOut?.map(\.asset.text) ?? []
    return "\(word), \(RunText.counted(fact.images.count, "asset")) for \(fact.branchName)"
      + (leftOut.isEmpty ? "" : ", without \(leftOut.joined(separator: ", "))") + by(fact.actor, fact.argv)
  }

  private static func started(_ fact: RunStart) -> String {
    "process \(fact.process) on \(fact.host), ledgerctl \(fact.toolVersion)" + by(fact.actor, fact.argv)
  }

  /// Who asked, and with which words, as far as it is known.
  static func by(_ actor: RunActor?, _ argv: [String]?) -> String {
    guard let actor else { return "" }
    let words = argv.map { ": \(ShellText.line($0))" } ?? ""
    let via = ([actor.via.rawValue] + [actor.client].compactMap { $0 }).joined(separator: ", ")
    return ", by \(actor.user) (\(via))" + words
  }

  private static func started(_ fact: StageStart) -> String {
    if let key = fact.key { return "key \(short(key.digest))" }
    return fact.targets.map { RunText.counted($0.count, "target") } ?? ""
  }

  private static func completed(_ fact: StageCompletion) -> String {
    switch fact.how {
    case .executed: "executed in \(SpanText.text(ms: fact.durationMs))"
    case .reused:
      "reused" + (fact.source.map { " from position \($0)" } ?? "")
        + (fact.from.map { " from commit \($0.prefix(12))" } ?? "")
    case .provided: "provided by the manifest"
    }
  }

  private static func failed(_ fact: StageFailure) -> String {
    fact.message + (fact.next.map { "; again at \(CivilTime.rfc3339(ms: $0.wallMs))" } ?? "")
  }

  private static func placed(_ fact: Placement) -> String {
    let written = fact.targets.count { $0.found == .absent || $0.found == .replaced }
    let removed = fact.targets.count { $0.found == .removed }
    let text = RunText.counted(written, "file") + " written" + (removed > 0 ? ", \(removed) removed" : "")
    return fact.inWorkingTree ? text : "for the commit alone: " + text
  }

  private static func short(_ digest: Digest) -> String { String(digest.hex.prefix(12)) }
}
