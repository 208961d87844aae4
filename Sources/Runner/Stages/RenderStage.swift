import Ledger

extension StageWork {
  /// Renders the bundle's documents.
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
        asset: asset.id, name: brief.name, category: brief.category, handle: brief.handle, kind: brief.kind,
        url: brief.url, score: brief.score, specs: brief.specs, idf: idf, image: asset.image.digest,
        targets: brief.targets, templates: templates))
    let digests = try await objects.putAll(bundle.files.map(\.bytes))
    let outputs = zip(bundle.files, digests).map { file, digest in
      StageOutput(name: file.name, digest: digest, sizeBytes: file.bytes.count)
    }
    return .completed(
      StageCompletion(
        how: .executed, key: key, outputs: outputs, durationMs: elapsedMs(since: started)))
  }
}
