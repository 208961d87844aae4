import Ledger

/// What the branch's tip holds of the assets already: bundles that an earlier batch packaged, and may be replaced.
///
/// A folder counts as an asset's bundle if the `tokens.json` in it names the asset. Nothing but the tip is asked, so it
/// is the same on every machine.
struct EarlierBundles: Sendable {
  /// Root-relative paths of each asset's earlier files, with their entries at the tip.
  let files: [AssetID: [String: File]]

  struct File: Hashable, Sendable {
    var role: PlannedTarget.Role
    var entry: TreeEntry
    /// For the image: the digest that `tokens.json` gives; it must have that, or it is not ours.
    var expected: Digest?
  }

  static let none = EarlierBundles(files: [:])

  private init(files: [AssetID: [String: File]]) { self.files = files }

  /// Reads the tip. `prefix` is the project root within the repository, ending in `/`.
  init(
    at tip: GitID, of briefs: [AssetBrief], layout: Configuration.Layout,
    in repository: any Repository
  ) throws(Fault) {
    let prefix = repository.layout.prefix
    let paths = try Layout(bundle: layout.bundle, production: layout.production)
    var children: [String: [String]] = [:]
    var files: [AssetID: [String: File]] = [:]
    for brief in briefs {
      var candidates: Set<String> = [brief.targets.bundleFolder]
      for category in layout.categories {
        let search = try Self.folders(of: brief.id, category: category, paths)
        if children[search.parent] == nil {
          children[search.parent] = try repository.children(of: prefix + search.parent, at: tip)
        }
        for name in children[search.parent] ?? [] where search.matches(name) {
          candidates.insert(search.parent.isEmpty ? name : "\(search.parent)/\(name)")
        }
      }
      files[brief.id] = try Self.files(
        of: brief.id, in: candidates, paths, at: tip, repository, prefix: prefix)
    }
    self.files = files
  }

  /// Where an asset's bundle may lie whatever its slug: the parent folder, and how the name begins and ends.
  private struct Search {
    var parent: String
    var start: String
    var end: String
    var bare: String
    func matches(_ name: String) -> Bool {
      name == bare
        || name.hasPrefix(start) && name.hasSuffix(end) && name.count > start.count + end.count
    }
  }

  private static func folders(
    of asset: AssetID, category: String, _ layout: Layout
  ) throws(Fault) -> Search {
    let mark = "slug0mark"
    func folder(_ slug: String) throws(Fault) -> [Substring] {
      try layout.targets(asset: asset, slug: Slug(folding: slug), category: category).bundleFolder
        .split(separator: "/")
    }
    let marked = try folder(mark)
    let bare = try folder("")
    let name = marked.last.map(String.init) ?? ""
    let parts = name.split(separator: mark[...], maxSplits: 1, omittingEmptySubsequences: false)
    return Search(
      parent: marked.dropLast().joined(separator: "/"), start: parts.first.map(String.init) ?? name,
      end: parts.count == 2 ? String(parts[1]) : "", bare: bare.last.map(String.init) ?? "")
  }

  /// The files of those candidates that are the asset's bundles.
  private static func files(
    of asset: AssetID, in candidates: Set<String>, _ layout: Layout, at tip: GitID,
    _ repository: any Repository, prefix: String
  ) throws(Fault) -> [String: File] {
    var files: [String: File] = [:]
    for folder in candidates.sorted() {
      let tokens = "\(prefix)\(folder)/tokens.json"
      guard let entry = try repository.entries(at: tip, [tokens])[tokens],
        let bytes = try repository.blobs([entry.id], limitBytes: 1 << 20)[entry.id],
        let facts = TokensFacts(bytes), facts.asset == asset.text
      else { continue }
      let slug = Slug(folding: "")
      let production = try layout.targets(asset: asset, slug: slug, category: facts.category)
        .production
      let documents = ["context.md", "tokens.json", "usage.md"].map { "\(folder)/\($0)" }
      let entries = try repository.entries(
        at: tip, (documents + [production]).map { prefix + $0 })
      for path in documents {
        guard let entry = entries[prefix + path] else { continue }
        files[path] = File(role: .bundle, entry: entry, expected: nil)
      }
      if let entry = entries[prefix + production] {
        files[production] = File(role: .image, entry: entry, expected: facts.image)
      }
    }
    return files
  }
}

/// What a `tokens.json` says of whose it is.
struct TokensFacts: Hashable, Sendable {
  var asset: String
  var category: String
  var image: Digest

  /// Reads a file's bytes; nil if they are no `tokens.json` of ours.
  init?(_ bytes: [UInt8]) {
    guard let value = try? JSONReader.value(of: bytes),
      let ours = value["$extensions"]?["dev.ledgerctl"], let asset = ours["asset_id"]?.string,
      let category = ours["category"]?.string,
      let image = ours["image"]?["sha256"]?.string.flatMap({ Digest(hex: $0) })
    else { return nil }
    self.asset = asset
    self.category = category
    self.image = image
  }
}
