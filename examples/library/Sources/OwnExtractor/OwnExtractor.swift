import Runner

/// Describes images in Swift, without a server or a program beside this one.
struct Describer: Extractor {
  /// Raise the version whenever the same image would get another answer: earlier answers are not reused then.
  var identity: ExtractorIdentity {
    ExtractorIdentity(kind: "swift", parts: ["name": "describer", "version": "1"])
  }

  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    ExtractionReply(said: ["mode": "Gallery", "purpose": .string("Made from \(request.fileName)")])
  }

  func shutDown() async {}
}

/// Lands one image of the repository in a folder, described by an extractor of its own.
@main struct OwnExtractor {
  static func main() async throws {
    let project = try Project.open(at: CommandLine.arguments[1])
    let configuration = try project.configuration()
    let draft = ManifestDraft(
      batchID: "batch-described",
      assets: [
        .init(
          id: "ASSET-5", path: "downloads/asset-3-validated.png", score: 92,
          specs: ["name": "Described", "category": "patterns"])
      ])
    let manifest = try draft.manifest(relativeTo: project.layout.root, under: configuration)
    let report = await (try project.runner(extractor: Describer())).run(
      RunRequest(manifest: manifest, configuration: configuration))
    print(report.state.phase, report.state.confirmation?.sha ?? "")
    await project.close()
  }
}
