import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Ends a batch without a commit.
struct Cancel: Verb {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Ends a batch without a commit, or continues it without some assets.",
    discussion: """
      What was placed is undone; files that somebody changed since stay. The batch's id can be used again. With assets, the \
      batch continues without them, and lands if nothing else is in the way.

      Example:
        ledgerctl cancel @last --why "Wrong images"
        ledgerctl cancel @last ASSET-4 --why "Comes next week"
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String
  @Argument(help: ArgumentHelp("Ids of assets to continue without.", valueName: "asset"))
  var assets: [String] = []
  @Option(help: ArgumentHelp("Why; it is kept in the ledger.", valueName: "text"))
  var why = ""
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.writing, from: console.caller)
    let batch = try await console.batch(named: batch, in: project)
    if !assets.isEmpty { return try await leaveOut(batch, project, console) }
    let report = try await project.runner(via: .cli, arguments: console.caller.words).cancel(batch, why: why)
    guard format == .text else {
      console.end(with: ResultDocument([report], adding: global.words))
      return report.exit
    }
    console.show(report.faults)
    if let cancellation = report.state.cancellation {
      for path in cancellation.left {
        console.say(
          "note: \"\(VisibleText.showing(path))\" is left: it no longer holds what was placed, or is somebody else's by now. "
            + "A later run overwrites it with `--force \(VisibleText.line(ShellWord.quoted(path)))`.")
      }
      console.line("Cancelled: batch \(batch)")
    }
    return report.exit
  }

  private func leaveOut(
    _ batch: BatchID, _ project: Project, _ console: Console
  ) async throws -> ExitStatus {
    var left: [AssetID] = []
    for word in assets {
      let asset = try AssetID.named(word, in: try await project.state(of: batch), batch)
      if !left.contains(asset) { left.append(asset) }
    }
    let flags = try RunFlags.parse(format == .text ? [] : ["--format", "json"])
    let (assets, why, options) = (left, why, try flags.options(project))
    let work = Work(console: console, project: project, flags: flags, global: global)
    return try await work.perform(on: [batch]) { runner, batch in
      await runner.leaveOut(assets, of: batch, why: why, options: options)
    }
  }
}
