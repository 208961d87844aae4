import Runner
import StrictJSON

/// What `verify` found, as scripts see it: `ledgerctl/verify/v1`.
enum ReviewDocument {
  static func json(_ review: LedgerReview) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "ledgerctl/verify/v1"), .init("whole", .bool(review.isWhole)),
      .init("events", JSONValue(review.head.position)), .init("hash", .string(review.head.hash.hex)),
      .init("batches", JSONValue(review.batches)), .init("objects", JSONValue(review.objects)),
      .init("anchors", JSONValue(review.anchors)),
      .init("anchored_position", JSONValue(review.anchoredPosition)),
    ]
    if let position = review.firstBadPosition {
      members.append(.init("first_bad_position", JSONValue(position)))
    }
    members.append(.init("findings", .array(review.findings.map(finding))))
    return .object(members)
  }

  private static func finding(_ finding: LedgerReview.Finding) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("level", .string(finding.level.rawValue)), .init("check", .string(finding.check.rawValue)),
      .init("message", .string(finding.message)), .init("repaired", .bool(finding.isRepaired)),
    ]
    if let position = finding.position { members.append(.init("position", JSONValue(position))) }
    for (name, text) in [("batch", finding.batch), ("path", finding.path)] {
      if let text { members.append(.init(name, .string(text))) }
    }
    return .object(members)
  }
}
