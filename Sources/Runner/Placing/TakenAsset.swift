import BatchModel
import Core
import GitRepository
import Ledger
import Synchronization

/// An asset whose id is taken: the tip has a bundle of it, or another unfinished batch uses it.
public struct TakenAsset: Hashable, Sendable {
  /// Raw values are part of the contract.
  public enum Kind: String, Hashable, Sendable {
    /// The same asset: its image is the same, or both have names with the same slug.
    case update
    /// Another asset: only `--replace` allows it.
    case replace
  }

  public var asset: AssetID
  public var kind: Kind
  public var name: String
  public var earlierName: String
  /// The batch that the earlier one is of, where it is known.
  public var batch: String?
  /// The commit that landed it; nil where it is an unfinished batch's.
  public var commit: String?
  public var hasNewImage: Bool

  /// Where the earlier one comes from, such as `batch fri-a, 149c2ea`.
  public var origin: String {
    switch (batch, commit?.prefix(7)) {
    case (let batch?, let commit?): "batch \(batch), \(commit)"
    case (let batch?, nil): "batch \(batch), unfinished"
    case (nil, let commit?): "commit \(commit)"
    case (nil, nil): "at the branch's tip"
    }
  }

  /// The line that `plan` and `run` print for it; nil where nothing changes.
  public var line: String? {
    switch kind {
    case .replace: "Replaces \(asset) \"\(earlierName)\" (\(origin)) with \"\(name)\""
    case .update where hasNewImage: "Updates \(asset) \"\(name)\" (new image)"
    case .update where name != earlierName: "Updates \(asset) \"\(name)\" (was \"\(earlierName)\")"
    case .update: nil
    }
  }
}

/// What decides whether an asset is the one that had its id before.
struct AssetIdentity: Hashable, Sendable {
  var id: AssetID
  var image: Digest
  /// Nil where none was given.
  var name: String?

  /// What taking the earlier one's id means.
  func taking(_ earlier: AssetIdentity) -> TakenAsset.Kind {
    if image == earlier.image { return .update }
    guard let name, let before = earlier.name else { return .replace }
    let (slug, slugBefore) = (Slug(folding: name), Slug(folding: before))
    // An id that stands for a name says nothing.
    guard !slug.isEmpty, slug != Slug(folding: earlier.id.text) else { return .replace }
    return slug == slugBefore ? .update : .replace
  }
}

extension Registration {
  /// Stands for every id in `replaced`.
  static let everyAsset = "all"

  /// Whether the user allowed another asset to be replaced by this one.
  func mayReplace(_ asset: AssetID) -> Bool {
    (replaced ?? []).contains { $0 == Self.everyAsset || $0.lowercased() == asset.text.lowercased() }
  }

  /// What tells an asset of the batch apart.
  func identity(of asset: ManifestAsset) -> AssetIdentity? {
    guard let image = images.first(where: { $0.asset == asset.id }) else { return nil }
    let name = asset.specs["name"]?.string.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    return AssetIdentity(id: asset.id, image: image.digest, name: name)
  }
}

extension TargetSurvey {
  /// The batch's assets that the tip has already, in the manifest's order.
  func taken(by earlier: EarlierBundles) throws(Fault) -> [TakenAsset] {
    guard let tip else { return [] }
    var taken: [TakenAsset] = []
    for (asset, brief) in zip(registration.manifest.assets, briefs) {
      guard let before = earlier.facts[brief.id], let identity = registration.identity(of: asset) else {
        continue
      }
      let kind = identity.taking(AssetIdentity(id: brief.id, image: before.image, name: before.name))
      var found = TakenAsset(
        asset: brief.id, kind: kind, name: brief.name, earlierName: before.name ?? brief.id.text,
        hasNewImage: identity.image != before.image)
      if kind == .replace, let path = earlier.tokens[brief.id] {
        let change = try repository.lastChange(of: path, from: tip)
        (found.batch, found.commit) = (change?.batch, change?.commit.text)
      }
      taken.append(found)
    }
    return taken
  }

  /// What `taken` holds that nobody allowed.
  func refusals(of taken: [TakenAsset]) -> [Fault] {
    taken.filter { $0.kind == .replace && !registration.mayReplace($0.asset) }.map(Fault.assetTaken)
  }
}

extension Runner {
  /// The registration's assets whose ids other unfinished batches use.
  func takenByOthers(_ registration: Registration) async throws(Fault) -> [TakenAsset] {
    let batch = registration.manifest.batchID
    let ended: Set<String> = [BatchState.Phase.committed.rawValue, BatchState.Phase.cancelled.rawValue]
    let rows: [BatchRow]
    do throws(StoreError) { rows = try await surroundings.store.batches() } catch { throw .ledger(error) }
    var taken: [TakenAsset] = []
    for row in rows where row.batch != batch.text && !ended.contains(row.state) {
      guard let id = BatchID(row.batch), let other = try await load(id).registration,
        other.branch == registration.branch
      else { continue }
      for asset in registration.manifest.assets {
        guard let theirs = other.manifest.asset(asset.id), let before = other.identity(of: theirs),
          let identity = registration.identity(of: asset)
        else { continue }
        taken.append(
          TakenAsset(
            asset: asset.id, kind: identity.taking(before), name: identity.name ?? asset.id.text,
            earlierName: before.name ?? asset.id.text, batch: row.batch,
            hasNewImage: identity.image != before.image))
      }
    }
    return taken
  }

  /// Refuses to replace what other unfinished batches are about to land, unless it is allowed.
  func refuseReplacingOthers(_ registration: Registration) async throws {
    let faults = try await takenByOthers(registration)
      .filter { $0.kind == .replace && !registration.mayReplace($0.asset) }.map(Fault.assetTaken)
    if !faults.isEmpty { throw Faults(faults) }
  }
}

/// The commit at which a batch's targets were looked at last in this process, and what its bundles have of replies.
final class SurveyedTip: Sendable {
  private let place = Mutex<GitID??>(nil)
  private let replies = Mutex<[AssetID: TipReply]>([:])

  func note(_ tip: GitID?) { place.withLock { $0 = .some(tip) } }
  func isAt(_ tip: GitID?) -> Bool { place.withLock { $0 == .some(tip) } }

  func note(_ found: [AssetID: TipReply]) { replies.withLock { $0 = found } }
  func reply(of asset: AssetID) -> TipReply? { replies.withLock { $0[asset] } }
}
