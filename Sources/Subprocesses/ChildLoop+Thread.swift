import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the loop's thread does, from the child's start to its end.
extension ChildLoop {
  package func serve(_ started: SpawnedProcess) {
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
    // The end of its input would look like an end to a child that is told to end because its pipe failed.
    let deadline = advanceStop(child)
    if inputEnds && !hasWrites { child.closeInput() }
    // A negative descriptor is one that poll leaves out. Without anything to write, input is polled for its
    // end alone.
    var polled = [
      pollfd(fd: child.exit, events: Int16(POLLIN), revents: 0),
      pollfd(fd: hasRoom ? child.output : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.error, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.input, events: hasWrites ? Int16(POLLOUT) : 0, revents: 0),
      pollfd(fd: wakePipe.readable, events: Int16(POLLIN), revents: 0),
    ]
    let failure = PipeIO.wait(
      for: &polled, timeoutMs: pollTimeoutMs(until: deadline, hasExitDescriptor: child.exit >= 0))
    if let failure { fail(cause: failure) }
    if polled[4].revents != 0 { wakePipe.clear() }
    if polled[1].revents != 0 { _ = receiveOutput(&child, buffer) }
    if polled[2].revents != 0 { _ = receiveError(&child, buffer) }
    if polled[3].revents & Int16(POLLERR) != 0 {
      endInput(&child)
    } else if polled[3].revents != 0 {
      sendInput(&child)
    }
    return child.exit < 0 || failure != nil ? child.hasEnded : polled[0].revents != 0
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

  /// Returns false once nothing is available now.
  private func receiveOutput(_ child: inout SpawnedProcess, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard child.output >= 0 else { return false }
    switch PipeIO.read(child.output, into: buffer) {
    case .moved(let count):
      state.withLock { $0.received.append(contentsOf: buffer.prefix(count)) }
      answerReader()
      return true
    case .wouldBlock: return false
    case .closed: state.withLock { $0.outputEnded = true }
    case .failed(let cause): fail(cause: cause)
    }
    child.closeOutput()
    answerReader()
    return false
  }

  /// Hands what there is to the task that waits for it, if any does.
  private func answerReader() {
    let (reader, ready) = state.withLock { state in
      guard let reader = state.reader, let ready = Self.takeReceived(&state) else {
        return (nil as CheckedContinuation<Result<[UInt8]?, Fault>, Never>?, nil as Result<[UInt8]?, Fault>?)
      }
      state.reader = nil
      return (reader, ready)
    }
    if let reader, let ready { reader.resume(returning: ready) }
  }

  private func receiveError(_ child: inout SpawnedProcess, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard child.error >= 0 else { return false }
    switch PipeIO.read(child.error, into: buffer) {
    case .moved(let count):
      state.withLock { $0.tail.append(buffer.prefix(count)) }
      return true
    case .wouldBlock: return false
    case .closed: break
    case .failed(let cause): fail(cause: cause)
    }
    child.closeError()
    return false
  }

  private func sendInput(_ child: inout SpawnedProcess) {
    guard let next = state.withLock({ $0.writes.first }) else { return }
    var count = 0
    if !next.bytes.isEmpty {
      switch PipeIO.write(child.input, next.bytes) {
      case .moved(let moved): count = moved
      case .wouldBlock: return
      case .closed: return endInput(&child)
      case .failed(let cause): return fail(cause: cause)
      }
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
    refuseWrites(.inputClosed(of: program))
  }

  private func refuseWrites(_ fault: Fault) {
    let waiters = state.withLock { state in
      defer { state.writes = [] }
      state.inputEnds = true
      return state.writes.compactMap(\.waiter)
    }
    for waiter in waiters { waiter.resume(returning: fault) }
  }

  /// Ends the talk with a child and the child with it: what was lost on the way can't be told.
  private func fail(cause: String) {
    let fault = Fault.pipeFailed(of: program, cause: cause)
    state.withLock { state in
      state.fault = state.fault ?? fault
      state.outputEnded = true
    }
    stop(patience: .zero, grace: .seconds(2))
    refuseWrites(fault)
    answerReader()
  }

  private func finish(_ exit: ExitState) {
    let waiters = state.withLock { state in
      state.exit = exit
      state.outputEnded = true
      defer { state.exitWaiters = [] }
      return state.exitWaiters
    }
    answerReader()
    for waiter in waiters { waiter.resume(returning: exit) }
  }
}
