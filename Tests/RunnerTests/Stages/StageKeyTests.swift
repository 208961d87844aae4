import Core
import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import BatchModel
@testable import Extractors
@testable import Runner

@Suite("Keys: idempotent by content")
struct StageKeyTests {
  private func brief(_ name: String = "Night", id: Int = 1, mode: String = "Gallery") throws -> AssetBrief {
    let draft = ManifestDraft(
      batchID: "b",
      assets: [
        .init(
          id: Batches.asset(id).text, path: "a.png", score: 95,
          specs: ["name": .string(name), "category": "patterns", "mode": .string(mode)])
      ])
    return try AssetBrief(try draft.manifest(relativeTo: "/images").assets[0], in: Configuration())
  }

  private func asset(_ number: Int = 1, image: String = "image", salt: AssetState.Salt? = nil) -> AssetState {
    var asset = AssetState(
      id: Batches.asset(number),
      image: PinnedImage(asset: Batches.asset(number), digest: Batches.digest(image), sizeBytes: 1))
    asset.salt = salt
    return asset
  }

  private let identity = ExtractorIdentity(kind: "mcp", parts: ["name": "n", "version": "1"])

  private func extract(
    _ asset: AssetState, _ brief: AssetBrief, identity: ExtractorIdentity? = nil
  ) -> Digest {
    var settings = ExtractorSettings()
    settings.kind = .exec
    return StageKey.extract(
      asset, sent: SentSpecs.of(brief.specs, to: settings), setup: Batches.digest("setup"),
      identity: identity ?? self.identity
    ).digest
  }

  @Test("The same parts give the same key; a part moved over a border another")
  func framing() {
    #expect(StageKey([.init("a", "bc")]) == StageKey([.init("a", "bc")]))
    let moved = [[StageKey.Part("a", "bc")], [.init("ab", "c")], [.init("a", "b"), .init("c", "")], []]
    #expect(Set(moved.map { StageKey($0).digest }).count == moved.count)
  }

  @Test("A stored key is read as Swift's own decoder reads it, and what is not one is refused")
  func stored() throws {
    let key = StageKey([.init("a", "b\n\"é\u{1f600}"), .init("", ""), .init("\\", "\u{0}")])
    let texts = [
      String(decoding: CanonicalJSON.encode(key), as: UTF8.self),
      #"{"parts":[{"value":"v","more":[{"name":1}],"n\u0061me":"n"}],"digest":"HEX","more":{}}"#,
      #"{"digest":"HEX","parts":[]}"#,
      #"{"digest":"HEX","parts":{}}"#, #"{"digest":"HEX"}"#, #"{"digest":"HEX","parts":null}"#,
      #"{"digest":"HEX","parts":[{"name":"n"}]}"#, #"{"digest":"HEX","parts":[{"name":"n","value":1}]}"#,
      #"{"digest":"HEX","parts":["name","value"]}"#, #"{"parts":[]}"#, "[]",
    ].map { $0.replacing("HEX", with: key.digest.hex) }
    for (number, text) in texts.enumerated() {
      let bytes = Array(text.utf8)
      let expected = try? JSONDecoder().decode(StageKey.self, from: Data(bytes))
      #expect((expected != nil) == (number < 3), "\(text)")
      #expect((try? JSONTapeDecoder.decode(StageKey.self, from: bytes)) == expected, "\(text)")
    }
    #expect(try JSONTapeDecoder.decode(StageKey.self, from: Array(texts[0].utf8)) == key)
  }

  @Test("`validate` and `extract` are the same for another asset with the same image and specs")
  func sharedAcrossAssets() throws {
    #expect(StageKey.validate(asset(1)).digest == StageKey.validate(asset(2)).digest)
    #expect(extract(asset(1), try brief(id: 1)) == extract(asset(2), try brief(id: 2)))
    #expect(StageKey.validate(asset(image: "other")).digest != StageKey.validate(asset()).digest)
  }

