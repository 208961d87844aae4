import BatchModel
import Core

/// What a batch did when: a row for its runs, a row for each asset, and a row for place and commit.
///
/// A fold of its events since the last registration. Times are the events', in milliseconds since 1970; one that
/// is before its predecessor's, by a clock that was set back, counts as that.
package struct Timeline: Hashable, Sendable {
  package var rows: [Row] = []
  /// When the batch was registered, and its last event.
  package var startMs: Int64 = 0
  package var endMs: Int64 = 0
  /// The times of all events, in the order in which they were written.
  package var timesMs: [Int64] = []

  /// What one asset, the batch, or its runs did.
  package struct Row: Hashable, Sendable {
    package var subject: Subject
    package var segments: [Segment] = []
    package var marks: [Mark] = []
  }

  /// Whose row it is.
  package enum Subject: Hashable, Sendable {
    case runs
    case asset(AssetID)
    case batch
  }

  /// A span of time in which a row did one thing.
  package struct Segment: Hashable, Sendable {
    package var kind: Kind
    package var startMs: Int64
    package var endMs: Int64
    /// Positions of the events that began and ended it. The end is nil where no event says it.
    package var from: Int64
    package var to: Int64?
    package var stage: Stage?
    package var attempt: Int?
    /// What it waited for, or how it ended, in words; from outside in part.
    package var note: String?

    package var durationMs: Int64 { endMs - startMs }
  }

  /// What a row does. Raw values are classes and data attributes of the page.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Its turn has not come.
    case queued
    case waitingForQuota = "waiting-for-quota"
    /// For anything else, such as the next attempt or a lock.
    case waiting
    /// A program outside is asked.
    case calling
    case working
    /// No process worked on the batch.
    case noRun = "no-run"
    /// A process worked on the batch.
    case run
  }

  /// Something that happened at one time.
  package struct Mark: Hashable, Sendable {
    package var kind: MarkKind
    /// Where it is drawn: for a run that was found dead, its last sign of life.
    package var timeMs: Int64
    /// The event that says it, and when that was written.
    package var position: Int64
    package var recordedMs: Int64
    package var text: String
  }

  /// What a mark says. Raw values are classes and data attributes of the page.
  package enum MarkKind: String, Hashable, Sendable, CaseIterable {
    /// The second or a later attempt began.
    case attempt
    case failed
    /// Postponed: no attempt is spent.
    case deferred
    /// Stopped or killed before it could end.
    case interrupted
    /// Opened again, by a person or a changed file.
    case reopened
    /// The result was there already.
    case reused
    /// Packaged, placed or committed.
    case done
    case cancelled
  }
}
