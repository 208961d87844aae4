import Runner

/// Lands one image of the repository in a folder, as another package does it.
@main struct LandBatch {
  static func main() async throws {
    let project = try Project.open(at: CommandLine.arguments[1])
    let report = try await project.run(
      batchID: "batch-theatrical-specimens",
      assets: [
        .init(
          id: "ASSET-3", path: "downloads/asset-3-validated.png", score: 92,
          specs: ["name": "Nocturnal Canopy", "category": "patterns"])
      ])
    print(report.state.phase, report.state.confirmation?.sha ?? "")
    for fault in report.faults { print(fault.code, fault.message) }
    await project.close()
  }
}
