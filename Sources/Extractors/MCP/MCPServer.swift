import BatchModel
import Core
import ModelContext
import StrictJSON
import Subprocesses

/// The one configured server: started at its first use, started again after it died, ended at the end.
package actor MCPServer {
  /// A server that can be asked.
  package struct Session: Sendable {
    package let connection: MCPConnection
    package let agreement: MCPNegotiation.Agreement
    package let tool: MCPTool
  }

  /// What a call of the tool came to.
  package enum Answer: Sendable {
    case result(JSONValue, MCPTool)
    case failure(MCPFailure)
  }

  private enum State {
    case idle
    case starting(Task<Result<Session, ExtractorRefusal>, Never>)
    case running(Session)
    case shutDown
  }

  /// Restarts wait no longer than this for each other.
  private static let longestDelay: Duration = .seconds(10)

  private let settings: MCPSettings
  private var state = State.idle
  /// Deaths since a call last succeeded.
  private var deaths = 0
  private var lastRefusal: ExtractorRefusal?
  /// The version in which a server is asked that the newer question cost much.
  private var older: MCPVersion?

  package init(_ settings: MCPSettings) { self.settings = settings }

  /// The running server, started if it isn't.
  package func session() async throws(ExtractorRefusal) -> Session {
    while true {
      if Task.isCancelled { throw .cancelled }
      switch state {
      case .shutDown: throw .cancelled
      case .running(let session):
        if await session.connection.isOpen { return session }
        await discard(session)
      case .starting(let task): if let session = try await outcome(of: task) { return session }
      case .idle:
        if let lastRefusal, deaths >= settings.mostStarts || lastRefusal.isPermanent { throw lastRefusal }
        let delay =
          deaths == 0 ? .zero : min(Self.longestDelay, settings.restartDelay * (1 << min(deaths - 1, 10)))
        // A task of its own, for several calls may wait for one start; cancelled with the call that waits for
        // it.
        let task = Task { await self.start(after: delay) }
        state = .starting(task)
        if let session = try await outcome(of: task) { return session }
      }
    }
  }

  /// Calls the tool. `arguments` are told the tool, for its schema.
  package func callTool(
    arguments: @Sendable (MCPTool) -> JSONValue
  ) async throws(ExtractorRefusal) -> (answer: Answer, notes: [String]) {
    let session = try await session()
    let filled = arguments(session.tool)
    let name = settings.tool
    let envelope = MCPNegotiation.envelope(session.agreement.version)
    let outcome = await session.connection.request(
      "tools/call", timeout: settings.timeout, hardLimit: settings.hardLimit
    ) { id in
      [
        "name": .string(name), "arguments": filled,
        "_meta": .object(envelope + [.init("progressToken", JSONValue(id))]),
      ]
    }
    let notes = await session.connection.takeNotes()
    switch outcome {
    case .success(let result):
      deaths = 0
      return (.result(result, session.tool), notes)
    case .failure(let failure):
      if case .timedOut = failure { await giveUpIfIdle(session) }
      return (.failure(failure), notes)
    }
  }

  /// Ends the server and its children; nothing is started any more.
  package func shutDown() async {
    let last = state
    state = .shutDown
    switch last {
    case .starting(let task):
      task.cancel()
      if case .success(let session) = await task.value { await session.connection.close() }
    case .running(let session): await session.connection.close()
    case .idle, .shutDown: break
    }
  }

  /// Waits for a start; nil where it was another call's, cancelled with that, and is to be tried again.
  private func outcome(
    of task: Task<Result<Session, ExtractorRefusal>, Never>
  ) async throws(ExtractorRefusal) -> Session? {
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    if case .starting(task) = state { settle(result) }
    switch result {
    case .success(let session): return session
    case .failure(.cancelled) where !Task.isCancelled: return nil
    case .failure(let refusal): throw refusal
    }
  }

  private func settle(_ result: Result<Session, ExtractorRefusal>) {
    switch result {
    case .success(let session):
      state = .running(session)
      lastRefusal = nil
    case .failure(.cancelled): state = .idle
    case .failure(let refusal):
      state = .idle
      deaths += 1
      lastRefusal = refusal
    }
  }

  /// Puts away a server that died, once.
  private func discard(_ session: Session) async {
    guard case .running(let current) = state, current.connection === session.connection else { return }
    state = .idle
    deaths += 1
    lastRefusal = .unavailable(
      reason: .exit,
      message:
        "The server \"\(settings.program.name)\" was lost \(deaths) times in a row and is not started again"
    )
    await session.connection.close()
  }

  /// A server that answers nobody is started again for the next call, whatever else it says: it may be stuck in
  /// the call that it did not answer.
  private func giveUpIfIdle(_ session: Session) async {
    guard await session.connection.isIdle else { return }
    await discard(session)
  }

  // MARK: - Starting

  private func start(after delay: Duration) async -> Result<Session, ExtractorRefusal> {
    do {
      if delay > .zero { try await Task.sleep(for: delay, clock: .continuous) }
    } catch {
      return .failure(.cancelled)
    }
    if let pinned = settings.version { return await started(.pinned(pinned)) }
    if let version = older ?? settings.memory?.version {
      let result = await attempt(.older(version))
      switch result {
      // What was remembered no longer holds: it is found out again.
      case .failure(let failure, _) where failure.cause.isError: settings.memory?.forget()
      case .failure(let failure, let notes): return .failure(refusal(failure, notes))
      case .result(let result): return result
      }
    }
    switch await attempt(.asking) {
    case .result(let result): return result
    case .failure(.afterProbe, _): break
    case .failure(let failure, let notes): return .failure(refusal(failure, notes))
    }
    let result = await started(.older(.newestOfHandshake))
    if case .success(let session) = result { rememberOlder(session.agreement.version) }
    return result
  }

  private func rememberOlder(_ version: MCPVersion) {
    older = version
    settings.memory?.remember(version)
  }

  private enum Attempt {
    case result(Result<Session, ExtractorRefusal>)
    /// With what was noticed meanwhile.
    case failure(MCPNegotiation.Failure, [String])
  }

  private func started(_ way: MCPNegotiation.Way) async -> Result<Session, ExtractorRefusal> {
    switch await attempt(way) {
    case .result(let result): result
    case .failure(let failure, let notes): .failure(refusal(failure, notes))
    }
  }

  /// Starts the program and finds out who it is. What the negotiation can react to is a failure, the rest a result.
  private func attempt(_ way: MCPNegotiation.Way) async -> Attempt {
    let process: ChildProcess
    do throws(Fault) {
      process = try ChildProcess.start(settings.program.command)
    } catch {
      return .result(.failure(settings.program.refusal(error)))
    }
    var limits = MCPConnection.Limits()
    limits.lineBytes = settings.lineLimitBytes
    limits.patience = settings.patience
    limits.grace = settings.patience
    let connection = MCPConnection(process: process, redactor: settings.program.redactor, limits: limits)
    await connection.open()
    do throws(MCPNegotiation.Failure) {
      let negotiation = MCPNegotiation(
        connection: connection, way: way, timeout: settings.startTimeout, probeTimeout: settings.probeTimeout,
        poisonedTimeout: settings.poisonedTimeout)
      let agreement = try await negotiation.agree()
      if agreement.isOlderOnly { rememberOlder(agreement.version) }
      switch try await findTool(connection, version: agreement.version) {
      case .success(let tool):
        return .result(.success(Session(connection: connection, agreement: agreement, tool: tool)))
      case .failure(let refusal):
        await connection.close()
        return .result(.failure(refusal))
      }
    } catch {
      let notes = await connection.takeNotes()
      await connection.close()
      return .failure(error, notes)
    }
  }

  /// Looks the tool up in the server's list, page by page until a cursor comes again; a refusal names those that are
  /// nearly called so.
  private func findTool(
    _ connection: MCPConnection, version: MCPVersion
  ) async throws(MCPNegotiation.Failure) -> Result<MCPTool, ExtractorRefusal> {
    var names: [String] = []
    var known: Set<String> = []
    var cursors: Set<JSONValue> = []
    var cursor: JSONValue?
    var unread: String?
    let end = ContinuousClock.now + settings.startTimeout * 2
    while true {
      let result: JSONValue
      switch await page(at: cursor, of: connection, version) {
      case .success(let value): result = value
      case .failure(let failure) where cursor == nil: throw .other(failure)
      case .failure(let failure):
        let page = "its list of tools ended at page \(cursors.count + 1): \(failure.words)"
        unread = settings.program.redactor.redact(page)
        result = .object([])
      }
      guard unread != nil || result["tools"]?.array != nil else {
        throw .other(.broken("expected a list of tools, found \(result["tools"]?.shown ?? "nothing")"))
      }
      for tool in (result["tools"]?.array ?? []).compactMap(MCPTool.init) {
        if tool.name == settings.tool { return .success(tool) }
        if known.insert(tool.name).inserted { names.append(tool.name) }
      }
      guard unread == nil, let next = result.given("nextCursor"), next != "", cursors.insert(next).inserted
      else {
        break
      }
      if ContinuousClock.now >= end {
        unread = "its list of tools was not read to its end after \(cursors.count) pages"
        break
      }
      cursor = next
    }
    if let unread { await connection.note(unread) }
    return .failure(missingTool(names, unread))
  }

  private func page(
    at cursor: JSONValue?, of connection: MCPConnection, _ version: MCPVersion
  ) async -> Result<JSONValue, MCPFailure> {
    let meta = MCPNegotiation.envelope(version)
    var members: [JSONValue.Member] = meta.isEmpty ? [] : [.init("_meta", .object(meta))]
    if let cursor { members.append(.init("cursor", cursor)) }
    let params = JSONValue.object(members)
    return await connection.request(
      "tools/list", timeout: settings.startTimeout, hardLimit: settings.startTimeout
    ) { _ in params }
  }

  private func missingTool(_ names: [String], _ unread: String?) -> ExtractorRefusal {
    let redactor = settings.program.redactor
    let meant = Spelling.nearest(to: settings.tool, among: names).map { ": did you mean \"\($0)\"?" } ?? ""
    let listed = names.prefix(10).map { "\"\(Excerpt.line($0, limit: 60))\"" }.joined(separator: ", ")
    let found =
      names.isEmpty ? "no tools" : listed + (names.count > 10 ? " and \(names.count - 10) more" : "")
    return .unavailable(
      reason: .noTool,
      message: redactor.redact(
        "The server \"\(settings.program.name)\" has no tool \"\(settings.tool)\": found \(found)\(meant)"
          + (unread.map { "; \($0)" } ?? "")))
  }

  private func refusal(_ failure: MCPNegotiation.Failure, _ notes: [String]) -> ExtractorRefusal {
    let server = "The server \"\(settings.program.name)\""
    let hint = settings.program.unsetHint
    // What was not believed is told: it is often all that is wrong.
    let noticed = notes.isEmpty ? "" : "; \(notes.suffix(2).joined(separator: "; "))"
    switch failure.cause {
    case .closed(let how):
      return .unavailable(reason: .start, message: "\(server) could not be used: \(how)\(hint)\(noticed)")
    case .timedOut(let after, _):
      return .unavailable(
        reason: .noAnswer,
        message: "\(server) did not answer within \(after) after its start\(hint)\(noticed)")
    case .broken(let what):
      return .protocolBroken(message: "\(server) broke the protocol: \(what)\(noticed)", retryable: false)
    case .tooLarge:
      return .protocolBroken(
        message: "\(server) broke the protocol: \(failure.cause.words)\(noticed)", retryable: false)
    case .unreadable(let what):
      return .protocolBroken(
        message: "\(server) broke the protocol: its reply \(what)\(noticed)", retryable: false)
    case .error(let error):
      let said = Excerpt.line(settings.program.redactor.redact(error.message))
      let isPinned =
        settings.version.map { ", asked in the version \($0.rawValue) that `protocol` names" } ?? ""
      return .protocolBroken(
        message: "\(server) refused to be asked anything\(isPinned): \"\(said)\"\(noticed)",
        retryable: !error.isPermanent)
    case .surroundings(let what): return .surroundings(message: what)
    case .cancelled: return .cancelled
    }
  }
}

extension MCPFailure {
  fileprivate var isError: Bool { if case .error = self { true } else { false } }

  /// The failure in a few words.
  fileprivate var words: String {
    switch self {
    case .error(let error): "\"\(Excerpt.line(error.message, limit: 80))\""
    case .unreadable(let what): "its reply \(what)"
    case .timedOut(let after, _): "no answer within \(after)"
    case .closed(let how), .broken(let how), .surroundings(let how): how
    case .tooLarge(let limit): "expected lines of at most \(limit) bytes, found a longer one"
    case .cancelled: "it was cancelled"
    }
  }
}
