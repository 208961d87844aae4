import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Shows the state of batches and their assets.
struct Status: Verb {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows the state of every asset and what it is waiting for.",
    discussion: """
      Without a batch, all batches, the latest first. One word for each: queued, running, waiting, interrupted, stopped, \
      held, failed, landed, reverted, gone, cancelled.

      Example:
        ledgerctl status @last
      """)

  /// Landed batches, the latest, of which the branch is asked whether it still holds them.
  private static let mostAsked = 50

  @OptionGroup var global: GlobalOptions
  @Argument(help: "An id, the beginning of one, or @last.")
  var batch: String?
  @Option(help: ArgumentHelp("Every batch that touched this asset.", valueName: "id"))
  var asset: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("As it was at a position of the ledger or a time.", valueName: "position|time"),
    transform: PointArgument.read)
  var asOf: PointArgument?
  @Flag(help: "Redraw until the batch has ended or nobody is working on it; exit as run would have.")
  var watch = false
  @Flag(help: "Wait until the batch has ended, also while nobody is working on it; exit as run would have.")
  var wait = false
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func validate() throws {
    guard watch || wait else { return }
    guard batch != nil, asset == nil, asOf == nil else {
      throw ValidationError("'--watch' and '--wait' need a batch, and no '--asset' or '--as-of'.")
    }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    let point = asOf?.point(at: SystemClock().now())
    if watch || wait, let batch {
      let chosen = try await console.batch(named: batch, in: project)
      let view = StatusWatch(console: console, project: project, batch: chosen, words: global.words)
      return try await view.perform(redraws: watch, waits: wait)
    }
    let asset = try await namedAsset(project)
    var found: [BatchStanding] = []
    for batch in try await chosen(project, console) {
      guard let standing = try await project.standing(of: batch, asOf: point) else { continue }
      if let asset, !standing.state.assets.contains(where: { $0.id == asset }) { continue }
      found.append(standing)
    }
    if point == nil {
      // Asking git takes longer than all the rest: of older batches a long list only says that they landed.
      for index in found.indices.filter({ found[$0].state.completion != nil }).prefix(Self.mostAsked) {
        found[index].landing = (try? project.landing(of: found[index].state)) ?? nil
      }
    }
    if format == .json {
      console.out.write(StatusDocument.line(found, adding: global.words))
    } else if batch != nil || asset != nil {
      for standing in found {
        StatusText.lines(standing, adding: global.words, console.outStyle).forEach(console.line)
      }
    } else {
      StatusText.table(found, console.outStyle).forEach(console.line)
    }
    if found.isEmpty, format == .text { console.say("No batch to show.") }
    return .done
  }

  /// The asset that is asked for, which has to be one of the ledger's.
  private func namedAsset(_ project: Project) async throws(Fault) -> AssetID? {
    guard let asset else { return nil }
    var named: String?
    if let batch { named = try await project.batch(named: batch).text }
    return try await project.asset(named: asset, in: named)
  }

  /// The batches to look at.
  private func chosen(_ project: Project, _ console: Console) async throws(Fault) -> [BatchID] {
    if let batch { return [try await console.batch(named: batch, in: project)] }
    return try await project.batches().map { row throws(Fault) in try Project.id(of: row) }
  }
}

extension Project {
  /// A batch as it is now, or was at a point; nil where it was not registered then.
  func standing(of batch: BatchID, asOf point: LedgerPoint? = nil) async throws(Fault) -> BatchStanding? {
    // Asked before reading: an owner that has ended meanwhile has written its last event.
    let owner = point == nil ? owner(of: batch) : nil
    let state = try await state(of: batch, asOf: point)
    guard state.registration != nil else { return nil }
    return BatchStanding(
      batch: batch, state: state, now: SystemClock().now(), isPast: point != nil, owner: owner)
  }
}
