import BatchModel
import Core
import FileStore
import GitRepository
import StrictJSON

/// What an extractor said of an asset, as the bundle at the tip still has it: a fresh clone, or a ledger that was lost,
/// pays no second time for it.
struct TipReply: Hashable, Sendable {
  /// The key of the `extract` that it came from.
  var key: Digest
  /// The bundle's design facts, with where each came from.
  var idf: JSONValue
  /// The bundle's folder, from the repository's top.
  var folder: String
  /// The commit that was looked at.
  var tip: GitID

  /// The reply as far as it decides, for an asset that is given this; nil where the bundle does not tell.
  ///
  /// What a manifest gave is in the bundle instead of what was said of it, and what was refused in favour of the
  /// measurement is not there either: it must be given still, and be refused still.
  func reply(given: StatedFacts, trust: Set<FactsMerge.Trusted>) -> JSONValue? {
    var said: [JSONValue.Member] = []
    for source in idf["sources"]?.members ?? [] {
      switch source.value.string.flatMap(IDF.Source.init) {
      case .described:
        guard let value = idf[source.name] else { return nil }
        said.append(.init(source.name, value))
      case .given: if !given.fieldsSaid.contains(source.name) { return nil }
      case .measured: if trust.contains(where: { $0.rawValue == source.name }) { return nil }
      case nil: return nil
      }
    }
    return .object(said)
  }
}

extension StatedFacts {
  /// The fields of an IDF of which something is said that a merge may take.
  fileprivate var fieldsSaid: Set<String> {
    var fields: Set<String> = []
    for (name, isSaid) in [
      ("background", background != nil), ("palette", !primary.isEmpty || !accents.isEmpty),
      ("specimens", !specimens.isEmpty), ("mode", mode != nil), ("purpose", purpose != nil),
      ("narrative", narrative != nil), ("motifs", !motifs.isEmpty), ("tags", !tags.isEmpty),
      ("placement", placement != nil), ("alt", alt != nil),
    ] where isSaid { fields.insert(name) }
    return fields
  }
}

extension EarlierBundles {
  /// What the bundles still have of replies.
  func replies(at tip: GitID) -> [AssetID: TipReply] {
    var replies: [AssetID: TipReply] = [:]
    for (asset, facts) in facts {
      guard let key = facts.extractKey, let idf = facts.idf, let place = tokens[asset] else { continue }
      replies[asset] = TipReply(
        key: key, idf: idf, folder: String(place.dropLast("/tokens.json".count)), tip: tip)
    }
    return replies
  }
}

extension StageWork {
  /// Looks for replies at the tip, for who wants to know of them before a survey.
  func noteReplies(at destination: Preflight.Destination) throws(Fault) {
    guard isLimited, let tip = destination.parent else { return }
    let earlier = try EarlierBundles(
      at: tip, of: briefsInOrder, layout: configuration.layout, in: surroundings.repository())
    surveyed.note(earlier.replies(at: tip))
  }

  /// The answer to this question that a commit of ours landed, in a bundle that nobody has changed since.
  func landed(_ key: StageKey, of asset: AssetState) async throws(Fault) -> StageCompletion? {
    let brief = brief(of: asset.id)
    guard let found = surveyed.reply(of: asset.id), found.key == key.digest,
      let reply = found.reply(given: StatedFacts(brief.stated), trust: Set(configuration.extractor.trust)),
      let change = try surroundings.repository().lastChange(of: found.folder, from: found.tip),
      change.batch != nil
    else { return nil }
    return StageCompletion(
      how: .reused, key: key, outputs: [try await keep(reply)], durationMs: 0, from: change.commit.text)
  }
}
