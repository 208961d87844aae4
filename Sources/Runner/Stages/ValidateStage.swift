import BatchModel
import Core
import ImageAnalysis
import StrictJSON

enum ValidateStage {
  static let outputName = "image.json"
  static let measuredName = "measured.json"
}

extension StageWork {
  /// Decodes the whole image, so that nobody pays for the extraction of a broken one, and measures it on the way.
  func validate(
    _ asset: AssetState, _ key: StageKey, started: Moment
  ) async throws(Fault) -> StageOutcome {
    if let found = asset.image.foreign { throw .imageForeign(brief(of: asset.id).path, found: found) }
    let measures = try measure(asset)
    let contents = [CanonicalJSON.encode(measures.facts), CanonicalJSON.encode(Measurement(measures))]
    let digests = try await objects.putAll(contents)
    let names = [ValidateStage.outputName, ValidateStage.measuredName]
    let outputs = names.indices.map {
      StageOutput(name: names[$0], digest: digests[$0], sizeBytes: contents[$0].count)
    }
    let notes = measures.facts.notes
    return .completed(
      StageCompletion(
        how: .executed, key: key, outputs: outputs, durationMs: elapsedMs(since: started),
        notes: notes.isEmpty ? nil : notes.map(\.rawValue)))
  }

  /// What `validate` measured. A batch of an earlier version, which measured in `extract`, is measured now.
  func measurement(of asset: AssetState) async throws(Fault) -> Measurement {
    guard let output = asset[.validate].completion?.output(ValidateStage.measuredName) else {
      return Measurement(try measure(asset))
    }
    let bytes = try await objects.read(output.digest, limitBytes: 1 << 20)
    return try CanonicalJSON.decode(Measurement.self, from: bytes, what: output.name)
  }

  private func measure(_ asset: AssetState) throws(Fault) -> ImageMeasures {
    try ImageAnalyser.analyse(
      path: objects.path(of: asset.image.digest), named: brief(of: asset.id).path)
  }
}
