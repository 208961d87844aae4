import Core
import EventLog
import StrictJSON

/// Composes the message of a batch's one commit: subject, a line an asset, and the trailers that anchor the
/// ledger.
package struct CommitMessage: Hashable, Sendable {
  /// Gives the reference batch the subject that the original request asks for.
  package static let defaultSubject = "feat(assets): Add batch {{title}} - Assets {{numbers}}"
  package static let placeholders = ["batch_id", "numbers", "title"]

  /// What the message says of an asset.
  package struct Asset: Hashable, Sendable {
    package var id: AssetID
    package var name: String
    package var category: String
    package var score: Double

    package init(id: AssetID, name: String, category: String, score: Double) {
      self.id = id
      self.name = name
      self.category = category
      self.score = score
    }
  }

  private let subject: PlaceholderTemplate

  /// Reads a subject template.
  package init(subject text: String = defaultSubject) throws(Fault) {
    subject = try PlaceholderTemplate(text, setting: "commit.subject", known: Self.placeholders)
    if text.allSatisfy(\.isWhitespace) { throw .commitSubjectRefused(text: text, why: "nothing") }
    if text.unicodeScalars.contains(where: VisibleText.isHidden) {
      throw .commitSubjectRefused(text: text, why: "a line break or a control character")
    }
    // Git ends a message at such a line when it looks for trailers.
    if text.hasPrefix("---") { throw .commitSubjectRefused(text: text, why: "\"---\" at its start") }
  }

  /// Returns the subject alone. `updating` says that every bundle was there before.
  package func subjectLine(batch: BatchID, assets: [AssetID], updating: Bool) -> String {
    let template = updating ? Self.updated(subject) : subject
    return template.expanded([
      "batch_id": batch.text, "title": Self.title(of: batch), "numbers": Self.numbers(of: assets),
    ])
  }

  /// Returns the whole message, ending in a line feed; assets in the order given.
  ///
  /// `content` is the digest of the manifest and its images: see `Registration.content`.
  package func text(
    batch: BatchID, assets: [Asset], updating: Bool, content: Digest, head: LedgerHead
  ) -> String {
    """
    \(subjectLine(batch: batch, assets: assets.map(\.id), updating: updating))

    \(assets.map { Self.line($0) + "\n" }.joined())
    \(Self.batchTrailer(batch))
    \(Self.manifestTrailer(content))
    Ledger-Head: \(Self.anchor(head))

    """
  }

  /// The message of the commit that undoes another.
  package static func revert(of commit: String, subject: String, batch: BatchID, head: LedgerHead) -> String {
    // A SHA-256 would make the line too long.
    let sentence = "This reverts commit" + (commit.count > 40 ? "\n" : " ") + "\(commit)."
    return """
      Revert "\(subject)"

      \(sentence)

      \(batchTrailer(batch))
      Ledger-Revert: \(commit)
      Ledger-Head: \(anchor(head))

      """
  }

  /// The trailer that tells a batch's commits.
  package static func batchTrailer(_ batch: BatchID) -> String { "Ledger-Batch: \(batch)" }

  /// The trailer that tells what was landed, in any clone.
  package static func manifestTrailer(_ content: Digest) -> String {
    "Ledger-Manifest: \(content.hex.prefix(LedgerHead.shownDigits))"
  }

  /// What the trailer `Ledger-Head` says: at most 80 columns with its name.
  package static func anchor(_ head: LedgerHead) -> String {
    "\(head.position):\(head.hash.hex.prefix(LedgerHead.shownDigits))"
  }

  /// The batch's id without a leading `batch-`, hyphens as spaces; the id itself if nothing remains.
  package static func title(of batch: BatchID) -> String {
    let rest = batch.text.hasPrefix("batch-") ? batch.text.dropFirst("batch-".count) : batch.text[...]
    let words = rest.split(separator: "-")
    return words.isEmpty ? batch.text : words.joined(separator: " ")
  }

  /// The ids' trailing numbers if all ids are one prefix and a number, else the ids; joined by commas.
  package static func numbers(of assets: [AssetID]) -> String {
    let parts = assets.map { asset in
      let prefix = asset.text.reversed().drop { $0.isASCII && $0.isNumber }.count
      return (prefix: asset.text.prefix(prefix), number: asset.text.dropFirst(prefix))
    }
    let alike = parts.allSatisfy { $0.prefix == parts.first?.prefix && !$0.number.isEmpty }
    return (alike ? parts.map { String($0.number) } : assets.map(\.text)).joined(separator: ",")
  }

  /// The most columns of a line, as mail and commit linters have it.
  private static let columns = 80

  /// `- ASSET-3: Nocturnal Canopy (patterns, score 92)`, the name cut where the line gets too long.
  private static func line(_ asset: Asset) -> String {
    let start = "- \(asset.id): "
    let end = " (\(short(asset.category, to: 32)), score \(JSONNumber(asset.score).text))"
    // Counted as scalars: a mark above a letter is a scalar of its own, and could be one of thousands.
    let room = columns - start.unicodeScalars.count - end.unicodeScalars.count
    return start + short(asset.name, to: max(12, room)) + end
  }

  /// A string without the signs by which hosts of repositories take a message for an order: `[skip ci]`, `fixes #1`,
  /// `@name`.
  private static func short(_ text: String, to limit: Int) -> String {
    let orders = "[]#@".unicodeScalars
    // Only as much of a string is looked at as can be shown: it may be a megabyte.
    let start = text.unicodeScalars.prefix(1000).map { orders.contains($0) ? " " : $0 }
    let plain = VisibleText.line(String(String.UnicodeScalarView(start)))
    guard plain.unicodeScalars.count > limit || plain.utf8.count > 2 * columns else { return plain }
    var cut = String.UnicodeScalarView(plain.unicodeScalars.prefix(limit - 1))
    while String(cut).utf8.count > 2 * columns - 3 { cut.removeLast() }
    return String(cut) + "…"
  }

  /// Replaces the first "Add" that is a word of its own, in what the template says and not in its values.
  private static func updated(_ template: PlaceholderTemplate) -> PlaceholderTemplate {
    var result = template
    for (index, piece) in template.pieces.enumerated() {
      guard case .literal(let text) = piece, let updated = updated(text) else { continue }
      result.pieces[index] = .literal(updated)
      break
    }
    return result
  }

  private static func updated(_ text: String) -> String? {
    for (word, other) in [("Add", "Update"), ("add", "update")] {
      for range in text.ranges(of: word) {
        let before = text[..<range.lowerBound].last
        let after = text[range.upperBound...].first
        guard before?.isLetter != true, after?.isLetter != true else { continue }
        return text[..<range.lowerBound] + other + text[range.upperBound...]
      }
    }
    return nil
  }
}
