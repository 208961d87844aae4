import AssetBundle
import BatchModel
import Core
import StrictJSON

extension AssetState {
  /// What was asked of the extractor, for bundles to say; nil where a batch of 0.1 had kept no key.
  var asked: Digest? { self[.extract].completion?.key?.asAsked.digest }
}

enum RenderStage {
  static let factsName = "idf.json"
}

extension StageWork {
  /// Puts the design facts together and renders the bundle's documents from them.
  func render(
    _ asset: AssetState, _ key: StageKey, started: Moment
  ) async throws(Fault) -> StageOutcome {
    let (idf, notes) = try await designFacts(of: asset)
    let brief = brief(of: asset.id)
    let bundle = try Renderer.render(
      RenderInput(
        asset: asset.id, name: brief.name, category: brief.category, handle: brief.handle, kind: brief.kind,
        url: brief.url, score: brief.score, scale: brief.scale, specs: brief.specs, idf: idf,
        image: asset.image.digest, extractKey: asset.asked,
        targets: brief.targets, templates: templates))
    let files = bundle.files + [.init(name: RenderStage.factsName, bytes: JSONWriter.canonical(idf.json))]
    let digests = try await objects.putAll(files.map(\.bytes))
    let outputs = zip(files, digests).map { file, digest in
      StageOutput(name: file.name, digest: digest, sizeBytes: file.bytes.count)
    }
    return .completed(
      StageCompletion(
        how: .executed, key: key, outputs: outputs, durationMs: elapsedMs(since: started),
        notes: notes.isEmpty ? nil : notes))
  }

  /// What was measured, given and described, merged; with what there is to say about it.
  private func designFacts(of asset: AssetState) async throws(Fault) -> (IDF, [String]) {
    guard let completion = asset[.extract].completion, let output = completion.facts else {
      preconditionFailure("render is planned after extract.")
    }
    let brief = brief(of: asset.id)
    let bytes = try await objects.read(output.digest, limitBytes: ExtractStage.limitBytes)
    guard let reply = try? JSONReader.value(of: bytes, limits: ExtractStage.limits) else {
      throw .objectUnreadable(output.name)
    }
    let merged = FactsMerge.merged(
      try await measurement(of: asset), specs: StatedFacts(brief.stated),
      reply: .init(
        facts: StatedFacts(reply), source: brief.idf == nil ? .described : .given),
      trust: Set(configuration.extractor.trust))
    return (merged.idf, merged.notes)
  }
}
