import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One short command from its start to its end, on the calling thread.
package struct ProcessExchange {
  private let command: Command
  private let cancellation: WakePipe?
  private var child: SpawnedProcess
  private var remaining: ArraySlice<UInt8>
  private var output: [UInt8] = []
  private var tail = ByteTail()
  /// Why the group was told to end; the first reason counts.
  private var fault: Fault?
  /// When the group is told to end, then when it is killed.
  private var deadline: ContinuousClock.Instant?

  /// Runs a command and waits for its end. `cancellation` ends it early once it polls as readable.
  package static func run(_ command: Command, cancellation: WakePipe? = nil) throws(Fault) -> ProcessResult {
    var exchange = try ProcessExchange(starting: command, cancellation: cancellation)
    return try exchange.finish()
  }

  private init(starting command: Command, cancellation: WakePipe?) throws(Fault) {
    self.command = command
    self.cancellation = cancellation
    child = try SpawnedProcess(starting: command)
    remaining = command.input[...]
    deadline = command.timeout.map { ContinuousClock.now + $0 }
  }

  private mutating func finish() throws(Fault) -> ProcessResult {
    var ended = false
    while !ended {
      if remaining.isEmpty { child.closeInput() }
      ended = step()
    }
    let exit = child.reap()
    // Nobody of the group is left to write, so this ends; one who left the group is not waited for.
    withBuffer { exchange, buffer in
      while exchange.readOutput(buffer) {}
      while exchange.readError(buffer) {}
    }
    child.closeInput()
    child.closeOutput()
    child.closeError()
    if let fault { throw fault }
    return ProcessResult(exit: exit, output: output, errorTail: tail.bytes)
  }

  /// Waits for something to do and does it; returns true once the child has ended.
  private mutating func step() -> Bool {
    // A negative descriptor is one that poll leaves out. A program that was told to end gets no more input: the
    // end of what it has would look like the end of all.
    let cancelling = fault == nil ? cancellation?.readable ?? -1 : -1
    var polled = [
      pollfd(fd: child.exit, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.error, events: Int16(POLLIN), revents: 0),
      pollfd(fd: fault == nil ? child.input : -1, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: cancelling, events: Int16(POLLIN), revents: 0),
    ]
    var timer = SuspensionTimer()
    let failure = PipeIO.wait(
      for: &polled,
      timeoutMs: pollTimeoutMs(until: timer.bounded(deadline), hasExitDescriptor: child.exit >= 0))
    deadline = timer.extended(deadline)
    if let failure { stop(.pipeFailed(of: child.program, cause: failure)) }
    withBuffer { exchange, buffer in
      if polled[1].revents != 0 { _ = exchange.readOutput(buffer) }
      if polled[2].revents != 0 { _ = exchange.readError(buffer) }
    }
    if polled[3].revents != 0 { writeInput() }
    if polled[4].revents != 0 { stop(.programCancelled(child.program)) }
    let hasEnded = child.exit < 0 || failure != nil ? child.hasEnded : polled[0].revents != 0
    // An end that came in time is not too late because we were asleep.
    if !hasEnded, let deadline, ContinuousClock.now >= deadline { passDeadline() }
    return hasEnded
  }

  private mutating func passDeadline() {
    if fault == nil, let timeout = command.timeout {
      stop(.programTimedOut(child.program, after: timeout))
    } else {
      child.signalGroup(SIGKILL)
      deadline = nil
    }
  }

  private mutating func stop(_ reason: Fault) {
    guard fault == nil else { return }
    fault = reason
    child.signalGroup(SIGTERM)
    deadline = ContinuousClock.now + command.grace
  }

  /// Returns false once nothing is available now.
  private mutating func readOutput(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard child.output >= 0 else { return false }
    switch PipeIO.read(child.output, into: buffer) {
    case .moved(let count):
      guard output.count + count <= command.outputLimitBytes else {
        stop(.outputTooLong(of: child.program, limitBytes: command.outputLimitBytes))
        child.closeOutput()
        return false
      }
      output.append(contentsOf: buffer.prefix(count))
      return true
    case .wouldBlock: return false
    case .closed:
      child.closeOutput()
      return false
    case .failed(let cause):
      stop(.pipeFailed(of: child.program, cause: cause))
      child.closeOutput()
      return false
    }
  }

  private mutating func readError(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard child.error >= 0 else { return false }
    switch PipeIO.read(child.error, into: buffer) {
    case .moved(let count):
      tail.append(buffer.prefix(count))
      return true
    case .wouldBlock: return false
    case .closed:
      child.closeError()
      return false
    case .failed(let cause):
      stop(.pipeFailed(of: child.program, cause: cause))
      child.closeError()
      return false
    }
  }

  private mutating func writeInput() {
    switch PipeIO.write(child.input, remaining) {
    case .moved(let count): remaining = remaining.dropFirst(count)
    case .wouldBlock: break
    // A program need not read all it is given.
    case .closed: remaining = []
    case .failed(let cause): stop(.pipeFailed(of: child.program, cause: cause))
    }
  }

  private mutating func withBuffer(
    _ body: (inout ProcessExchange, UnsafeMutableRawBufferPointer) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { body(&self, $0) }
  }
}

/// How long to poll: to the deadline, or a short while where nothing tells that the child has ended.
package func pollTimeoutMs(until deadline: ContinuousClock.Instant?, hasExitDescriptor: Bool) -> Int32 {
  let slice: Int64 = hasExitDescriptor ? 3_600_000 : 20
  guard let deadline else { return Int32(hasExitDescriptor ? -1 : slice) }
  let parts = (deadline - ContinuousClock.now).components
  let remainingMs =
    parts.seconds.multipliedReportingOverflow(by: 1000).partialValue
    + parts.attoseconds / 1_000_000_000_000_000 + 1
  return Int32(max(0, min(slice, remainingMs)))
}
