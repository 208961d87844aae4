import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Moves a long-lived child's bytes on a thread of its own, which alone touches its descriptors and reaps it.
final class ChildLoop: Sendable {
  /// Bytes on their way to stdin, and who waits for them to be gone.
  private struct Write {
    var id: UInt64
    var bytes: ArraySlice<UInt8>
    var waiter: CheckedContinuation<Fault?, Never>?
  }

  private enum Stop {
    case none
    case asked(patience: Duration, grace: Duration)
    case terminateAt(ContinuousClock.Instant, grace: Duration)
    case killAt(ContinuousClock.Instant)
    case killed
  }

  private struct State {
    var writes: [Write] = []
    var lastWrite: UInt64 = 0
    /// No more writes are taken; stdin is closed when those taken are done.
    var inputEnds = false
    var received: [UInt8] = []
    var outputEnded = false
    var reader: CheckedContinuation<Result<[UInt8]?, Fault>, Never>?
    var tail = ByteTail()
    var stop = Stop.none
    var exit: ExitState?
    var exitWaiters: [CheckedContinuation<ExitState, Never>] = []
  }

  /// Output nobody has read yet; beyond it the child has to wait.
  private static let receivedLimitBytes = 1 << 20

  private let program: String
  private let wakePipe: WakePipe
  private let state = Mutex(State())

  private init(program: String, wakePipe: WakePipe) {
    self.program = program
    self.wakePipe = wakePipe
  }

