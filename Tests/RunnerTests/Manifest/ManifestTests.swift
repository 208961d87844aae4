import Core
import GitRepository
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("Manifest")
struct ManifestTests {
  static func read(
    _ bytes: [UInt8], under configuration: Configuration = Configuration()
  ) throws(Faults) -> Manifest {
    try Manifest.read(ManifestFile(bytes: bytes, path: "m.json", directory: "/base"), under: configuration)
  }

  static func faults(of bytes: [UInt8], under configuration: Configuration = Configuration()) -> [Fault] {
    do throws(Faults) {
      _ = try read(bytes, under: configuration)
      return []
    } catch {
      return error.all
    }
  }

  @Test(
    "Every fixture is taken, or refused with all its faults and their places", arguments: ManifestFixture.all)
  func fixtures(_ fixture: ManifestFixture) throws {
    let faults = Self.faults(of: try fixture.bytes)
    let told = faults.map { fault in
      "\(fault.line ?? 0):\(fault.column ?? 0) \(fault.code)" + (fault.asset.map { " \($0)" } ?? "")
    }
    #expect(told == fixture.faults)
    #expect(faults.allSatisfy { $0.exit == .manifestRefused && $0.path == "m.json" })
    #expect(fixture.faults.isEmpty == fixture.name.hasPrefix("good-"))
  }

