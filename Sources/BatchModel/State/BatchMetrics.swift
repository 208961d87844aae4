/// What a batch took and made. A fold of its events: see `BatchMetrics.init(of:)`.
public struct BatchMetrics: Hashable, Sendable, Codable {
  /// Files that are new, changed and gone in the working tree and the commit.
  public var created = 0
  public var updated = 0
  public var removed = 0
  /// Folders of the bundles.
  public var directories = 0
  /// Time of all runs together, from each run's start to its last event.
  public var elapsedMs: Int64 = 0
  /// Sum of what was executed, as if one after another.
  public var serialMs: Int64 = 0
  /// Executed milliseconds under each stage's name.
  public var stagesMs: [String: Int64] = [:]
  public var extractor = Extraction()

  /// How extraction came about.
  public struct Extraction: Hashable, Sendable, Codable {
    public var calls = 0
    public var reused = 0
    public var provided = 0
    public var deferred = 0
    /// Calls that may have been paid twice.
    public var inDoubt = 0
    public init() {}

    package enum CodingKeys: String, CodingKey {
      case calls, reused, provided, deferred
      case inDoubt = "in_doubt"
    }
  }

  public init() {}

  /// How much shorter than one after another, in whole percent; 0 where nothing was saved.
  public var savedPercent: Int {
    guard serialMs > 0, elapsedMs < serialMs else { return 0 }
    return Int((Double(serialMs) - Double(elapsedMs)) * 100 / Double(serialMs))
  }

  /// Counts what was executed of a stage.
  package mutating func add(_ durationMs: Int64, of stage: Stage) {
    serialMs = serialMs.adding(durationMs)
    stagesMs[stage.rawValue] = stagesMs[stage.rawValue, default: 0].adding(durationMs)
  }

  package enum CodingKeys: String, CodingKey {
    case created, updated, removed, directories
    case elapsedMs = "elapsed_ms"
    case serialMs = "serial_ms"
    case stagesMs = "stages_ms"
    case extractor
  }
}
