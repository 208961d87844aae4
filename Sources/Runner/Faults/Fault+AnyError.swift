import BatchModel
import Core
import Ledger

extension Fault {
  /// Takes any error that our own parts throw as one fault; several become the first, which knows of the others.
  init(_ error: any Error) {
    self =
      switch error {
      case let fault as Fault: fault
      case let faults as Faults: faults.first
      case let error as StoreError: .ledger(error)
      case let unreadable as UnreadableEvent: .unreadable(unreadable)
      default: .unexpected(error)
      }
  }
}
