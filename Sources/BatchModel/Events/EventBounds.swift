import Core
import EventLog
import StrictJSON

/// What every version of ours stays within when it writes an event. Anything else comes of damage or of a stranger's
/// hand, and is refused where it is read: no fold and no screen has to fear it.
package enum EventBounds {
  /// The years from 1970 to 9999, which RFC 3339 can write.
  package static let timesMs: ClosedRange<Int64> = 0...253_402_300_799_999
  package static let attempts: ClosedRange<Int64> = 0...Int64(Int32.max)
}

extension Event {
  /// Throws where the event's numbers are not ones that we write.
  package func requireBounds() throws(UnreadableEvent) {
    if !EventBounds.timesMs.contains(timeMs) {
      throw unreadable("its time is in no year from 1970 to 9999, but \(timeMs) ms from 1970")
    }
    if let attempt, !EventBounds.attempts.contains(attempt) { throw unreadable("its attempt is \(attempt)") }
  }

  /// Throws where the event is not one that any version of ours writes, so that it can't be shown as it is.
  package func requireShowable() throws(UnreadableEvent) {
    try requireBounds()
    guard BatchID(batch) != nil else { throw unreadable("no batch has such an id") }
    guard asset.map({ AssetID($0) != nil }) ?? true else { throw unreadable("no asset has such an id") }
    for word in [run, type, stage ?? "x"] where !Self.isWord(word) {
      throw unreadable("its run, type or stage is not a plain word")
    }
    guard !payload.contains(where: { $0 < 0x20 || $0 == 0x7F }), JSONTape(payload) != nil else {
      throw unreadable("its payload is not valid JSON on one line")
    }
  }

  private func unreadable(_ finding: String) -> UnreadableEvent {
    UnreadableEvent(position: position, type: VisibleText.line(type), finding: finding)
  }

  /// The names of types, stages and runs are of visible ASCII.
  private static func isWord(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}

extension Int64 {
  /// The sum, or the largest number where it would be larger.
  package func adding(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other < 0 ? .min : .max) : sum
  }
}
