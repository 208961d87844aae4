import Core
import Ledger

/// What a look at a whole project found.
public struct LedgerReview: Sendable {
  /// How bad a finding is. Raw values are part of the contract.
  public enum Level: String, Hashable, Sendable {
    /// Something contradicts the ledger, or is missing that should be there.
    case error
    /// Worth knowing; nothing contradicts.
    case note
  }

  /// What was looked at. Raw values are part of the contract.
  public enum Check: String, Hashable, Sendable, CaseIterable {
    case chain, head, anchor, replay, table, structure, object, file, commit, ref
  }

  /// One thing that was found.
  public struct Finding: Hashable, Sendable {
    public var level: Level
    public var check: Check
    public var message: String
    public var position: Int64?
    public var batch: String?
    public var path: String?
    /// It has been repaired since.
    public var isRepaired = false
    /// What would repair it.
    var repair: Repair?

    init(
      _ level: Level, _ check: Check, _ message: String, position: Int64? = nil, batch: String? = nil,
      path: String? = nil, repair: Repair? = nil
    ) {
      self.level = level
      self.check = check
      self.message = message
      self.position = position
      self.batch = batch
      self.path = path
      self.repair = repair
    }
  }

  /// What can be rebuilt from the events and the objects, without touching an event.
  enum Repair: Hashable, Sendable {
    case tables
    case place(path: String, Digest)
    case ref(String, sha: String)
  }

  /// Where the chain is right up to.
  public var head = LedgerHead(position: 0, hash: .zero)
  public var batches = 0
  /// Anchors that were met and hold: the head file's and the commits'.
  public var anchors = 0
  /// The last position that an anchor outside the database proves.
  public var anchoredPosition: Int64 = 0
  public var objects = 0
  public var findings: [Finding] = []

  /// The first position at which the events are not what they must be.
  public var firstBadPosition: Int64? {
    findings.filter { $0.level == .error }.compactMap(\.position).min()
  }

  /// A lost branch has been made again.
  var hasRestoredRef: Bool {
    findings.contains { finding in
      if case .ref = finding.repair { finding.isRepaired } else { false }
    }
  }

  /// Nothing is wrong that has not been repaired.
  public var isWhole: Bool { findings.allSatisfy { $0.level == .note || $0.isRepaired } }
}
