import BatchModel
import Core

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

// The few lines with which another package runs a batch: see docs/library.md.
extension Project {
  /// Opens the project around a folder to work in it, making the ledger at the repository's root where there
  /// isn't one.
  public static func open(
    at folder: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(Fault) -> Project {
    try open(from: folder, .making, environment: environment)
  }

  /// Registers a batch and works to its one commit; the same batch again resumes where it stopped.
  ///
  /// Paths of assets are absolute or relative to the project's root. Throws only if the batch is refused
  /// before anything is written; everything later is in the report.
  public func run(
    batchID: String, assets: [ManifestDraft.Asset], options: RunOptions = RunOptions()
  ) async throws(Faults) -> RunReport {
    let configuration = try configuration()
    let manifest = try ManifestDraft(batchID: batchID, assets: assets)
      .manifest(relativeTo: layout.root, under: configuration)
    let runner: Runner
    do throws(Fault) { runner = try self.runner() } catch { throw Faults([error]) }
    return await runner.run(RunRequest(manifest: manifest, configuration: configuration), options: options)
  }

  /// Ends the work with the project: waits for appends under way and frees its files.
  public func close() async { await store.close() }
}