  @Test("The cases and the files of the fixtures' folder are the same")
  func fixturesAreListed() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: ManifestFixture.folder)
    #expect(Set(files) == Set(ManifestFixture.all.map { "\($0.name).json" } + ["cases.json"]))
    #expect(ManifestFixture.all.filter { !$0.faults.isEmpty }.count >= 60)
  }

  @Test("A good manifest is read with everything in it")
  func readsEverything() throws {
    let text = """
      {"batch_id": "b-1", "assets": [{"asset_id": "ASSET-3", "path": "./in//a.png", "score": 92.0,
        "specs": {"z": 1.50, "name": "Canopy", "category": "patterns", "a": {"y": 1, "x": 2}},
        "idf": {"background": "#AABBCC", "palette": {"primary": ["#000000"], "accents": []}, "density_zones":
          {"upper_left": {"coverage": 0}, "central": {"coverage": 1}, "lower_right": {"coverage": 0.5}}}}]}
      """
    let manifest = try Self.read(Array(text.utf8))
    let asset = try #require(manifest.assets.first)
    #expect(manifest.batchID.text == "b-1")
    #expect(asset.id.text == "ASSET-3")
    #expect(asset.path == "./in//a.png")
    #expect(asset.source == "/base/in/a.png")
    #expect(asset.score == 92)
    #expect(asset.scoreText == "92")
    #expect(asset.category == "patterns")
    #expect(
      asset.specs == ["a": ["x": 2, "y": 1], "category": "patterns", "name": "Canopy", "z": 1.5])
    #expect(StatedFacts(try #require(asset.idf)).background == "#aabbcc")
    let id = try #require(AssetID("ASSET-3"))
    #expect(manifest.asset(id) == asset)
  }

  @Test("What is stored of a manifest is read back equal, digest included", arguments: ManifestFixture.all)
  func survivesCoding(_ fixture: ManifestFixture) throws {
    guard fixture.faults.isEmpty else { return }
    let manifest = try Self.read(try fixture.bytes)
    let coded = try JSONEncoder().encode(manifest)
    let decoded = try JSONDecoder().decode(Manifest.self, from: coded)
    #expect(decoded == manifest)
    #expect(Manifest(batchID: decoded.batchID, assets: decoded.assets).digest == manifest.digest)
  }

  @Test("White space, the order of fields, escapes and a number's spelling change no digest")
  func sameMeaningSameDigest() throws {
    let one =
      #"{"batch_id":"b","assets":[{"asset_id":"a","path":"é.png","score":92,"specs":{"x":100,"y":[1]}}]}"#
    let other = #"""
      { "assets" : [ { "specs" : { "y" : [ 1.0 ], "x" : 1e2 }, "score" : 92.0, "\u0070ath" : "\u00e9.png",
        "asset_id" : "a" } ],
        "batch_id" : "b" }
      """#
    let manifest = try Self.read(Array(one.utf8))
    #expect(try Self.read(Array(other.utf8)) == manifest)
    let file = ManifestFile(bytes: Array(one.utf8), path: "m.json", directory: "/elsewhere")
    #expect(try Manifest.read(file, under: Configuration()).digest == manifest.digest)
  }

  @Test(
    "Anything a manifest says changes its digest",
    arguments: [
      ("\"b\"", "\"B\""), ("\"a\"", "\"A\""), ("é.png", "e.png"), ("92", "92.5"), ("100", "100.5"),
      ("[1]", "[1,1]"),
      ("[1]", "[\"1\"]"), ("\"y\"", "\"z\""),
    ])
  func otherMeaningOtherDigest(_ old: String, _ new: String) throws {
    let one =
      #"{"batch_id":"b","assets":[{"asset_id":"a","path":"é.png","score":92,"specs":{"x":100,"y":[1]}}]}"#
    let other = one.replacing(old, with: new)
    #expect(other != one)
    #expect(try Self.read(Array(one.utf8)).digest != Self.read(Array(other.utf8)).digest)
  }

  @Test("The digest of a manifest stays what it was when it was first released")
  func digestIsStable() throws {
    let text =
      #"{"batch_id":"b","assets":[{"asset_id":"a","path":"a.png","score":92,"specs":{"x":1.50,"é":null}}]}"#
    let said =
      #"{"assets":[{"asset_id":"a","path":"a.png","score":92,"specs":{"x":1.5,"é":null}}],"batch_id":"b"}"#
    #expect(try Self.read(Array(text.utf8)).digest == Digest.sha256(said.utf8))
  }

  @Test("A configuration's limits and categories hold instead of the defaults")
  func obeysConfiguration() {
    var configuration = Configuration()
    configuration.policy.maxAssets = 1
    configuration.policy.minScore = 95.5
    configuration.layout.categories = ["posters"]
    let text = """
      {"batch_id": "b", "assets": [
        {"asset_id": "a", "path": "a.png", "score": 95.4, "specs": {"category": "patterns"}},
        {"asset_id": "b", "path": "b.png", "score": 96, "specs": {"category": "poster"}}]}
      """
    #expect(
      Self.faults(of: Array(text.utf8), under: configuration).map(\.message) == [
        "\"assets\": expected 1 to 1 assets, found 2, beyond the limit \"b\".",
        "\"score\" of the asset \"a\": expected a number from 95.5 to 100, found 95.4.",
        "\"specs.category\" of the asset \"a\": expected one of posters, found \"patterns\".",
        "\"specs.category\" of the asset \"b\": expected one of posters, found \"poster\".",
      ])
  }

  @Test(
    "More than a mebibyte is refused, and a manifest with countless faults lists a bounded number of them")
  func isBounded() {
    let large = [UInt8](repeating: 0x20, count: 2 << 20)
    #expect(Self.faults(of: large).map(\.code) == ["manifest_too_large"])
    let many =
      "{\"batch_id\":\"b\",\"assets\":[" + String(repeating: "{\"asset_id\":\"a\"},", count: 20_000) + "{}]}"
    let faults = Self.faults(of: Array(many.utf8))
    #expect(faults.count == ManifestReader.maxFaults)
    #expect(faults.contains { $0.code == "manifest_more" })
    for brackets in ["[", "{\"a\":", "{\"assets\":["] {
      #expect(!Self.faults(of: Array(String(repeating: brackets, count: 100_000).utf8)).isEmpty)
    }
  }

  @Test("Thousands of unknown fields are refused in a time that grows with its size only")
  func isLinear() {
    func text(_ count: Int) -> [UInt8] {
      let members = (0..<count).map { "\"k\($0)\":1," }.joined()
      return Array("{\"assets\":[{\"specs\":{},\"idf\":{\(members)\"z\":1}}],\(members)\"z\":1}".utf8)
    }
    let clock = ContinuousClock()
    let small = clock.measure { #expect(!Self.faults(of: text(1_000)).isEmpty) }
    let large = clock.measure { #expect(!Self.faults(of: text(8_000)).isEmpty) }
    // Eight times the fields: 8 if linear, 64 if quadratic; the room is for other work of the machine.
    #expect(large < small * 32)
  }

  @Test("Damaged manifests are read or refused, never with more faults than the limit or without a place")
  func survivesDamage() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let originals = try ManifestFixture.all.map { try $0.bytes }
    for _ in 0..<1_500 {
      guard var bytes = originals.randomElement(using: &random), !bytes.isEmpty else { continue }
      let other = originals.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1..<4, using: &random) {
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 0..<12, using: &random))
        let from = Int.random(in: 0...other.count, using: &random)
        bytes.replaceSubrange(start..<end, with: other[from..<min(other.count, from + 8)])
        if bytes.isEmpty { bytes = [0x7B] }
      }
      let faults = Self.faults(of: bytes)
      #expect(faults.count <= ManifestReader.maxFaults, "seed \(seed)")
      #expect(faults.allSatisfy { ($0.line ?? 0) > 0 && ($0.column ?? 0) > 0 }, "seed \(seed)")
    }
  }
}
