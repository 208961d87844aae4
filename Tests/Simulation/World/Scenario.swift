import Core
import Runner

/// What the runners of a history are asked to do, apart from what goes wrong.
struct Scenario: Hashable {
  var assets: Int
  var isLimited: Bool
  /// One call asks for all assets.
  var isTogether: Bool
  var requestsPerMinute: Int
  var prefix: String
  /// A batch of the same assets, with other names and images, landed before.
  var hasEarlier: Bool
  /// A second batch works at the same time: on assets of its own, or on the same ones.
  var second: Second
  /// Commands other than `resume` may come after a stop.
  var isLively: Bool
  var onOtherBranch: Bool
  /// The first command holds the batch once all is packaged; another places and commits.
  var isHeld: Bool

  /// Chance gives every runner the same numbers.
  var drawsAlike: Bool

  enum Second: Hashable { case none, apart, alike }

  /// How many there are.
  static let count = 96

  init(number: Int) {
    var random = SplitMix64(seed: UInt64(number) &* 0x9e37 &+ 77)
    func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
    assets = Int.random(in: 1...3, using: &random)
    isLimited = !oneIn(3)
    isTogether = isLimited && oneIn(5)
    requestsPerMinute = oneIn(4) ? 2 : 55
    prefix = oneIn(3) ? "site/" : ""
    hasEarlier = oneIn(3)
    second = oneIn(4) ? (oneIn(2) ? .apart : .alike) : .none
    isLively = oneIn(3)
    onOtherBranch = oneIn(8)
    isHeld = oneIn(5)
    drawsAlike = oneIn(6)
  }

  /// The same without all that makes no difference to what the one batch's commit holds. How the assets are asked for
  /// is in the key that their bundles name.
  var plain: Scenario {
    var plain = self
    plain.requestsPerMinute = 55
    plain.onOtherBranch = false
    plain.isHeld = false
    plain.drawsAlike = false
    plain.hasEarlier = false
    plain.second = .none
    plain.isLively = false
    return plain
  }

  var configuration: Configuration {
    var configuration = Configuration()
    configuration.extractor.kind = isLimited ? .mcp : .local
    configuration.extractor.command = isLimited ? ["server"] : []
    configuration.extractor.batch = isTogether
    configuration.limits.requestsPerMinute = requestsPerMinute
    configuration.limits.inFlight = 2
    configuration.limits.maxAttempts = 3
    configuration.limits.maxWait = .seconds(120)
    return configuration
  }

  /// A batch's manifest: `edition` tells names and images apart, `first` where its assets begin.
  func manifest(_ batch: String, edition: Int, first: Int = 0) -> Manifest {
    let draft = ManifestDraft(
      batchID: batch,
      assets: (0..<assets).map { index in
        ManifestDraft.Asset(
          id: "ASSET-\(first + index + 1)", path: Self.source(edition, first + index), score: 95,
          specs: [
            "name": .string("Night \(edition) \(first + index)"),
            "category": .string(index == 1 ? "patterns" : "specimens"),
          ])
      })
    do { return try draft.manifest(relativeTo: "/images", under: configuration) } catch {
      preconditionFailure("The simulator's manifests are sound: \(error)")
    }
  }

  static func source(_ edition: Int, _ index: Int) -> String { "/images/\(edition)-\(index).png" }

  /// Where the bundles of a manifest go, from the repository's top.
  func targets(of manifest: Manifest) -> [String] {
    manifest.assets.flatMap { asset in
      let slug = Slug(asset: asset.id, name: asset.specs["name"]?.string, imagePath: asset.path)
      let targets = try? Layout().targets(
        asset: asset.id, slug: slug, category: asset.category ?? "specimens")
      return (targets?.all ?? []).map { prefix + $0 }
    }
  }

  /// Puts the user's images and a first commit into a world.
  func furnish(_ world: World) {
    world.drawsAlike = drawsAlike
    let pictures = Pictures.shared.all
    for edition in 0..<4 {
      for index in 0..<6 {
        let picture = pictures[(edition * 3 + index) % pictures.count]
        world.disk.sources[Self.source(edition, index)] = picture.digest
        world.disk.contents[picture.digest] = picture.bytes
      }
    }
    for name in ["README.md", "notes/old.txt"] {
      let digest = world.disk.remember(Array(name.utf8))
      world.disk.makeFolders(above: name)
      world.disk.files[name] = Disk.File(digest: digest, batch: nil)
      world.git.index[name] = world.git.blob(digest)
      world.git.move(
        World.main, to: world.git.userCommit(parent: world.git.tip, tree: world.git.index, message: name))
    }
    if !prefix.isEmpty { world.disk.folders.insert(String(prefix.dropLast())) }
    // A folder of the user's that holds nothing yet, on the way to targets.
    if !hasEarlier { world.disk.folders.formUnion([prefix + "frontend", prefix + "frontend/public"]) }
  }
}
