import Core
import StrictJSON

/// What a user hands in: a batch's id and its assets, checked.
///
/// Two manifests that say the same have the same digest, whatever their white space, the order of fields
/// and the spelling of numbers. What is stored of a manifest is read back equal.
public struct Manifest: Hashable, Sendable, Codable {
  public let batchID: BatchID
  /// In the order written.
  public let assets: [ManifestAsset]
  /// Over what the manifest says; no absolute path of this machine is part of it unless it was written
  /// there.
  public let digest: Digest

  package init(batchID: BatchID, assets: [ManifestAsset]) {
    self.batchID = batchID
    self.assets = assets
    let said: JSONValue = [
      "batch_id": .string(batchID.text), "assets": .array(assets.map(\.said)),
    ]
    digest = Digest.sha256(JSONWriter.canonical(said))
  }

  /// The asset of that id, as written.
  public func asset(_ id: AssetID) -> ManifestAsset? { assets.first { $0.id == id } }

  /// Absolute paths of the images.
  package var sources: [AssetID: String] { Dictionary(assets.map { ($0.id, $0.source) }) { $1 } }

  package enum CodingKeys: String, CodingKey {
    case batchID = "batch_id"
    case assets, digest
  }
}

/// One asset of a manifest: an image, its score, and what is said of it.
public struct ManifestAsset: Hashable, Sendable, Codable {
  public let id: AssetID
  /// The image's path as written.
  public let path: String
  /// The image's absolute path.
  public let source: String
  public let score: Double
  /// The `specs` object with all that is in it, in its canonical form.
  public let specs: JSONValue
  /// The design facts, if the manifest brings them along: then no extractor is asked.
  public let idf: JSONValue?

  /// What the score was given for: another image is refused. Nil where any is taken.
  public var sha256: Digest? = nil
  /// What a reader who can't see the image is told.
  public var alt: String? = nil
  public var tags: [String]? = nil

  /// The category that was asked for; nil where the configuration's default holds.
  public var category: String? { specs["category"]?.string }
  /// The score as it is written in text, such as `92` or `92.5`.
  public var scoreText: String { JSONNumber(score).text }

  /// The part of the manifest that this asset is, in which two spellings of the same are equal.
  package var said: JSONValue {
    var members: [JSONValue.Member] = [
      .init("asset_id", .string(id.text)), .init("path", .string(path)), .init("score", JSONValue(score)),
      .init("specs", specs),
    ]
    if let idf { members.append(.init("idf", idf)) }
    if let sha256 { members.append(.init("sha256", .string(sha256.hex))) }
    if let alt { members.append(.init("alt", .string(alt))) }
    if let tags { members.append(.init("tags", .array(tags.map(JSONValue.string)))) }
    return .object(members)
  }

  package enum CodingKeys: String, CodingKey {
    case id = "asset_id"
    case path, source, score, specs, idf, sha256, alt, tags
  }
}
