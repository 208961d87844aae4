import Core
import EventLog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Follows the chain event by event, on the bytes where SQLite has them; stops at the first that is wrong.
struct ChainScan: ~Copyable {
  /// How far a batch's stream goes.
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
  private var ownPage = LeafPage(capacity: 4096)
  /// Where leaves are passed on to; nil where nothing is to be done with them but hashing.
  private let pages: LeafPages?

  init(anchors: [LedgerHead], handingTo pages: LeafPages?) {
    self.pages = pages
    self.anchors = anchors.sorted { $0.position < $1.position }[...]
    meetAnchors()
  }

  var head: LedgerHead { LedgerHead(position: position, hash: Digest(bytes: hash)) }

  /// Whether more rows are of any use: past a wrong event they prove nothing, but are still handed on.
  var wantsMore: Bool { finding == nil || pages != nil }

  /// Checks the next event.
  mutating func visit(_ row: StoredEvent) {
    let stream = stream(named: row.batch)
    let leaf = leaf(of: row, in: stream)
    if finding == nil { check(row, stream, leaf) }
  }

  private mutating func check(_ row: StoredEvent, _ stream: Int, _ leaf: UnsafeRawBufferPointer) {
    guard row.position == position + 1 else {
      return stop(.position, expected: "\(position + 1)", found: "\(row.position)")
    }
    guard row.version == streams[stream].version + 1 else {
      return stop(.version, expected: "\(streams[stream].version + 1)", found: "\(row.version)")
    }
    guard Self.equal(row.previous, hash) else {
      return stop(.previous, expected: Digest(bytes: hash).hex, found: Self.hex(row.previous))
    }
    computed.withUnsafeMutableBytes {
      hasher.write(position: row.position, previous: row.previous, leaf: leaf, into: $0)
    }
    guard Self.equal(row.hash, computed) else {
      return stop(.hash, expected: Digest(bytes: computed).hex, found: Self.hex(row.hash))
    }
    position = row.position
    swap(&hash, &computed)
    streams[stream] = Stream(version: row.version, position: row.position, timeMs: row.timeMs)
    if let next = anchors.first, next.position == position { meetAnchors() }
  }

  /// Ends the checks at the first finding: nothing from here on proves anything.
  mutating func stop(
    _ subject: LedgerVerification.Finding.Subject, expected: String, found: String
  ) {
    if finding != nil { return }
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

  private mutating func leaf(of row: StoredEvent, in stream: Int) -> UnsafeRawBufferPointer {
    if let pages { return pages.add(row, batch: stream) }
    ownPage.clear()
    ownPage.add(row, batch: stream)
    return ownPage.last
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
  private var last = 0
  private static let capacity = 8

  mutating func index(of name: UnsafeRawBufferPointer) -> Int? {
    if last < names.count, matches(last, name) { return names[last].index }
    guard let found = names.indices.first(where: { matches($0, name) }) else { return nil }
    last = found
    return names[found].index
  }

  mutating func remember(_ name: UnsafeRawBufferPointer, _ index: Int) {
    let entry = (bytes: Array(name), index: index)
    if names.count < Self.capacity { names.append(entry) } else { names[next] = entry }
    last = next
    next = (next + 1) % Self.capacity
  }

  private func matches(_ place: Int, _ name: UnsafeRawBufferPointer) -> Bool {
    guard names[place].bytes.count == name.count else { return false }
    return names[place].bytes.withUnsafeBytes { known in
      guard let one = known.baseAddress, let other = name.baseAddress else { return true }
      return memcmp(one, other, name.count) == 0
    }
  }
}
