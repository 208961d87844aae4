import Core
import Runner

/// What `verify` found, for people.
enum ReviewText {
  private static let noteLimit = 20

  static func lines(_ review: LedgerReview, _ style: Style) -> [String] {
    // A rewritten history makes a note of every commit: the first few tell what there is to tell.
    let errors = review.findings.filter { $0.level == .error }
    let notes = review.findings.filter { $0.level == .note }
    var lines = (errors + notes.prefix(noteLimit)).map { finding in
      let label =
        finding.isRepaired
        ? style("repaired:", .good) : finding.level == .error ? style("error:", .bad) : style("note:", .quiet)
      return "\(label) \(VisibleText.line(finding.message))"
    }
    if notes.count > noteLimit {
      lines.append(style("note:", .quiet) + " and \(notes.count - noteLimit) notes more")
    }
    if let position = review.firstBadPosition { lines.append("First bad position: \(position)") }
    let extent =
      "\(RunText.counted(Int(review.head.position), "event")) of "
      + "\(RunText.counted(review.batches, "batch", "batches")), "
      + "\(RunText.counted(review.objects, "object")), \(RunText.counted(review.anchors, "anchor"))"
    let anchored = review.anchors > 0 ? ", proven up to position \(review.anchoredPosition)" : ""
    lines.append(
      (review.isWhole ? style("Intact:", .good) : style("Not intact:", .bad)) + " \(extent)\(anchored)")
    return lines
  }
}
