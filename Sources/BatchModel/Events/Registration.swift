import Core

/// What `batch.registered` and `batch.revised` say: everything a batch works with until it ends.
///
/// A batch keeps the configuration, templates and bytes it was registered with, so an upgrade or a changed file between
/// a kill and a resume changes nothing.
public struct Registration: Hashable, Sendable, Codable {
  public var manifest: Manifest
  /// Digest of the manifest's meaning: white space and key order make no difference.
  public var manifestDigest: Digest
  /// The pinned image of every asset, in the manifest's order.
  public var images: [PinnedImage]
  /// The configuration in force.
  public var configuration: Configuration
  /// Digests of the template files, under their names; the bytes are objects.
  public var templates: [String: Digest]
  /// Full name of the branch the commit goes to, such as `refs/heads/main`.
  public var branch: String
  /// The branch's tip at registration; absent where it did not exist yet.
  public var tip: String?
  /// What a branch that did not exist yet starts from; absent before a repository's first commit.
  public var base: String?
  /// `Name <mail>`, as git writes it.
  public var author: String
  public var committer: String
  public var toolVersion: String
  /// Targets the user allowed to be overwritten although they are not ours.
  public var forced: [String]
  /// Commits of this batch in the branch's history that another clone or ledger made.
  public var elsewhere: [String]?
  /// Assets of the manifest that the batch continues without; absent where there are none.
  public var leftOut: [LeftOutAsset]?
  /// Who revised it, with which words; absent where nobody did, and in events of 0.1.
  public var actor: RunActor?
  public var argv: [String]?
  /// Ids of assets that the user allowed to take the place of other assets; `all` stands for every id. Absent where
  /// none are.
  public var replaced: [String]?
  /// The folder that images must lie in once all links are resolved; absent where a person named them.
  public var imagesBeneath: String?

  public init(
    manifest: Manifest, manifestDigest: Digest, images: [PinnedImage], configuration: Configuration,
    templates: [String: Digest], branch: String, tip: String?, base: String?, author: String,
    committer: String,
    toolVersion: String, forced: [String], replaced: [String]? = nil, imagesBeneath: String? = nil
  ) {
    self.manifest = manifest
    self.manifestDigest = manifestDigest
    self.images = images
    self.configuration = configuration
    self.templates = templates
    self.branch = branch
    self.tip = tip
    self.base = base
    self.author = author
    self.committer = committer
    self.toolVersion = toolVersion
    self.forced = forced
    self.replaced = replaced
    self.imagesBeneath = imagesBeneath
  }

  /// What lands: the digest of the manifest and of its images' bytes, the same in every clone and ledger.
  public var content: Digest { Self.content(of: manifestDigest, images) }

  package static func content(of manifest: Digest, _ images: [PinnedImage]) -> Digest {
    let lines = ["ledgerctl/content/v1", manifest.hex] + images.map { "\($0.asset) \($0.digest.hex)" }
    return Digest.sha256(lines.map { $0 + "\n" }.joined().utf8)
  }

  /// The branch's short name.
  public var branchName: String {
    let prefix = "refs/heads/"
    return branch.hasPrefix(prefix) ? String(branch.dropFirst(prefix.count)) : branch
  }

  package enum CodingKeys: String, CodingKey {
    case manifest
    case manifestDigest = "manifest_digest"
    case images, configuration, templates, branch, tip, base, author, committer
    case toolVersion = "tool_version"
    case forced, elsewhere, replaced
    case leftOut = "left_out"
    case imagesBeneath = "images_beneath"
    case actor, argv
  }
}

/// An asset of a manifest that its batch continues without.
public struct LeftOutAsset: Hashable, Sendable, Codable {
  public var asset: AssetID
  public var why: String

  public init(asset: AssetID, why: String) {
    self.asset = asset
    self.why = why
  }
}

/// An image as it was copied into the objects when its batch was registered.
public struct PinnedImage: Hashable, Sendable, Codable {
  public var asset: AssetID
  public var digest: Digest
  public var sizeBytes: Int
  /// What the file is instead of a PNG: then no object holds its bytes, and its asset fails. Absent for a PNG.
  public var foreign: String?
  /// The digest of the file as it was named, where `policy.strip_metadata` left something out of the copy.
  public var original: Digest?

  public init(
    asset: AssetID, digest: Digest, sizeBytes: Int, foreign: String? = nil, original: Digest? = nil
  ) {
    self.asset = asset
    self.digest = digest
    self.sizeBytes = sizeBytes
    self.foreign = foreign
    self.original = original
  }

  /// What the named file's digest is as long as nobody changes it.
  package var source: Digest { original ?? digest }

  /// The object that holds the image's bytes; nil where none does.
  package var object: Digest? { foreign == nil ? digest : nil }

  package enum CodingKeys: String, CodingKey {
    case asset, digest, foreign, original
    case sizeBytes = "size_bytes"
  }
}
