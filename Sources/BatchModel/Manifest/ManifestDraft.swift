import Core
import StrictJSON

/// A manifest in the making: built in code, or drafted from images, and not checked yet.
public struct ManifestDraft: Hashable, Sendable {
  public var batchID: String
  public var assets: [Asset]

  public init(batchID: String, assets: [Asset]) {
    self.batchID = batchID
    self.assets = assets
  }

  /// An asset as a manifest's `assets` hold it.
  public struct Asset: Hashable, Sendable {
    public var id: String
    /// Absolute, or relative to the folder given to `manifest(relativeTo:under:)`.
    public var path: String
    public var score: Double
    /// An object: `name`, `category`, `mode`, `purpose`, `specimens`, and whatever else there is to say.
    public var specs: JSONValue
    /// The image's design facts where they are known already: then no extractor is asked.
    public var idf: JSONValue?
    /// The digest of the image that the score was given for.
    public var sha256: Digest?
    public var alt: String?
    public var tags: [String]?

    public init(
      id: String, path: String, score: Double, specs: JSONValue = [:], idf: JSONValue? = nil,
      sha256: Digest? = nil, alt: String? = nil, tags: [String]? = nil
    ) {
      self.id = id
      self.path = path
      self.score = score
      self.specs = specs
      self.idf = idf
      self.sha256 = sha256
      self.alt = alt
      self.tags = tags
    }
  }

  /// The manifest's JSON text, fields in the order of the documents.
  public var text: String { JSONWriter.pretty(json, sortingNames: false) }

  private var json: JSONValue {
    [
      "batch_id": .string(batchID),
      "assets": .array(
        assets.map { asset in
          var members: [JSONValue.Member] = [
            .init("asset_id", .string(asset.id)), .init("path", .string(asset.path)),
            // A number that JSON does not have is refused like any other wrong score.
            .init("score", asset.score.isFinite ? JSONValue(asset.score) : nil), .init("specs", asset.specs),
          ]
          if let idf = asset.idf { members.append(.init("idf", idf)) }
          if let sha256 = asset.sha256 { members.append(.init("sha256", .string(sha256.hex))) }
          if let alt = asset.alt { members.append(.init("alt", .string(alt))) }
          if let tags = asset.tags { members.append(.init("tags", .array(tags.map(JSONValue.string)))) }
          return .object(members)
        }),
    ]
  }

  /// Checks the draft as any manifest is checked; the faults have no line, for there is no text.
  public func manifest(
    relativeTo directory: String, under configuration: Configuration = Configuration()
  ) throws(Faults) -> Manifest {
    let file = ManifestFile(bytes: Array(JSONWriter.compact(json).utf8), path: "", directory: directory)
    do {
      var reader = ManifestReader(file: file, configuration: configuration)
      return try reader.read()
    } catch {
      throw Faults(
        error.all.map { fault in
          var fault = fault
          (fault.path, fault.line, fault.column) = (nil, nil, nil)
          return fault
        })
    }
  }
}
