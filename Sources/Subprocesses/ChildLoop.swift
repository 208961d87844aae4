import Core
import Synchronization
import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Moves a long-lived child's bytes on a thread of its own, which alone touches its descriptors and reaps it.
package final class ChildLoop: Sendable {
  /// Bytes on their way to stdin, and who waits for them to be gone.
  package struct Write {
    package var id: UInt64
    package var bytes: ArraySlice<UInt8>
    package var waiter: CheckedContinuation<Fault?, Never>?
  }

  package enum Stop {
    case none
    case asked(patience: Duration, grace: Duration)
    case terminateAt(ContinuousClock.Instant, grace: Duration)
    case killAt(ContinuousClock.Instant)
    case killed
  }

  package struct State {
    package var writes: [Write] = []
    package var lastWrite: UInt64 = 0
    /// No more writes are taken; stdin is closed when those taken are done.
    package var inputEnds = false
    package var received: [UInt8] = []
    package var outputEnded = false
    package var reader: CheckedContinuation<Result<[UInt8]?, Fault>, Never>?
    package var tail = ByteTail()
    package var stop = Stop.none
    /// Why the child can't be talked to any more; it is then told to end.
    package var fault: Fault?
    package var exit: ExitState?
    package var exitWaiters: [CheckedContinuation<ExitState, Never>] = []
  }

  /// Output nobody has read yet; beyond it the child has to wait.
  package static let receivedLimitBytes = 1 << 20

  package let program: String
  package let wakePipe: WakePipe
  package let state = Mutex(State())

  private init(program: String, wakePipe: WakePipe) {
    self.program = program
    self.wakePipe = wakePipe
  }

  package static func start(_ command: Command) throws(Fault) -> ChildLoop {
    let program = command.words.first ?? ""
    guard let wakePipe = WakePipe() else {
      throw .noDescriptors(for: program, cause: "no descriptors are left")
    }
    var child = try SpawnedProcess(starting: command)
    let loop = ChildLoop(program: child.program, wakePipe: wakePipe)
    let started = child
    guard DedicatedThread.start({ loop.serve(started) }) else {
      child.signalGroup(SIGKILL)
      _ = child.reap()
      child.closeInput()
      child.closeOutput()
      child.closeError()
      throw .noDescriptors(for: program, cause: "no threads are left")
    }
    return loop
  }

  package func write(_ bytes: [UInt8]) async throws(Fault) {
    let id = state.withLock { state in
      state.lastWrite += 1
      return state.lastWrite
    }
    let fault = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let refusal: Fault? = state.withLock { state in
          if state.inputEnds { return state.fault ?? .inputClosed(of: program) }
          if Task.isCancelled { return .programCancelled(program) }
          state.writes.append(Write(id: id, bytes: bytes[...], waiter: continuation))
          return nil
        }
        if let refusal { continuation.resume(returning: refusal) } else { wakePipe.wake() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        guard let index = state.writes.firstIndex(where: { $0.id == id }) else {
          return nil as CheckedContinuation<Fault?, Never>?
        }
        defer { state.writes[index].waiter = nil }
        return state.writes[index].waiter
      }
      waiter?.resume(returning: .programCancelled(program))
    }
    if let fault { throw fault }
  }

  /// Hands bytes over without waiting for them to be written; a child that takes no more input gets none.
  package func enqueue(_ bytes: [UInt8]) {
    state.withLock { state in
      guard !state.inputEnds else { return }
      state.lastWrite += 1
      state.writes.append(Write(id: state.lastWrite, bytes: bytes[...], waiter: nil))
    }
    wakePipe.wake()
  }

  package func closeStdin() {
    state.withLock { $0.inputEnds = true }
    wakePipe.wake()
  }

  package func readChunk() async throws(Fault) -> [UInt8]? {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready: Result<[UInt8]?, Fault>? = state.withLock { state in
          precondition(state.reader == nil, "Two tasks read one child's stdout.")
          if let ready = Self.takeReceived(&state) { return ready }
          if Task.isCancelled { return .failure(.programCancelled(program)) }
          state.reader = continuation
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
        wakePipe.wake()
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: .failure(.programCancelled(program)))
    }
    return try result.get()
  }

  package static func takeReceived(_ state: inout State) -> Result<[UInt8]?, Fault>? {
    if !state.received.isEmpty {
      defer { state.received = [] }
      return .success(state.received)
    }
    guard state.outputEnded else { return nil }
    return state.fault.map { .failure($0) } ?? .success(nil)
  }

  package var errorTail: [UInt8] { state.withLock { $0.tail.bytes } }

  /// Asks for the child's end; a later call with less patience wins as long as nothing was sent.
  package func stop(patience: Duration, grace: Duration) {
    state.withLock { state in
      state.inputEnds = true
      switch state.stop {
      case .none, .asked, .terminateAt: state.stop = .asked(patience: patience, grace: grace)
      case .killAt, .killed: break
      }
    }
    wakePipe.wake()
  }

  /// Kills the group without waiting for it.
  package func abandon() { stop(patience: .zero, grace: .zero) }

  package func waitForExit() async -> ExitState {
    await withCheckedContinuation { continuation in
      let exit = state.withLock { state in
        if state.exit == nil { state.exitWaiters.append(continuation) }
        return state.exit
      }
      if let exit { continuation.resume(returning: exit) }
    }
  }
}
