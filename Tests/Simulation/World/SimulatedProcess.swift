import Runner

/// One process of the command: it lives until it ends, is killed, or the power fails.
///
/// `@unchecked Sendable`: only its world's one thread touches it.
final class SimulatedProcess: @unchecked Sendable {
  let id: Int32
  let batch: BatchID
  let stop = StopSignal()
  var isAlive = true
  /// It has come to its own end.
  var hasEnded = false
  /// Counted among the dead: it has died, or is taken for dead.
  var isGivenUp = false
  /// Stopped as by SIGSTOP: nothing it waits for comes back until it is woken.
  var isAsleep = false
  /// Resumed when it is woken or dies.
  var parked: [() -> Void] = []
  /// Its store has met a failed sync and writes nothing more.
  var isPoisoned = false
  /// It has appended to its batch at least once.
  var hasWritten = false
  /// Another had left its batch in the middle of something when it started.
  var isRecovering = false
  /// Where the ledger ended when it started.
  var bornAt: Int64 = 0
  /// An append of it was refused because another had written.
  var knowsItIsOvertaken = false
  /// How often it continued after its death; such operations do nothing.
  var movesAfterDeath = 0
  var heldLocks: Set<String> = []
  /// The disk refused to let it free git's index.
  var couldNotFreeIndex = false

  init(id: Int32, batch: BatchID) {
    self.id = id
    self.batch = batch
  }
}
