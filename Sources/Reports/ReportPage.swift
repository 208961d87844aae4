import BatchModel
import Core

/// Everything that a page about one batch shows. A value: nothing in it is read while the page is made.
package struct ReportPage: Hashable, Sendable {
  package var head: Head
  package var timeline: Timeline
  /// In the manifest's order.
  package var assets: [AssetCard]
  /// Oldest first.
  package var events: [ReportEvent]

  package init(head: Head, assets: [AssetCard], events: [ReportEvent]) {
    self.head = head
    self.assets = assets
    self.events = events
    timeline = Timeline(events)
  }

  /// What there is to say of the batch as a whole.
  package struct Head: Hashable, Sendable {
    package var batch: BatchID
    /// The status, such as `landed`.
    package var outcome: String
    /// The full name of the commit that landed it, and of one that undid it.
    package var commit: String?
    package var revertedBy: String?
    package var branch: String?
    /// In milliseconds since 1970: when it was registered, and its last event.
    package var startedMs: Int64
    package var endedMs: Int64
    /// Time of all runs together, in milliseconds.
    package var workedMs: Int64
    /// Waits of all assets together, in milliseconds.
    package var waitedMs: Int64
    package var runs: Int
    package var interruptedRuns: Int
    package var calls: Int
    package var callsInDoubt: Int
    package var reused: Int
    /// Such as `0.006 USD`; empty where no price is configured.
    package var cost: [String]
    package var saved: [String]
    /// The program's version that made the page.
    package var toolVersion: String

    package init(
      batch: BatchID, outcome: String, commit: String? = nil, revertedBy: String? = nil,
      branch: String? = nil, startedMs: Int64 = 0, endedMs: Int64 = 0, workedMs: Int64 = 0,
      waitedMs: Int64 = 0, runs: Int = 0, interruptedRuns: Int = 0, calls: Int = 0, callsInDoubt: Int = 0,
      reused: Int = 0, cost: [String] = [], saved: [String] = [], toolVersion: String = ""
    ) {
      self.batch = batch
      self.outcome = outcome
      self.commit = commit
      self.revertedBy = revertedBy
      self.branch = branch
      self.startedMs = startedMs
      self.endedMs = endedMs
      self.workedMs = workedMs
      self.waitedMs = waitedMs
      self.runs = runs
      self.interruptedRuns = interruptedRuns
      self.calls = calls
      self.callsInDoubt = callsInDoubt
      self.reused = reused
      self.cost = cost
      self.saved = saved
      self.toolVersion = toolVersion
    }
  }

  /// What the page shows of one asset.
  package struct AssetCard: Hashable, Sendable {
    package var id: AssetID
    package var name: String
    package var category: String
    /// The image as the manifest names it.
    package var path: String
    package var score: String
    /// The word for its state, such as `packaged`.
    package var state: String
    package var picture: Picture
    /// Nil where no design facts are stored, or they can't be read.
    package var idf: IDF?
    /// Those that were placed.
    package var files: [File]
    /// Why it failed, where it has.
    package var problem: String?
    /// In milliseconds.
    package var workedMs: Int64
    package var waitedMs: Int64
    package var calls: Int
    package var cost: [String]

    package init(
      id: AssetID, name: String, category: String = "", path: String = "", score: String = "",
      state: String = "", picture: Picture, idf: IDF? = nil, files: [File] = [], problem: String? = nil,
      workedMs: Int64 = 0, waitedMs: Int64 = 0, calls: Int = 0, cost: [String] = []
    ) {
      self.id = id
      self.name = name
      self.category = category
      self.path = path
      self.score = score
      self.state = state
      self.picture = picture
      self.idf = idf
      self.files = files
      self.problem = problem
      self.workedMs = workedMs
      self.waitedMs = waitedMs
      self.calls = calls
      self.cost = cost
    }
  }

  /// The asset's image, scaled down.
  package enum Picture: Hashable, Sendable {
    /// A PNG's bytes, and its size in pixels.
    case png([UInt8], width: Int, height: Int)
    /// Why there is none, as a sentence.
    case missing(String)
  }

  /// A file of a bundle.
  package struct File: Hashable, Sendable {
    /// Relative to the project's root.
    package var path: String
    /// What became of it, such as `create`.
    package var action: String

    package init(path: String, action: String) {
      self.path = path
      self.action = action
    }
  }
}
