#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Follows the chain event by event, on the bytes where SQLite has them; stops at the first that is wrong.
struct ChainScan: ~Copyable {
  /// Where a batch's stream stands.
  struct Stream {
    var version: Int64 = 0
    var position: Int64 = 0
    var timeMs: Int64 = 0
  }

  private(set) var finding: LedgerVerification.Finding?
  private(set) var anchorsFound: [LedgerVerification.Anchor] = []
  private(set) var streams: [Stream] = []
  private(set) var indexes: [String: Int] = [:]
  private var position: Int64 = 0
  private var hash = [UInt8](repeating: 0, count: 32)
  private var computed = [UInt8](repeating: 0, count: 32)
  private var hasher = ChainHasher()
  private var recent = RecentNames()
  private var anchors: ArraySlice<LedgerHead>

  init(anchors: [LedgerHead]) {
    self.anchors = anchors.sorted { $0.position < $1.position }[...]
    meetAnchors()
  }

  var head: LedgerHead { LedgerHead(position: position, hash: Digest(bytes: hash)) }

  /// Checks the row on which a statement stands, its columns those of `EventSelection.columns`.
  mutating func visit(_ row: Statement) {
    let found = row.integer(0)
    guard found == position + 1 else {
      return stop(.position, expected: "\(position + 1)", found: "\(found)")
    }
    let version = row.integer(1)
    let batch = row.rawText(3)
    let stream = stream(named: batch)
    guard version == streams[stream].version + 1 else {
      return stop(.version, expected: "\(streams[stream].version + 1)", found: "\(version)")
    }
    let previous = row.rawBlob(10)
    guard Self.equal(previous, hash) else {
      return stop(.previous, expected: Digest(bytes: hash).hex, found: Self.hex(previous))
    }
    compute(row, position: found, version: version, batch: batch, previous: previous)
    let stored = row.rawBlob(11)
    guard Self.equal(stored, computed) else {
      return stop(.hash, expected: Digest(bytes: computed).hex, found: Self.hex(stored))
    }
    position = found
    swap(&hash, &computed)
    streams[stream] = Stream(version: version, position: found, timeMs: row.integer(2))
    if let next = anchors.first, next.position == found { meetAnchors() }
  }

  /// Ends the scan: nothing from here on proves anything.
  mutating func stop(
    _ subject: LedgerVerification.Finding.Subject, expected: String, found: String
  ) {
    finding = LedgerVerification.Finding(
      position: position + 1, subject: subject, expected: expected, found: found)
  }

  /// Notes the anchors that were not met: the ledger ends before them.
  mutating func endAnchors() {
    anchorsFound += anchors.map { LedgerVerification.Anchor(head: $0, found: nil) }
    anchors = []
  }

  private mutating func meetAnchors() {
    while let anchor = anchors.first, anchor.position <= position {
      anchorsFound.append(
        LedgerVerification.Anchor(
          head: anchor, found: anchor.position == position ? Digest(bytes: hash) : nil))
      anchors.removeFirst()
    }
  }

  private mutating func compute(
    _ row: Statement, position: Int64, version: Int64, batch: UnsafeRawBufferPointer,
    previous: UnsafeRawBufferPointer
  ) {
    hasher.beginLeaf(
      position: position, version: version, timeMs: row.integer(2), attempt: row.optionalInteger(8))
    hasher.append(batch)
    hasher.append(row.rawText(4))
    hasher.append(optional: row.rawOptionalText(6))
    hasher.append(optional: row.rawOptionalText(7))
    hasher.append(row.rawText(5))
    hasher.append(row.rawBlob(9))
    computed.withUnsafeMutableBytes { hasher.finish(position: position, previous: previous, into: $0) }
  }

  private mutating func stream(named name: UnsafeRawBufferPointer) -> Int {
    if let index = recent.index(of: name) { return index }
    let text = String(decoding: name, as: UTF8.self)
    let index = indexes[text] ?? streams.count
    if index == streams.count {
      streams.append(Stream())
      indexes[text] = index
    }
    recent.remember(name, index)
    return index
  }

  private static func equal(_ bytes: UnsafeRawBufferPointer, _ hash: [UInt8]) -> Bool {
    guard bytes.count == 32, let start = bytes.baseAddress else { return false }
    return memcmp(start, hash, 32) == 0
  }

  private static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    bytes.count == 32 ? Digest(bytes: bytes).hex : "\(bytes.count) bytes"
  }
}

/// The names met last, found by their bytes alone: most events belong to a batch that was just met.
private struct RecentNames {
  private var names: [(bytes: [UInt8], index: Int)] = []
  private var next = 0
  private static let capacity = 8

  func index(of name: UnsafeRawBufferPointer) -> Int? {
    names.first { entry in
      entry.bytes.count == name.count
        && entry.bytes.withUnsafeBytes { known in
          guard let one = known.baseAddress, let other = name.baseAddress else { return true }
          return memcmp(one, other, name.count) == 0
        }
    }?.index
  }

  mutating func remember(_ name: UnsafeRawBufferPointer, _ index: Int) {
    let entry = (bytes: Array(name), index: index)
    if names.count < Self.capacity { names.append(entry) } else { names[next] = entry }
    next = (next + 1) % Self.capacity
  }
}
