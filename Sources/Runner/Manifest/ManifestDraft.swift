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

    public init(id: String, path: String, score: Double, specs: JSONValue = [:], idf: JSONValue? = nil) {
      self.id = id
      self.path = path
      self.score = score
      self.specs = specs
      self.idf = idf
    }
  }

  /// The manifest's JSON text, members in the order of the documents.
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
      return try Manifest.read(file, under: configuration)
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

extension ManifestDraft {
  /// Drafts a manifest from images, in the order given.
  ///
  /// Ids are what the file names begin with, such as `asset-3` in `asset-3-canopy-validated.png`, in upper
  /// case; where not every image has one of its own, `ASSET-1` and so on. Names are the rest of the file
  /// names, the batch's id the name of the first image's folder. Nothing is read.
  ///
  /// - Parameter defaultBatchName: stands where the images have no folder to speak of, such as the working directory's.
  public static func draft(
    images: [String], category: String? = nil, score: Double = 90, defaultBatchName: String = "batch"
  ) -> ManifestDraft {
    let stems = images.map(stem)
    var ids = stems.map { leadingID($0).map { $0.uppercased() } ?? "" }
    let areUsable = !ids.contains("") && Set(ids).count == ids.count
    if !areUsable { ids = images.indices.map { "ASSET-\($0 + 1)" } }
    let assets = zip(images, zip(stems, ids)).map { image, names in
      var specs: [JSONValue.Member] = []
      let name = title(names.0, without: leadingID(names.0))
      if !name.isEmpty { specs.append(.init("name", .string(name))) }
      if let category { specs.append(.init("category", .string(category))) }
      return Asset(id: names.1, path: image, score: score, specs: .object(specs))
    }
    return ManifestDraft(
      batchID: batchID(images.first.flatMap(folderName) ?? defaultBatchName), assets: assets)
  }

  private static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }

  private static func folderName(_ path: String) -> String? {
    let folder = path.split(separator: "/").dropLast().last.map(String.init)
    return folder == "." || folder == ".." ? nil : folder
  }

  /// The word and number a name begins with, such as `asset-3`; nil where it does not.
  private static func leadingID(_ stem: String) -> String? {
    let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 2, !parts[0].isEmpty, parts[0].allSatisfy({ $0.isASCII && $0.isLetter }),
      (1...9).contains(parts[1].count), parts[1].allSatisfy({ $0.isASCII && $0.isNumber }),
      parts[0].count < 50
    else { return nil }
    return "\(parts[0])-\(parts[1])"
  }

  private static func title(_ stem: String, without id: String?) -> String {
    var rest = stem.dropFirst(id?.count ?? 0)
    if rest.lowercased().hasSuffix("-validated") { rest = rest.dropLast("-validated".count) }
    return rest.split { $0 == "-" || $0 == "_" || $0 == " " }
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }

  private static func batchID(_ name: String) -> String {
    let words = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map { $0.lowercased() }
    let joined = words.joined(separator: "-").prefix(50)
    if joined.isEmpty || joined == "batch" { return "batch-1" }
    return joined.hasPrefix("batch-") ? String(joined) : "batch-\(joined)"
  }
}
