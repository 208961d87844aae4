import Core
import EventLog
import Testing

@testable import SQLiteLedger

/// Keeps what it is handed, and says what the derived tables should say.
private struct KeepingFold: OutlineFold {
  struct Kept: Hashable {
    var batch: String
    var position: Int64
    var version: Int64
    var timeMs: Int64
    var type: String
    var asset: String?
    var stage: String?
    var attempt: Int64?
    var payload: [UInt8]

    init(_ event: EventOutline, in batch: String) {
      self.batch = batch
      position = event.position
      version = event.version
      timeMs = event.timeMs
      type = event.type
      asset = event.asset
      stage = event.stage
      attempt = event.attempt
      payload = Array(event.payload)
    }
  }

  var kept: [Kept] = []
  var names: [String] = []
  var keys: [Int64: Digest] = [:]
  var state = "open"
  var states: [String] { names.map { _ in state } }

  mutating func take(_ event: EventOutline) -> DigestWords? {
    if event.batch == names.count { names.append(event.batchName) }
    kept.append(Kept(event, in: names[event.batch]))
    return keys[event.position].map { DigestWords($0) }
  }
}

extension LedgerVerifierTests {
  private func verify(_ fold: inout KeepingFold) throws(StoreError) -> LedgerVerification {
    try LedgerVerifier(folder).verify(folding: &fold)
  }

  @Test("A fold gets every event as the store has it, and the batches numbered as they came")
  func foldGetsAll() async throws {
    let events = try await fill()
    var fold = KeepingFold()
    let found = try verify(&fold)
    #expect(found.isWhole, "\(found)")
    #expect(found.indexed == Int64(events.count))
    #expect(fold.kept == events.map { event in event.withOutline { KeepingFold.Kept($0, in: event.batch) } })
    #expect(fold.kept.map(\.payload) == events.map(\.payload))
    #expect(Set(fold.names).count == 3 && fold.names.first == events.first?.batch)
  }

  @Test("A ledger of many pages, and of payloads larger than a page, reaches the fold whole")
  func manyPages() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    for version in 0..<40 {
      let events = (0..<100).map { index in
        NewEvent.sample(payload: String(repeating: "x", count: index == 50 ? 700_000 : version * 50 + index))
      }
      try await store.append(
        AppendRequest(batch: "long", expecting: Int64(version * 100), events: events, state: "open"))
    }
    await store.close()
    var fold = KeepingFold()
    #expect(try verify(&fold).isWhole)
    #expect(fold.kept.count == 4000)
    #expect(fold.kept.enumerated().allSatisfy { $0 + 1 == $1.position })
    #expect(fold.kept.allSatisfy { $0.payload.count == ($0.position % 100 == 51 ? 700_000 : Self.size($0)) })
  }

  private static func size(_ kept: KeepingFold.Kept) -> Int {
    let (version, index) = Int(kept.position - 1).quotientAndRemainder(dividingBy: 100)
    return version * 50 + index
  }

  @Test("Past a wrong event nothing is proven, but the fold gets what can still be read")
  func foldPastWrongEvent() async throws {
    let events = try await fill()
    tamper("UPDATE events SET time_ms = time_ms + 1 WHERE position = 77")
    var fold = KeepingFold()
    let found = try verify(&fold)
    #expect(found.finding?.position == 77)
    #expect(found.head.position == 76)
    #expect(fold.kept.count == events.count)
    #expect(found.tables == [] && found.indexed == nil && found.keysAgree == nil)
  }

  @Test("The states and keys of a fold are compared with the tables; events that the index lacks are missed")
  func foldAgainstTables() async throws {
    let events = try await fill()
    let key = Digest.sha256([9])
    var fold = KeepingFold()
    fold.keys = [3: key]
    fold.state = "packaged"
    let lacking = try verify(&fold)
    #expect(lacking.keysAgree == false)
    #expect(lacking.tables.count == 3, "\(lacking.tables)")
    #expect(!lacking.isWhole)
    tamper(
      """
      INSERT INTO event_keys VALUES (x'\(key.hex)', 3); UPDATE batches SET state = 'packaged';
      """)
    fold = KeepingFold()
    fold.keys = [3: key]
    fold.state = "packaged"
    let whole = try verify(&fold)
    #expect(whole.isWhole, "\(whole)")
    #expect(whole.keysAgree == true && whole.indexed == Int64(events.count))
    fold = KeepingFold()
    fold.keys = [4: key]
    fold.state = "packaged"
    #expect(try verify(&fold).keysAgree == false)
  }

  @Test("Digests are read from digits in lower case and from nothing else")
  func digestWords() {
    let digest = Digest.sha256([1])
    func read(_ text: String) -> Digest? {
      Array(text.utf8).withUnsafeBytes { DigestWords(hexDigits: $0) }?.digest
    }
    #expect(read(digest.hex) == digest)
    #expect(read(digest.hex + "\"}") == digest)
    #expect(read(String(digest.hex.dropLast())) == nil)
    for byte in UInt8.min...UInt8.max {
      let digits = Array(digest.hex.utf8.dropLast()) + [byte]
      let found = digits.withUnsafeBytes { DigestWords(hexDigits: $0) }
      let isDigit = "0123456789abcdef".utf8.contains(byte)
      #expect((found != nil) == isDigit, "\(byte)")
      if isDigit { #expect(found?.digest == Digest(hex: String(decoding: digits, as: UTF8.self))) }
    }
  }
}
