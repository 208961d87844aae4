import BatchModel
import Core
import GitRepository
import StrictJSON

extension StageKey {
  /// Raised when a stage's result changes for the same input; a key part, so that nothing older is reused.
  private static let versions: [Stage: Int] = [.validate: 3, .extract: 2, .render: 3, .package: 1]

  /// The key of `validate`: the image, and the way it is measured.
  static func validate(_ asset: AssetState) -> StageKey {
    StageKey(
      head(.validate, asset) + [Part("measuring", Measurement.version)] + salt(asset, .validate))
  }

  /// The key of `extract` where an extractor is asked; `sent` is what it is told of the asset.
  ///
  /// The measurement is sent too and is not part of the key: it follows from the image, and a new way of measuring is
  /// not worth another call.
  static func extract(
    _ asset: AssetState, sent: JSONValue, setup: Digest, identity: ExtractorIdentity
  ) -> StageKey {
    var parts = head(.extract, asset)
    parts += [
      Part("sent", Digest.sha256(JSONWriter.canonical(sent)).hex), Part("extractor.setup", setup.hex),
    ]
    parts.append(Part("extractor.kind", identity.kind))
    parts += identity.parts.sorted { $0.key < $1.key }.map { Part("extractor.\($0.key)", $0.value) }
    return StageKey(parts + salt(asset, .extract))
  }

  /// The key of `extract` where the manifest brings the IDF.
  static func extract(_ asset: AssetState, provided idf: JSONValue) -> StageKey {
    let digest = Digest.sha256(JSONWriter.canonical(idf))
    return StageKey(
      head(.extract, asset) + [Part("provided.idf", digest.hex)] + salt(asset, .extract))
  }

  /// The key of `render`: the facts and how they are merged, the words, the places and the templates. `measured` is
  /// nil in a batch of a version that kept no measurement.
  static func render(
    _ asset: AssetState, _ brief: AssetBrief, measured: Digest?, reply: Digest, asked: Digest?,
    trust: [FactsMerge.Trusted], templates: [String: Digest]
  ) -> StageKey {
    var parts = head(.render, asset)
    parts += [
      Part("merge", FactsMerge.version), Part("measured", measured?.hex ?? "measured/" + Measurement.version),
      Part("reply", reply.hex), Part("reply.from", brief.idf == nil ? "extractor" : "manifest"),
      Part("extract", asked?.hex ?? ""), Part("trust", trust.map(\.rawValue).sorted().joined(separator: " ")),
      Part("specs", Digest.sha256(JSONWriter.canonical(brief.stated)).hex),
    ]
    parts += [
      Part("asset", brief.id.text), Part("name", brief.name),
      Part("score", JSONNumber(brief.score).text), Part("category", brief.category),
      Part("slug", brief.slug.text), Part("handle", brief.handle), Part("kind", brief.kind.rawValue),
      Part("url", brief.url ?? ""), Part("scale", String(brief.scale)),
    ]
    parts += brief.targets.all.enumerated().map { Part("target.\($0.offset + 1)", $0.element) }
    parts += templates.sorted { $0.key < $1.key }.map { Part("template.\($0.key)", $0.value.hex) }
    return StageKey(parts + salt(asset, .render))
  }

  /// The key of `package`: the rendered files, the image, and where they go.
  static func package(
    _ asset: AssetState, _ brief: AssetBrief, rendered: [StageOutput]
  ) -> StageKey {
    var parts = head(.package, asset) + [Part("asset", brief.id.text)]
    parts += rendered.map { Part("file.\($0.name)", $0.digest.hex) }
    parts += brief.targets.all.enumerated().map { Part("target.\($0.offset + 1)", $0.element) }
    return StageKey(parts + salt(asset, .package))
  }

  private static func head(_ stage: Stage, _ asset: AssetState) -> [Part] {
    [
      Part("stage", "\(stage.rawValue)/\(versions[stage] ?? 0)"),
      Part("image", asset.image.digest.hex),
    ]
  }

  private static func salt(_ asset: AssetState, _ stage: Stage) -> [Part] {
    guard let salt = asset.salt, stage >= salt.from else { return [] }
    return [Part(saltName, salt.text)]
  }
}