  static func start(_ command: Command) throws(Fault) -> ChildLoop {
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

  // MARK: - From the tasks

  func write(_ bytes: [UInt8]) async throws(Fault) {
    let id = state.withLock { state in
      state.lastWrite += 1
      return state.lastWrite
    }
    let fault = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let refusal: Fault? = state.withLock { state in
          if state.inputEnds { return .inputClosed(of: program) }
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
  func enqueue(_ bytes: [UInt8]) {
    state.withLock { state in
      guard !state.inputEnds else { return }
      state.lastWrite += 1
      state.writes.append(Write(id: state.lastWrite, bytes: bytes[...], waiter: nil))
    }
    wakePipe.wake()
  }

  func closeStdin() {
    state.withLock { $0.inputEnds = true }
    wakePipe.wake()
  }

  func readChunk() async throws(Fault) -> [UInt8]? {
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

  private static func takeReceived(_ state: inout State) -> Result<[UInt8]?, Fault>? {
    if !state.received.isEmpty {
      defer { state.received = [] }
      return .success(state.received)
    }
    return state.outputEnded ? .success(nil) : nil
  }

  var errorTail: [UInt8] { state.withLock { $0.tail.bytes } }

  /// Asks for the child's end; a later call with less patience wins as long as nothing was sent.
  func stop(patience: Duration, grace: Duration) {
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
  func abandon() { stop(patience: .zero, grace: .zero) }

  func waitForExit() async -> ExitState {
    await withCheckedContinuation { continuation in
      let exit = state.withLock { state in
        if state.exit == nil { state.exitWaiters.append(continuation) }
        return state.exit
      }
      if let exit { continuation.resume(returning: exit) }
    }
  }

  // MARK: - On the thread

  private func serve(_ started: SpawnedProcess) {
    var child = started
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while !step(&child, buffer) {}
    let exit = child.reap()
    // Nobody of the group is left to write; one who left the group is not waited for.
    while receiveOutput(&child, buffer) {}
    while receiveError(&child, buffer) {}
    endInput(&child)
    child.closeOutput()
    child.closeError()
    finish(exit)
  }

  /// Waits for something to do and does it; returns true once the child has ended.
  private func step(_ child: inout SpawnedProcess, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    let (hasWrites, inputEnds, hasRoom) = state.withLock { state in
      (!state.writes.isEmpty, state.inputEnds, state.received.count < Self.receivedLimitBytes)
    }
    if inputEnds && !hasWrites { child.closeInput() }
    let deadline = advanceStop(child)
    // A negative descriptor is one that poll leaves out. Without anything to write, input is polled for its
    // end alone.
    var polled = [
      pollfd(fd: child.exit, events: Int16(POLLIN), revents: 0),
      pollfd(fd: hasRoom ? child.output : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.error, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.input, events: hasWrites ? Int16(POLLOUT) : 0, revents: 0),
      pollfd(fd: wakePipe.readable, events: Int16(POLLIN), revents: 0),
    ]
    PipeIO.wait(for: &polled, timeoutMs: pollTimeoutMs(until: deadline, hasExitDescriptor: child.exit >= 0))
    if polled[4].revents != 0 { wakePipe.clear() }
    if polled[1].revents != 0 { _ = receiveOutput(&child, buffer) }
    if polled[2].revents != 0 { _ = receiveError(&child, buffer) }
    if polled[3].revents & Int16(POLLERR) != 0 {
      endInput(&child)
    } else if polled[3].revents != 0 {
      sendInput(&child)
    }
    return child.exit < 0 ? child.hasEnded : polled[0].revents != 0
  }

  /// Sends what is due to the group and returns when the next thing is due.
  private func advanceStop(_ child: SpawnedProcess) -> ContinuousClock.Instant? {
    let now = ContinuousClock.now
    return state.withLock { state in
      if case .asked(let patience, let grace) = state.stop {
        state.stop = .terminateAt(now + patience, grace: grace)
      }
      if case .terminateAt(let time, let grace) = state.stop, now >= time {
        child.signalGroup(SIGTERM)
        state.stop = .killAt(now + grace)
      }
      if case .killAt(let time) = state.stop, now >= time {
        child.signalGroup(SIGKILL)
        state.stop = .killed
      }
      return switch state.stop {
      case .terminateAt(let time, _), .killAt(let time): time
      case .none, .asked, .killed: nil
      }
    }
  }

  /// Returns false once nothing is to be had now.
  private func receiveOutput(_ child: inout SpawnedProcess, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard child.output >= 0 else { return false }
    let step = PipeIO.read(child.output, into: buffer)
    if step == .wouldBlock { return false }
    if step == .closed { child.closeOutput() }
    let (reader, ready) = state.withLock { state in
      if case .moved(let count) = step {
        state.received.append(contentsOf: buffer.prefix(count))
      } else {
        state.outputEnded = true
      }
      guard let reader = state.reader else {
        return (nil as CheckedContinuation<Result<[UInt8]?, Fault>, Never>?, nil as Result<[UInt8]?, Fault>?)
      }
      state.reader = nil
      return (reader, Self.takeReceived(&state))
    }
    if let reader, let ready { reader.resume(returning: ready) }
    return step != .closed
  }

  private func receiveError(_ child: inout SpawnedProcess, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard child.error >= 0 else { return false }
    let step = PipeIO.read(child.error, into: buffer)
    if step == .closed { child.closeError() }
    guard case .moved(let count) = step else { return false }
    state.withLock { $0.tail.append(buffer.prefix(count)) }
    return true
  }

  private func sendInput(_ child: inout SpawnedProcess) {
    guard let next = state.withLock({ $0.writes.first }) else { return }
    let step: PipeStep = next.bytes.isEmpty ? .moved(0) : PipeIO.write(child.input, next.bytes)
    guard case .moved(let count) = step else {
      if step == .closed { endInput(&child) }
      return
    }
    let waiter = state.withLock { state in
      state.writes[0].bytes = state.writes[0].bytes.dropFirst(count)
      return state.writes[0].bytes.isEmpty ? state.writes.removeFirst().waiter : nil
    }
    waiter?.resume(returning: nil)
  }

  /// Closes stdin and fails the writes that will never be made.
  private func endInput(_ child: inout SpawnedProcess) {
    child.closeInput()
    let waiters = state.withLock { state in
      defer { state.writes = [] }
      state.inputEnds = true
      return state.writes.compactMap(\.waiter)
    }
    for waiter in waiters { waiter.resume(returning: .inputClosed(of: program)) }
  }

  private func finish(_ exit: ExitState) {
    let (reader, ready, waiters) = state.withLock { state in
      state.exit = exit
      state.outputEnded = true
      let reader = state.reader
      state.reader = nil
      defer { state.exitWaiters = [] }
      return (reader, reader == nil ? nil : Self.takeReceived(&state), state.exitWaiters)
    }
    if let reader, let ready { reader.resume(returning: ready) }
    for waiter in waiters { waiter.resume(returning: exit) }
  }
}
