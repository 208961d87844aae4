import AssetBundle
import Core
import GitRepository
import StrictJSON

/// An asset as the branch that is checked out has it.
package struct TipAsset: Hashable, Sendable {
  package var id: String
  package var name: String
  package var category: String
  package var width: Int?
  package var height: Int?
  /// Where a page finds the image, as far as the path tells.
  package var url: String?
  /// Relative to the project root: the bundle's files, then the image where it is there.
  package var files: [String]
  /// Of the image's bytes.
  package var sha256: String
  package var score: String?
  /// The batch that landed it last, and the commit; nil where the history does not tell.
  package var batch: String?
  package var commit: String?
}

extension Project {
  /// Every asset whose bundle is at the tip of what is checked out, by its id; no ledger is needed for it.
  package static func tipAssets(_ address: ProjectAddress) throws(Fault) -> [TipAsset] {
    let root = try find(address)?.root ?? address.directory
    let repository = try GitRepository.discover(from: root, environment: address.environment)
    guard let tip = try repository.head().commit else { return [] }
    let paths = try repository.paths(at: tip)
    let bundles = paths.filter { $0.hasSuffix("/tokens.json") }
    let entries = try repository.entries(at: tip, bundles)
    let blobs = try repository.contents(entries.values.map(\.id), limitBytes: 1 << 20)
    let landings = try repository.landings(of: bundles, at: tip)
    let prefix = root == address.directory ? "" : repository.layout.prefix
    var assets: [TipAsset] = []
    for path in bundles where path.hasPrefix(prefix) {
      guard let bytes = entries[path].flatMap({ blobs[$0.id] }), var asset = TipAsset(bytes) else { continue }
      let folder = path.dropLast("tokens.json".count)
      let image = Self.image(of: asset, among: paths)
      asset.files = (paths.filter { $0.hasPrefix(folder) } + [image].compactMap { $0 }).map {
        String($0.dropFirst(prefix.count))
      }
      asset.url = image.flatMap(Self.url)
      asset.batch = landings[path]?.batch
      asset.commit = landings[path]?.commit
      assets.append(asset)
    }
    return assets.sorted { ($0.id.count, $0.id) < ($1.id.count, $1.id) }
  }

  /// The image's path: the file of the asset's name that lies in a folder of its category.
  private static func image(of asset: TipAsset, among paths: [String]) -> String? {
    let name = "/" + asset.id.lowercased() + ".png"
    let named = paths.filter { $0.hasSuffix(name) }
    return named.first { $0.split(separator: "/").contains(asset.category[...]) } ?? named.first
  }

  /// `frontend/public/assets/icons/a.png` is served as `/assets/icons/a.png`.
  private static func url(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let root = parts.lastIndex(where: { $0 == "public" || $0 == "static" }) else { return nil }
    return "/" + parts[(root + 1)...].joined(separator: "/")
  }
}

extension TipAsset {
  /// Reads a `tokens.json` of any version of ours; nil for anything else.
  fileprivate init?(_ bytes: [UInt8]) {
    guard let value = try? JSONReader.value(of: bytes) else { return nil }
    let groups = [value] + (value.members ?? []).map(\.value)
    guard let ours = groups.lazy.compactMap({ $0["$extensions"]?[TokensFile.extensionName] }).first,
      let id = ours["asset_id"]?.string, let sha256 = ours["image"]?["sha256"]?.string
    else { return nil }
    func side(_ name: String) -> Int? { ours["idf"]?["dimensions"]?[name]?.double.map { Int($0) } }
    self.init(
      id: id, name: ours["name"]?.string ?? "", category: ours["category"]?.string ?? "",
      width: side("width"),
      height: side("height"), url: nil, files: [], sha256: sha256,
      score: ours["compliance_score"]?.double.map { JSONNumber($0).text }, batch: nil, commit: nil)
  }
}

extension GitRepository {
  /// Every path of a commit's tree.
  fileprivate func paths(at commit: GitID) throws(Fault) -> [String] {
    try git.run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit.text]).fields
  }

  /// Which batch landed each path last, with which commit, as the history's trailers say.
  fileprivate func landings(
    of paths: [String], at tip: GitID
  ) throws(Fault) -> [String: (batch: String, commit: String)] {
    guard !paths.isEmpty else { return [:] }
    var found: [String: (batch: String, commit: String)] = [:]
    let wanted = Set(paths)
    // Paths are taken as they are, relative to the folder that git runs in.
    let folders = Set(
      paths.map { path in
        let below = path.hasPrefix(layout.prefix) ? path.dropFirst(layout.prefix.count) : path[...]
        return below.split(separator: "/").first.map(String.init) ?? "."
      }
    ).sorted()
    let format = "--format=%x01%H %(trailers:key=Ledger-Batch,valueonly,separator=%x20)"
    let fields = try git.run(
      ["log", "-z", "--name-only", "--no-renames", format, tip.text, "--"] + folders
    ).fields
    var commit = ""
    var batch = ""
    for field in fields {
      var field = field[...]
      while field.first == "\n" { field = field.dropFirst() }
      if field.first == "\u{1}" {
        let words = field.dropFirst().split(separator: " ")
        commit = words.first.map(String.init) ?? ""
        batch = words.count > 1 ? String(words[1]) : ""
      } else if wanted.contains(String(field)), found[String(field)] == nil, !batch.isEmpty {
        found[String(field)] = (batch, commit)
      }
    }
    return found
  }
}