  @Test(
    "Image, what is sent and everything the extractor says of itself are in the key of `extract`, names aren't"
  )
  func extractParts() throws {
    let plain = extract(asset(), try brief())
    #expect(plain == extract(asset(), try brief("Day")))
    #expect(plain != extract(asset(), try brief(mode: "Day")))
    #expect(plain != extract(asset(image: "other"), try brief()))
    #expect(plain != extract(asset(), try brief(), identity: .init(kind: "exec", parts: identity.parts)))
    #expect(
      plain
        != extract(asset(), try brief(), identity: .init(kind: "mcp", parts: ["name": "n", "version": "2"])))
  }

  @Test(
    "Of the specs, only what the call carries is in the key",
    arguments: [
      (.local, ["code": "@prompt"], "{}"), (.mcp, ["code": "@path"], "{}"),
      (.mcp, ["code": "@prompt"], #"{"mode":"M"}"#), (.mcp, ["f": "@briefs"], #"{"mode":"M"}"#),
      (.mcp, ["c": "@specs"], #"{"mode":"M","size":1}"#), (.exec, [:], #"{"mode":"M","size":1}"#),
    ] as [(ExtractorSettings.Kind, JSONValue, String)])
  func sent(_ kind: ExtractorSettings.Kind, _ arguments: JSONValue, _ expected: String) {
    var settings = ExtractorSettings()
    (settings.kind, settings.arguments) = (kind, arguments)
    settings.batch = arguments["f"] != nil
    let specs: JSONValue = ["name": "N", "category": "icons", "mode": "M", "size": 1]
    #expect(JSONWriter.canonical(SentSpecs.of(specs, to: settings)) == Array(expected.utf8))
  }

  @Test("What an extractor said of itself is read back from the key")
  func identityReadBack() throws {
    let key = StageKey.extract(asset(), sent: [:], setup: Batches.digest("s"), identity: identity)
    #expect(ExtractorIdentity(key) == identity)
    #expect(ExtractorIdentity(StageKey.validate(asset())) == nil)
  }

  @Test("`render` depends on the asset's id and name, what was measured and said, and the templates")
  func render() throws {
    func key(
      _ number: Int = 1, name: String = "Night", measured: String = "m", reply: String = "r",
      asked: String = "a", trust: [FactsMerge.Trusted] = [], templates: [String: Digest] = [:]
    ) throws -> Digest {
      StageKey.render(
        asset(number), try brief(name, id: number), measured: Batches.digest(measured),
        reply: Batches.digest(reply), asked: Batches.digest(asked), trust: trust, templates: templates
      ).digest
    }
    let plain = try key()
    #expect(try plain == key())
    #expect(try plain != key(2))
    #expect(try plain != key(name: "Day"))
    #expect(try plain != key(asked: "b"))
    #expect(try plain != key(measured: "other"))
    #expect(try plain != key(reply: "other"))
    #expect(try plain != key(trust: [.palette]))
    #expect(try plain != key(templates: ["context.md": Batches.digest("t")]))
  }

  @Test("`package` depends on what was rendered and where it goes")
  func package() throws {
    func key(_ name: String, _ output: String) throws -> Digest {
      StageKey.package(
        asset(), try brief(name),
        rendered: [StageOutput(name: "usage.md", digest: Batches.digest(output), sizeBytes: 1)]
      ).digest
    }
    #expect(try key("Night", "x") == key("Night", "x"))
    #expect(try key("Night", "x") != key("Night", "y"))
    #expect(try key("Night", "x") != key("Day", "x"))
  }

  @Test("A retry's salt makes new keys from its stage on, and leaves those before")
  func salt() throws {
    let salted = asset(salt: .init(from: .extract, text: "run-9"))
    #expect(StageKey.validate(salted).digest == StageKey.validate(asset()).digest)
    #expect(extract(salted, try brief()) != extract(asset(), try brief()))
  }

  @Test("What was asked is the same question where a person wanted another answer to it")
  func asAsked() {
    let salted = asset(salt: .init(from: .extract, text: "run-9"))
    #expect(StageKey.extract(salted, provided: [:]).asAsked == StageKey.extract(asset(), provided: [:]))
  }

  @Test("No part of a key is a time, a host or an absolute path")
  func noSurroundings() throws {
    let key = StageKey.render(
      asset(), try brief(), measured: nil, reply: Batches.digest("i"), asked: nil, trust: [],
      templates: [:])
    // The address on the site begins with a slash, and is not a path of this machine.
    #expect(!key.parts.contains { $0.name != "url" && $0.value.hasPrefix("/") })
    #expect(key.parts.first == .init("stage", "render/3"))
  }
}
