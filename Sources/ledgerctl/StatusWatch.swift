import BatchModel
import Core
import GitRepository
import Runner

/// Looks at a batch until it has ended or, unless told to wait, until nobody works on it.
struct StatusWatch {
  let console: Console
  let project: Project
  let batch: BatchID
  /// Words that make another command work on the same project.
  let words: [String]
  private static let pause = Duration.milliseconds(400)

  /// Returns what `run` would have exited with; 75 where nobody works on it.
  func perform(redraws: Bool, waits: Bool) async throws(Fault) -> ExitStatus {
    let stop = StopSignal()
    Interruption.listen(stop) {}
    let draws = redraws && console.format == .text
    var screen = Screen(console: console)
    var idleLooks = 0
    while true {
      guard let standing = try await look() else { throw Fault.batchUnknown(batch.text) }
      if draws { screen.show(StatusText.lines(standing, adding: words, console.outStyle)) }
      idleLooks = standing.owner == nil ? idleLooks + 1 : 0
      // Between two runs nobody may be there for a moment.
      let ending = standing.ending(waits: waits).flatMap { $0 == .canGoOn && idleLooks < 2 ? nil : $0 }
      if let status = ending ?? stop.status {
        if !draws { show(standing) }
        if status == .canGoOn {
          console.show([.nobodyWorks(batch, next: standing.next.first.map { $0 + words })])
        }
        return status
      }
      if console.out.isBroken || console.out.readerIsGone { return .done }
      await pause(stop)
    }
  }

  private func look() async throws(Fault) -> BatchStanding? {
    guard var standing = try await project.standing(of: batch) else { return nil }
    if standing.state.completion != nil {
      standing.landing = (try? project.landing(of: standing.state)) ?? nil
    }
    return standing
  }

  private func show(_ standing: BatchStanding) {
    guard console.format == .text else {
      return console.out.write(StatusDocument.line([standing], adding: words))
    }
    StatusText.lines(standing, adding: words, console.outStyle).forEach(console.line)
  }

  private func pause(_ stop: StopSignal) async {
    guard stop.status == nil else { return }
    try? await Task.sleep(for: Self.pause)
  }

  /// What is on stdout: written over on a terminal, written again below it elsewhere, where it has changed.
  private struct Screen {
    let console: Console
    private var drawn: [String] = []
    private let terminal: Terminal

    init(console: Console) {
      self.console = console
      terminal = Terminal(environment: console.caller.environment)
    }

    mutating func show(_ lines: [String]) {
      guard lines != drawn else { return }
      if console.isOutTerminal {
        let columns = terminal.size().columns - 1
        let cut = console.outStyle.isColoured ? lines : lines.map { LineText.cut($0, to: columns) }
        console.out.write(Terminal.rewrite(cut, over: drawn.count))
      } else {
        lines.forEach(console.line)
      }
      console.out.flush()
      drawn = lines
    }
  }
}

extension BatchStanding {
  /// What to exit with once there is nothing more to see; nil while there is.
  func ending(waits: Bool) -> ExitStatus? {
    let exit = state.runs.last?.finish?.exit
    switch status {
    case .landed, .gone, .reverted: return .done
    case .cancelled: return .someFailed
    case .running: return nil
    case .failed:
      let causes: [ExitStatus] = [.extractorUnavailable, .protocolBroken]
      return exit.flatMap { causes.contains($0) ? $0 : nil } ?? .someFailed
    case .queued, .waiting, .interrupted, .held: return waits ? nil : .canGoOn
    case .stopped:
      let causes: [ExitStatus] = [
        .extractorUnavailable, .bug, .inTheWay, .disk, .protocolBroken, .configuration,
      ]
      return waits ? nil : exit.flatMap { causes.contains($0) ? $0 : nil } ?? .canGoOn
    }
  }
}
