import Ledger

extension StageWork {
  /// Renders the bundle's three files.
  func render(
    _ asset: AssetState, _ key: StageKey, started: Moment
  ) async throws(Fault) -> StageOutcome {
    guard let output = asset[.extract].completion?.output(ExtractStage.outputName) else {
      preconditionFailure("render is planned after extract.")
    }
    let bytes = try await objects.read(output.digest, limitBytes: 1 << 20)
    let idf = try CanonicalJSON.decode(IDF.self, from: bytes, what: output.name)
    let brief = brief(of: asset.id)
    let bundle = try Renderer.render(
      RenderInput(
        asset: asset.id, name: brief.name, category: brief.category, score: brief.score,
        specs: brief.specs, idf: idf, image: asset.image.digest, targets: brief.targets,
        templates: templates))
    let files = [
      ("context.md", bundle.context), ("tokens.json", bundle.tokens), ("usage.md", bundle.usage),
    ]
    let digests = try await objects.putAll(files.map(\.1))
    let outputs = zip(files, digests).map { file, digest in
      StageOutput(name: file.0, digest: digest, sizeBytes: file.1.count)
    }
    return .completed(
      StageCompletion(
        how: .executed, key: key, outputs: outputs, durationMs: elapsedMs(since: started)))
  }
}
