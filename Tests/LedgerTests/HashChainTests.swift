import Core
import EventLog
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("The hash chain") struct HashChainTests {
  private struct Vectors: Decodable {
    var events: [Vector]
  }

  private struct Vector: Decodable {
    var name: String
    var position: Int64
    var version: Int64
    var timeMs: Int64
    var attempt: Int64?
    var batch: String
    var run: String
    var asset: String?
    var stage: String?
    var type: String
    var payload: String
    var previous: Digest
    var hash: Digest
  }

  private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  @Test("Every shipped vector comes out, and together they are a chain")
  func vectors() throws {
    let json = Data(TemporaryFolder.bytes(of: Self.root + "/docs/hash-chain-vectors.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let vectors = try decoder.decode(Vectors.self, from: json).events
    #expect(vectors.count >= 8)
    var previous = Digest.zero
    for vector in vectors {
      let digits = Array(vector.payload)
      let payload = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0..<$0 + 2]), radix: 16)
      }
      let event = NewEvent(
        timeMs: vector.timeMs, run: vector.run, type: vector.type, asset: vector.asset,
        stage: vector.stage, attempt: vector.attempt, payload: payload)
      let hash = HashChain.hash(
        of: event, in: vector.batch, position: vector.position, version: vector.version,
        previous: vector.previous)
      #expect(vector.previous == previous, "\(vector.name)")
      #expect(hash == vector.hash, "\(vector.name)")
      previous = hash
    }
  }

  @Test("A few lines of Python come to the same hashes")
  func independentProof() {
    let outcome = Command.run("python3", Self.root + "/Tests/LedgerTests/hash-chain-vectors.py")
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  @Test("Whatever is changed in an event changes its hash")
  func everyFieldCounts() {
    let event = Event(
      position: 2, version: 1, timeMs: 5, batch: "b", run: "r", type: "t", asset: "a", stage: nil,
      attempt: 1, payload: [1], previous: .sha256([1]), hash: .zero)
    var hashes: Set<Digest> = [HashChain.hash(of: event)]
    func insert(
      position: Int64 = 2, version: Int64 = 1, timeMs: Int64 = 5, batch: String = "b", run: String = "r",
      type: String = "t", asset: String? = "a", stage: String? = nil, attempt: Int64? = 1,
      payload: [UInt8] = [1], previous: Digest = .sha256([1])
    ) {
      let changed = Event(
        position: position, version: version, timeMs: timeMs, batch: batch, run: run, type: type,
        asset: asset, stage: stage, attempt: attempt, payload: payload, previous: previous, hash: .zero)
      hashes.insert(HashChain.hash(of: changed))
    }
    insert(position: 3)
    insert(version: 2)
    insert(timeMs: 6)
    insert(batch: "br", run: "")
    insert(run: "")
    insert(type: "")
    insert(asset: nil)
    insert(asset: nil, stage: "a")
    insert(asset: "")
    insert(stage: "")
    insert(attempt: nil)
    insert(attempt: 0)
    insert(payload: [])
    insert(payload: [1, 0])
    insert(previous: .zero)
    #expect(hashes.count == 16)
  }
}
