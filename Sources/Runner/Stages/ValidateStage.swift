import Ledger

extension StageWork {
  /// Decodes the whole image, so that nobody pays for the extraction of a broken one.
  func validate(
    _ asset: AssetState, _ key: StageKey, started: Moment
  ) async throws(Fault) -> StageOutcome {
    let facts = try ImageValidator.validate(
      path: objects.path(of: asset.image.digest), named: brief(of: asset.id).path)
    let bytes = CanonicalJSON.encode(facts)
    let digest = try await objects.put(bytes)
    let output = StageOutput(name: ValidateStage.outputName, digest: digest, sizeBytes: bytes.count)
    return .completed(
      StageCompletion(
        how: .executed, key: key, outputs: [output], durationMs: elapsedMs(since: started),
        notes: facts.notes.isEmpty ? nil : facts.notes.map(\.rawValue)))
  }

  /// The facts that `validate` found, from its output.
  func imageFacts(of asset: AssetState) async throws(Fault) -> ImageFacts {
    guard let output = asset[.validate].completion?.output(ValidateStage.outputName) else {
      preconditionFailure("Every later stage is planned after validate.")
    }
    let bytes = try await objects.read(output.digest, limitBytes: 1 << 20)
    return try CanonicalJSON.decode(ImageFacts.self, from: bytes, what: output.name)
  }
}

enum ValidateStage {
  static let outputName = "image.json"
}
