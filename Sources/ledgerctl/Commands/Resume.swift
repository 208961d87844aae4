import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Resumes unfinished batches.
struct Resume: Verb {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Resumes unfinished batches.",
    discussion: """
      Without a name, every unfinished batch that is not held and whose branch this worktree can land, one after \
      another. Nothing completed runs again.

      Example:
        ledgerctl resume @last
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("Ids, beginnings of ids, or @last.", valueName: "batch"))
  var batches: [String] = []
  @OptionGroup(title: "Working") var flags: RunFlags

  var format: OutputFormat { flags.format }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.writing, from: console.caller)
    let chosen = try await chosen(in: project, console)
    guard !chosen.isEmpty else {
      if format == .text {
        console.line("Nothing to do: no batch is unfinished")
      } else {
        console.end(with: ResultDocument([], adding: []))
      }
      return .done
    }
    var options = try flags.options(project)
    // Only who names a batch lifts its hold.
    options.keepsHold = batches.isEmpty
    let chosenOptions = options
    let work = Work(console: console, project: project, flags: flags, global: global)
    return try await work.perform(on: chosen) { runner, batch in
      await runner.resume(batch, options: chosenOptions)
    }
  }

  /// The batches that words mean, each once; all unfinished ones of this worktree where there are no words.
  private func chosen(in project: Project, _ console: Console) async throws(Fault) -> [BatchID] {
    guard !batches.isEmpty else {
      let choice = try await project.unfinished()
      console.note(choice)
      return choice.batches
    }
    var chosen: [BatchID] = []
    for word in batches {
      let batch = try await console.batch(named: word, in: project)
      if !chosen.contains(batch) { chosen.append(batch) }
    }
    return chosen
  }
}
