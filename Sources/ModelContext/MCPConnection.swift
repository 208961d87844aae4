import Core
import Redaction
import StrictJSON
import Subprocesses

/// A running server on stdio: its requests, the replies to them by id, and its end.
///
/// Requests overlap: each waits for its own reply, whatever the order of replies.
package actor MCPConnection {
  /// Bounds of one connection.
  package struct Limits: Sendable {
    /// A longer line breaks the protocol.
    package var lineBytes = 10 << 20
    /// How long the server has to end by itself after its stdin is closed, and again after SIGTERM.
    package var patience: Duration = .seconds(1)
    package var grace: Duration = .seconds(2)

    package init(
      lineBytes: Int = 10 << 20, patience: Duration = .seconds(1), grace: Duration = .seconds(2)
    ) {
      self.lineBytes = lineBytes
      self.patience = patience
      self.grace = grace
    }
  }

  private struct Call {
    let method: String
    let timeout: Duration
    var hardDeadline: ContinuousClock.Instant
    var deadline: ContinuousClock.Instant
    /// Lines read when the call began.
    let linesBefore: Int
    var opensConnection: Bool { MCPConnection.opening.contains(method) }
    var outcome: Result<JSONValue, MCPFailure>?
    var waiter: CheckedContinuation<Void, Never>?
  }

  private static let mostNotes = 20
  /// More skipped lines are kept than are told of: only beside the others is a part of a secret known as one.
  private static let mostKept = 256
  private static let longestKept = 4 << 10

  /// What is worth telling with the next answer: a sentence, or a line of output as it came.
  private enum Noticed: Sendable {
    case sentence(String)
    case skipped([UInt8])

    var line: [UInt8]? {
      if case .skipped(let line) = self { line } else { nil }
    }
  }
  private static let opening = ["initialize", "server/discover"]

  private let process: ChildProcess
  private let redactor: Redactor
  private let limits: Limits
  private var framer: LineFramer
  private var reader: Task<Void, Never>?
  private var calls: [Int64: Call] = [:]
  private var lastID: Int64 = 0
  private var linesRead = 0
  private var notes: [Noticed] = []
  private var notesLeftOut = 0
  /// Why nothing can be asked any more.
  private var end: MCPFailure?

  package init(process: ChildProcess, redactor: Redactor, limits: Limits = Limits()) {
    self.process = process
    self.redactor = redactor
    self.limits = limits
    framer = LineFramer(limitBytes: limits.lineBytes)
  }

  /// Tells whether the server can still be asked.
  package var isOpen: Bool { end == nil }

  /// Tells whether nobody waits for a reply.
  package var isIdle: Bool { calls.values.allSatisfy { $0.outcome != nil } }

  /// Starts to read what the server writes; once.
  package func open() {
    precondition(reader == nil, "A connection is opened once.")
    // The reader outlives every call: it ends with the server, and `close` waits for it.
    reader = Task { await self.readToEnd() }
  }

  // MARK: - Asking

  /// Asks and waits for the reply: for `timeout`, again as long from each progress, never longer than
  /// `hardLimit`.
  ///
  /// `params` is told the request's id, which progress is reported under. After a time-out or a cancellation
  /// the server is told that nobody waits any more, and a late reply is ignored.
  package func request(
    _ method: String, timeout: Duration, hardLimit: Duration, params: @Sendable (Int64) -> JSONValue
  ) async -> Result<JSONValue, MCPFailure> {
    if let end { return .failure(end) }
    lastID += 1
    let id = lastID
    let now = ContinuousClock.now
    calls[id] = Call(
      method: method, timeout: timeout, hardDeadline: now + hardLimit,
      deadline: now + min(timeout, hardLimit),
      linesBefore: linesRead)
    let line = MCPMessage.request(id: id, method: method, params: params(id))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.send(line, for: id) }
      group.addTask { await self.expire(id) }
      await group.next()
      group.cancelAll()
    }
    guard let outcome = calls.removeValue(forKey: id)?.outcome else {
      preconditionFailure("A request ends with its reply, its time-out or its cancellation.")
    }
    switch outcome {
    case .failure(.timedOut), .failure(.cancelled): tellCancelled(id, method: method)
    default: break
    }
    return outcome
  }

  /// Tells the server something that has no reply.
  package func notify(_ method: String, params: JSONValue? = nil) {
    process.enqueue(MCPMessage.notification(method: method, params: params))
  }

  /// What was noticed since the last time: skipped lines, replies nobody asked for.
  package func takeNotes() -> [String] {
    defer {
      notes = []
      notesLeftOut = 0
    }
    var skipped = redactor.redact(lines: notes.compactMap(\.line))[...]
    let texts = notes.map { note in
      switch note {
      case .sentence(let text): text
      case .skipped:
        "a line on stdout that is not a message was skipped: \"\(Excerpt.line(skipped.removeFirst(), limit: 80))\""
      }
    }
    let left = notesLeftOut + max(0, texts.count - Self.mostNotes)
    return texts.prefix(Self.mostNotes) + (left == 0 ? [] : ["\(left) more like these"])
  }

  /// Closes stdin, waits, sends SIGTERM, waits, sends SIGKILL; returns when the server and its children are
  /// gone.
  package func close() async {
    finish(.cancelled)
    await process.terminate(patience: limits.patience, grace: limits.grace)
    await reader?.value
  }

  private func send(_ line: [UInt8], for id: Int64) async {
    do throws(Fault) {
      try await process.write(line)
    } catch {
      // Without a reader of its stdin the server is about to be found dead, with how it ended; the reader
      // says so.
      if error.exit == .interrupted { settle(id, .failure(.cancelled)) }
    }
    guard calls[id]?.outcome == nil else { return }
    await withCheckedContinuation { calls[id]?.waiter = $0 }
  }

  /// Sleeps for a slice; time in which this process was suspended is not time that the server took.
  private func sleep(towardsDeadlineOf id: Int64, _ deadline: ContinuousClock.Instant) async {
    var timer = SuspensionTimer()
    do {
      try await Task.sleep(until: timer.bounded(deadline) ?? deadline, clock: .continuous)
    } catch {
      return settle(id, .failure(.cancelled))
    }
    calls[id]?.deadline += timer.suspended
    calls[id]?.hardDeadline += timer.suspended
  }

  /// Waits until a call's time is over; progress moves that.
  private func expire(_ id: Int64) async {
    while let call = calls[id], call.outcome == nil {
      if ContinuousClock.now >= call.deadline {
        let silent = linesRead == call.linesBefore
        settle(id, .failure(.timedOut(after: call.timeout, silent: silent)))
      } else {
        await sleep(towardsDeadlineOf: id, call.deadline)
      }
    }
  }

  private func settle(_ id: Int64, _ outcome: Result<JSONValue, MCPFailure>) {
    guard calls[id]?.outcome == nil else { return }
    calls[id]?.outcome = outcome
    calls[id]?.waiter?.resume()
    calls[id]?.waiter = nil
  }

  private func tellCancelled(_ id: Int64, method: String) {
    // What opens a connection can't be cancelled.
    guard isOpen, !Self.opening.contains(method) else { return }
    let params: JSONValue = ["requestId": JSONValue(id), "reason": "nobody waits for the reply any more"]
    notify("notifications/cancelled", params: params)
  }

  // MARK: - Listening

  private func readToEnd() async {
    do throws(Fault) {
      while let chunk = try await process.readChunk() {
        do throws(LineFramer.LineTooLong) {
          for line in try framer.append(chunk) { take(line) }
        } catch {
          finish(.tooLarge(limitBytes: error.limitBytes))
          await process.terminate(grace: limits.grace)
          return
        }
      }
    } catch {
      finish(.surroundings(redactor.redact(error.message)))
    }
    // A server that only closed its stdout is of no more use.
    let exit = await process.terminate(patience: .milliseconds(200), grace: limits.grace)
    finish(.closed("it ended with \(exit)" + lastWords))
  }

  private var lastWords: String {
    let line = Excerpt.lastLine(redactor.redact(tail: process.errorTail))
    return line.isEmpty ? "" : ", its last words on stderr: \"\(line)\""
  }

  /// Ends every call; the first reason stays.
  private func finish(_ reason: MCPFailure) {
    if end == nil { end = reason }
    for id in calls.keys { settle(id, .failure(end ?? reason)) }
  }

  private func take(_ line: [UInt8]) {
    linesRead += 1
    guard !line.allSatisfy({ $0 <= 0x20 }) else { return }
    switch MCPLine(line, limitBytes: limits.lineBytes, redactor: redactor) {
    case .messages(let messages, let noticed):
      for what in noticed { note(what) }
      for message in messages { take(message) }
    case .unreadable(let id?, let problem) where calls[id] != nil:
      settle(id, .failure(.unreadable("is not valid JSON: \(problem)")))
    case .unreadable, .noise: note(.skipped(Array(line.prefix(Self.longestKept))))
    }
  }

  private func take(_ message: MCPMessage) {
    switch message {
    case .reply(let id, let outcome): takeReply(id, outcome)
    case .request(let id, let method):
      let answer = MCPMessage.answer(to: id, knowsMethod: method == "ping", method: method)
      process.enqueue(answer)
    case .notification("notifications/progress", let params): takeProgress(params)
    case .notification: break
    }
  }

  private func takeReply(_ id: JSONValue, _ outcome: MCPMessage.Outcome?) {
    let open = calls.filter { $0.value.outcome == nil }.keys
    // An error without an id is about a message that couldn't be read; with one call under way it was that
    // one's.
    let number = id == .null && open.count == 1 ? open.first : MCPMessage.requestID(id)
    guard let number, open.contains(number) else { return ignoreReply(id, open: Array(open)) }
    switch outcome {
    // Before anything is cut out of it: a part of a secret is not known as one.
    case .result(let result): settle(number, .success(redactor.redact(result)))
    case .error(let error): settle(number, .failure(.error(redactor.redact(error))))
    case nil: settle(number, .failure(.unreadable("has neither \"result\" nor \"error\"")))
    }
  }

  /// Notes a reply that is nobody's. Where nothing but the start of the server is under way, it was meant for that, and
  /// no other will come.
  private func ignoreReply(_ id: JSONValue, open: [Int64]) {
    let shown = redactor.redact(id).shown
    let isLate = MCPMessage.requestID(id).map { (1...max(1, lastID)).contains($0) } ?? false
    guard !isLate else { return note("a second or late reply to request \(shown) was ignored") }
    note("a reply with the id \(shown), which no request has, was ignored")
    for number in open where calls[number]?.opensConnection == true {
      settle(number, .failure(.unreadable("came with the id \(shown): expected \(number)")))
    }
  }

  private func takeProgress(_ params: JSONValue) {
    guard let id = params["progressToken"].flatMap(MCPMessage.requestID), let call = calls[id] else { return }
    calls[id]?.deadline = min(ContinuousClock.now + call.timeout, call.hardDeadline)
  }

  /// Keeps what is worth telling with the next answer.
  package func note(_ text: String) { note(.sentence(text)) }

  private func note(_ noticed: Noticed) {
    if notes.count < Self.mostKept { notes.append(noticed) } else { notesLeftOut += 1 }
  }
}
