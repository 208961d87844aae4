/// What must hold in every history, whatever goes wrong in it.
package enum Property: String, Hashable, Sendable, CaseIterable {
  case oneCommit = "a batch is committed at most once"
  case ends = "a batch that is resumed ends, committed once or refused for a reason that can be fixed"
  case packagedFirst = "nothing is placed or committed before every asset is packaged"
  case intentFirst = "what changes the outside is in the ledger before it happens"
  case neverAgain = "a completed key is never executed again"
  case acknowledged = "an acknowledged event is never lost and never doubled, and the chain holds"
  case syncedFirst = "an event names only objects that are on disk"
  case attempts = "attempts are spent by failures alone and stay within their limit"
  case waits = "no wait is longer than the longest allowed"
  case quota = "no more calls start than the limits allow"
  case fence = "a runner that was overtaken writes nothing more"
  case lockedEffects = "the working tree and the branch change only under the commit lock"
  case replay = "the replayed state is the live one"
  case nothingLost = "nothing of the user's or of another batch's is lost or replaced"
  case sameTree = "the commit holds what the undisturbed run's holds"
  case tidy = "no lock, no half index and no placed file is left behind"
}

/// A property that did not hold.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
  package var property: Property
  package var detail: String

  package var description: String { "\(property.rawValue): \(detail)" }
}
