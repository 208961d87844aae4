import Ledger
import Runner
import Synchronization

/// Shows on stderr how batches go on: a board that is redrawn, or a line a fact.
final class Progress: Sendable {
  enum Kind: Sendable {
    case board, lines, nothing
  }

  private struct Current {
    var batch: BatchID?
    var state = BatchState()
    /// Lines of the board that stand on the screen.
    var drawn: [String] = []
  }

  private let kind: Kind
  private let console: Console
  private let terminal: Terminal
  private let current = Mutex(Current())
  private static let frame = Duration.milliseconds(125)

  init(_ kind: Kind, _ console: Console) {
    self.kind = kind
    self.console = console
    terminal = Terminal(environment: console.caller.environment)
  }

  var isShown: Bool { kind != .nothing }

  /// Starts to show a batch from the state it is in.
  func begin(_ batch: BatchID, _ state: BatchState) {
    current.withLock { $0 = Current(batch: batch, state: state) }
  }

  /// Takes an event of the batch in.
  func take(_ event: Event) {
    guard isShown else { return }
    current.withLock { current in
      guard event.batch == current.batch?.text, event.version == current.state.version + 1 else { return }
      try? current.state.take(event)
      switch kind {
      case .board: draw(&current)
      case .lines: if let line = PlainProgress.line(event) { console.say(line) }
      case .nothing: break
      }
    }
  }

  /// Keeps the board's clocks going while the body works.
  func drawing<Value: Sendable>(_ body: () async -> Value) async -> Value {
    guard kind == .board else { return await body() }
    return await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while (try? await Task.sleep(for: Self.frame)) != nil { self.current.withLock { self.draw(&$0) } }
      }
      defer { group.cancelAll() }
      return await body()
    }
  }

  /// Says something in the midst of it, above the board.
  func say(_ text: String) {
    current.withLock { current in
      console.err.write(Terminal.erase(lines: current.drawn.count))
      console.say(text)
      current.drawn = []
      if kind == .board { draw(&current) }
    }
  }

  /// Leaves the board as it stands; what comes next is written below it.
  func end() {
    current.withLock { current in
      if kind == .board { draw(&current) }
      current = Current()
    }
  }

  private func draw(_ current: inout Current) {
    guard let batch = current.batch, !current.state.assets.isEmpty else { return }
    let size = terminal.size()
    let board = ProgressBoard(
      columns: size.columns - 1, style: console.errStyle, hasBlocks: terminal.hasBlocks)
    var lines = board.lines(batch, current.state, at: SystemClock().now())
    if lines.count >= size.rows { lines = Array(lines.suffix(1)) }
    guard lines != current.drawn else { return }
    // One write a frame: nothing in between is ever seen.
    console.err.write(Terminal.rewrite(lines, over: current.drawn.count))
    console.err.flush()
    current.drawn = lines
  }
}
