import AssetBundle
import BatchModel
import Core
import GitRepository

/// What the branch's tip holds of the assets already: bundles that an earlier batch packaged, and may be replaced.
///
/// A folder counts as an asset's bundle if the `tokens.json` in it names the asset. Nothing but the tip is asked, so it
/// is the same on every machine.
struct EarlierBundles: Sendable {
  /// Root-relative paths of each asset's earlier files, with their entries at the tip.
  let files: [AssetID: [String: File]]
  /// What each asset's earlier `tokens.json` says.
  let facts: [AssetID: TokensFacts]
  /// Where it is, from the repository's top.
  let tokens: [AssetID: String]

  struct File: Hashable, Sendable {
    var role: PlannedTarget.Role
    var entry: TreeEntry
    /// For the image: the digest that `tokens.json` gives; it must have that, or it is not ours.
    var expected: Digest?
  }

  static let none = EarlierBundles()

  private init() {
    files = [:]
    facts = [:]
    tokens = [:]
  }

  /// Reads the tip. `prefix` is the project root within the repository, ending in `/`.
  init(
    at tip: GitID, of briefs: [AssetBrief], layout: Configuration.Layout,
    in repository: any Repository
  ) throws(Fault) {
    let prefix = repository.layout.prefix
    let paths = try Layout(layout)
    let folders = try Self.candidates(briefs, layout, paths, at: tip, repository)
    // Everything in four calls of git, however many assets and candidates there are.
    let found = try repository.entries(
      at: tip, folders.values.flatMap { $0 }.map { "\(prefix)\($0)/tokens.json" })
    let blobs = try repository.contents(found.values.map(\.id), limitBytes: 1 << 20)
    var known: [AssetID: TokensFacts] = [:]
    var places: [AssetID: String] = [:]
    var wanted: [AssetID: [String: (PlannedTarget.Role, Digest?)]] = [:]
    for brief in briefs {
      let asset = brief.id
      for folder in (folders[asset] ?? []).sorted() {
        let place = "\(prefix)\(folder)/tokens.json"
        guard let entry = found[place], let bytes = blobs[entry.id],
          let facts = TokensFacts(bytes), facts.asset == asset.text
        else { continue }
        if known[asset] == nil {
          known[asset] = facts
          places[asset] = place
        }
        for name in BundleTargets.documentNames + facts.moreFiles {
          wanted[asset, default: [:]]["\(folder)/\(name)"] = (.bundle, nil)
        }
        let production = try paths.productionPath(
          asset: asset, slug: brief.slug, category: facts.category,
          handle: facts.handle ?? asset.text.lowercased())
        wanted[asset, default: [:]][production] = (.image, facts.image)
      }
    }
    let entries = try repository.entries(
      at: tip, wanted.values.flatMap { $0.keys.map { prefix + $0 } })
    facts = known
    tokens = places
    files = wanted.mapValues { files in
      var found: [String: File] = [:]
      for (path, (role, expected)) in files {
        guard let entry = entries[prefix + path] else { continue }
        found[path] = File(role: role, entry: entry, expected: expected)
      }
      return found
    }
  }

  /// Has git begin with what the survey of these assets will ask.
  static func askAhead(
    at tip: GitID?, inWorkingTree: Bool, of briefs: [AssetBrief], layout: Configuration.Layout,
    in repository: any Repository
  ) throws(Fault) {
    let prefix = repository.layout.prefix
    let paths = try Layout(layout)
    repository.askAhead(
      of: briefs.flatMap { $0.targets.all }.map { prefix + $0 },
      folders: parents(searches(briefs, layout, paths), prefix), at: tip, inWorkingTree: inWorkingTree)
  }

  /// Folders at the tip that may be bundles of each asset, by their names.
  private static func candidates(
    _ briefs: [AssetBrief], _ layout: Configuration.Layout, _ paths: Layout, at tip: GitID,
    _ repository: any Repository
  ) throws(Fault) -> [AssetID: Set<String>] {
    let prefix = repository.layout.prefix
    let searches = searches(briefs, layout, paths)
    let parents = parents(searches, prefix)
    try repository.lookAhead(
      at: tip, paths: briefs.flatMap { $0.targets.all }.map { prefix + $0 }, folders: parents)
    var children: [String: [String]] = [:]
    for parent in parents { children[parent] = try repository.children(of: parent, at: tip) }
    var folders: [AssetID: Set<String>] = [:]
    for brief in briefs {
      folders[brief.id] = [brief.targets.bundleFolder]
      for search in searches[brief.id] ?? [] {
        for name in children[prefix + search.parent] ?? [] where search.matches(name) {
          folders[brief.id]?.insert(search.parent.isEmpty ? name : "\(search.parent)/\(name)")
        }
      }
    }
    return folders
  }

  private static func searches(
    _ briefs: [AssetBrief], _ layout: Configuration.Layout, _ paths: Layout
  ) -> [AssetID: [Search]] {
    var searches: [AssetID: [Search]] = [:]
    for brief in briefs {
      let categories = paths.bundleNamesCategory ? layout.categories : [brief.category]
      // Where a category makes no path, no bundle can be.
      searches[brief.id] = categories.compactMap { try? Self.search(of: brief.id, category: $0, paths) }
    }
    return searches
  }

  private static func parents(_ searches: [AssetID: [Search]], _ prefix: String) -> [String] {
    Set(searches.values.joined().map { prefix + $0.parent }).sorted()
  }

  /// Where an asset's bundle may lie whatever its slug: the parent folder, and how the name begins and ends.
  private struct Search {
    var parent: String
    var start: String
    var end: String
    /// The name without a slug; nil where the layout allows none.
    var bare: String?
    func matches(_ name: String) -> Bool {
      name == bare
        || name.hasPrefix(start) && name.hasSuffix(end) && name.count > start.count + end.count
    }
  }

  private static func search(
    of asset: AssetID, category: String, _ layout: Layout
  ) throws(Fault) -> Search {
    let mark = "slug0mark"
    func folder(_ slug: String) throws(Fault) -> [Substring] {
      try layout.bundleFolder(asset: asset, slug: Slug(folding: slug), category: category)
        .split(separator: "/")
    }
    let marked = try folder(mark)
    let bare = try? folder("")
    let name = marked.last.map(String.init) ?? ""
    let parts = name.split(separator: mark[...], maxSplits: 1, omittingEmptySubsequences: false)
    return Search(
      parent: marked.dropLast().joined(separator: "/"), start: parts.first.map(String.init) ?? name,
      end: parts.count == 2 ? String(parts[1]) : "", bare: bare?.last.map(String.init))
  }
}
