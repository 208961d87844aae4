import Core
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

@Suite("A tool's arguments are filled from a template")
struct ArgumentTemplateTests {
  @Test("Words stand for values at any depth, anything else stays as it is")
  func filling() throws {
    let template = try ArgumentTemplate(
      [
        "code": "@path", "n": 7, "deep": ["a": ["@asset_id", "@nothing", "x@path"]], "specs": "@specs",
        "s": "@specs",
      ],
      batch: false)
    #expect(template.words == [.path, .specs, .assetID])
    let specs: JSONValue = ["name": "{{x}}"]
    let filled = template.filled([.path: "/p", .specs: specs, .assetID: "A"]) { $0 == "s" }
    #expect(
      filled == [
        "code": "/p", "n": 7, "deep": ["a": ["A", "@nothing", "x@path"]], "specs": specs,
        "s": #"{"name":"{{x}}"}"#,
      ])
  }

  @Test("A value that looks like a word is not replaced again")
  func onceOnly() throws {
    let template = try ArgumentTemplate(["a": "@specs"], batch: false)
    #expect(template.filled([.specs: ["x": "@path"], .path: "/p"]) { _ in false } == ["a": ["x": "@path"]])
  }

  @Test("Words for one asset and for all don't mix", arguments: ["@path", "@base64", "@specs", "@asset_id"])
  func misfits(_ word: String) throws {
    let fault = try #require(throws: Fault.self) { try ArgumentTemplate(["a": .string(word)], batch: true) }
    #expect(fault.exit == .configuration && fault.message.contains(word))
    #expect(throws: Fault.self) { try ArgumentTemplate(["a": "@paths"], batch: false) }
    #expect(throws: Fault.self) { try ArgumentTemplate("@path", batch: false) }
  }
}
