import Ledger
import Runner

/// Prints each event once it is on disk, while a batch is packaged and then held: nothing is placed or committed.
@main struct FollowEvents {
  static func main() async throws {
    let project = try Project.open(at: CommandLine.arguments[1])
    let draft = ManifestDraft(
      batchID: "batch-followed",
      assets: [
        .init(
          id: "ASSET-4", path: "downloads/asset-3-validated.png", score: 92,
          specs: ["name": "Followed", "category": "patterns"])
      ])
    let configuration = try project.configuration()
    let manifest = try draft.manifest(relativeTo: project.layout.root, under: configuration)
    let runner = try project.runner(observe: { event in
      print(event.position, event.type, event.stage ?? "", event.asset ?? "")
    })
    let report = await runner.run(
      RunRequest(manifest: manifest, configuration: configuration),
      options: RunOptions(untilPackaged: true))
    print(report.state.phase)
    await project.close()
  }
}
