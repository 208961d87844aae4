import BatchModel
import Core
import GitRepository
import Ledger
import Runner
import Synchronization

/// Shows on stderr the progress of batches: a board that is redrawn, or a line for each event.
final class Progress: Sendable {
  enum Kind: Sendable {
    case board, lines, nothing
  }

  private struct Current {
    var batch: BatchID?
    var state = BatchState()
    /// Lines of the board that are on the screen.
    var screen = DrawnLines()
    var plain = PlainProgress()
  }

  private let kind: Kind
  private let console: Console
  private let terminal: Terminal
  private let current = Mutex(Current())
  private static let frame = Duration.milliseconds(125)
  private static let reminderPause = Duration.seconds(2)

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
      case .lines:
        if let line = current.plain.line(event, current.state, at: SystemClock().now()) { console.say(line) }
      case .nothing: break
      }
    }
  }

  /// Keeps the board's clocks going while the body works, or says now and then what is waited for.
  func drawing<Value: Sendable>(_ body: () async -> Value) async -> Value {
    guard isShown else { return await body() }
    return await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while (try? await Task.sleep(for: self.kind == .board ? Self.frame : Self.reminderPause)) != nil {
          self.current.withLock { self.tick(&$0) }
        }
      }
      defer { group.cancelAll() }
      return await body()
    }
  }

  /// Says something in the midst of it, above the board.
  func say(_ text: String) {
    current.withLock { current in
      console.err.write(current.screen.erasing(size: terminal.size()))
      console.say(text)
      if kind == .board { draw(&current) }
    }
  }

  /// Leaves the board as it is; what comes next is written below it.
  func end() {
    current.withLock { current in
      if kind == .board { draw(&current) }
      current = Current()
    }
  }

  private func tick(_ current: inout Current) {
    guard kind == .lines else { return draw(&current) }
    if let line = current.plain.reminder(current.state, at: SystemClock().now()) { console.say(line) }
  }

  private func draw(_ current: inout Current) {
    guard let batch = current.batch, !current.state.assets.isEmpty else { return }
    let size = terminal.size()
    let board = ProgressBoard(
      columns: size.columns - 1, rows: size.rows - 1, style: console.errStyle, hasBlocks: terminal.hasBlocks)
    let lines = board.lines(batch, current.state, at: SystemClock().now())
    guard let text = current.screen.rewriting(to: lines, size: size) else { return }
    // One write a frame: nothing in between is ever seen.
    console.err.write(text)
    console.err.flush()
  }
}

/// Lines that are on a terminal, and how they are written over, also after its size has changed.
struct DrawnLines {
  private var lines: [String] = []
  private var size: (columns: Int, rows: Int)?
  /// Rows of ours that a terminal grown smaller has moved out of sight; grown again, it shows them again.
  private var hidden = 0

  /// What writes new lines over the old ones; nil where nothing has changed.
  mutating func rewriting(to new: [String], size: (columns: Int, rows: Int)) -> String? {
    let isResized = self.size.map { $0 != size } ?? false
    guard new != lines || isResized else { return nil }
    let up = rowsAbove(size: size)
    if let old = self.size, size.rows < old.rows { hidden = max(hidden, up + 1 - size.rows) }
    if let old = self.size, size.rows > old.rows { hidden = max(0, hidden - (size.rows - old.rows)) }
    (lines, self.size) = (new, size)
    return isResized
      ? Terminal.erase(lines: up) + Terminal.rewrite(new, over: 0) : Terminal.rewrite(new, over: up)
  }

  /// What takes the lines away, to be followed by others that stay.
  mutating func erasing(size: (columns: Int, rows: Int)) -> String {
    defer { (lines, hidden) = ([], 0) }
    return Terminal.erase(lines: rowsAbove(size: size))
  }

  /// Rows from the first line to the cursor: lines that a narrower terminal has wrapped take several.
  private func rowsAbove(size: (columns: Int, rows: Int)) -> Int {
    guard let old = self.size else { return 0 }
    guard old != size else { return lines.count + hidden }
    return hidden
      + lines.reduce(0) {
        $0 + max(1, (LineText.width(LineText.plain($1)) + size.columns - 1) / size.columns)
      }
  }
}
