import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Tries failed assets again.
struct Retry: Verb {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Retries failed assets of a batch, and continues.",
    discussion: """
      Without an asset, all that have failed. The others keep what they have. The images' present bytes are taken; \
      where a file is gone, the registered ones.

      Example:
        ledgerctl retry @last ASSET-4
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String
  @Argument(help: ArgumentHelp("Ids of assets.", valueName: "asset"))
  var assets: [String] = []
  @Option(help: ArgumentHelp("Run again from this stage, even if packaged.", valueName: "stage"))
  var from: AssetStage?
  @Flag(help: "Keep the registered bytes of the assets' images.")
  var pinned = false
  @Flag(help: .hidden)
  var refresh = false
  @OptionGroup(title: "Working") var flags: RunFlags

  var format: OutputFormat { flags.format }

  func validate() throws {
    if pinned, refresh {
      throw ValidationError("'--pinned' keeps the registered bytes: leave '--refresh' out.")
    }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.writing, from: console.caller)
    let batch = try await console.batch(named: batch, in: project)
    var request = RetryRequest(from: from?.stage, pinned: pinned, refresh: refresh)
    for word in assets {
      request.assets.append(try AssetID.named(word, in: try await project.state(of: batch), batch))
    }
    var options = try flags.options(project)
    options.keepsHold = true
    let (chosen, retry) = (options, request)
    let work = Work(console: console, project: project, flags: flags, global: global)
    return try await work.perform(on: [batch]) { runner, batch in
      await runner.retry(batch, retry, options: chosen)
    }
  }
}

/// A stage of assets as it is written on the command line.
struct AssetStage: ExpressibleByArgument {
  let stage: Stage

  init?(argument: String) {
    guard let stage = Stage(rawValue: argument), Stage.ofAsset.contains(stage) else { return nil }
    self.stage = stage
  }

  static var allValueStrings: [String] { Stage.ofAsset.map(\.rawValue) }
}

extension AssetID {
  /// The asset of a batch that a word means: its id, in whatever case.
  static func named(_ word: String, in state: BatchState, _ batch: BatchID) throws(Fault) -> AssetID {
    let ids = state.assets.map(\.id)
    if let id = ids.first(where: { $0.text == word })
      ?? ids.first(where: { $0.text.lowercased() == word.lowercased() })
    {
      return id
    }
    throw .assetUnknown(word, batch: batch.text, known: ids)
  }
}
