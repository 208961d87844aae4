import Core
import StrictJSON
import Testing

@testable import Runner

@Suite("What a bundle still has of a reply") struct TipReplyTests {
  private func found(_ idf: JSONValue) -> TipReply {
    TipReply(key: .zero, idf: idf, folder: "a", tip: GitID(String(repeating: "a", count: 40))!)
  }

  private let idf: JSONValue = [
    "schema": "idf/v1", "background": "#101820", "palette": ["primary": ["#2f6b4f"], "accents": []],
    "narrative": "Leaves.", "mode": "Stage", "specimens": ["Wattle"],
    "sources": [
      "background": "measured", "palette": "described", "narrative": "described", "mode": "given",
      "specimens": "described", "dimensions": "measured",
    ],
  ]

  @Test("What was described is the reply, where what was given still is")
  func described() throws {
    let reply = try #require(found(idf).reply(given: StatedFacts(["mode": "Salon"]), trust: []))
    let expected: JSONValue = [
      "palette": ["primary": ["#2f6b4f"], "accents": []], "narrative": "Leaves.", "specimens": ["Wattle"],
    ]
    #expect(reply.canonical == expected.canonical)
  }

  @Test("Nothing is told where what was said of a field may have been overruled, and no longer would be")
  func overruled() {
    #expect(found(idf).reply(given: StatedFacts([:]), trust: []) == nil)
    #expect(found(idf).reply(given: StatedFacts(["mode": "Salon"]), trust: [.background]) == nil)
    #expect(found(idf).reply(given: StatedFacts(["mode": "Salon"]), trust: [.palette]) != nil)
  }

  @Test("A source that is not known tells nothing, and neither does one without its field")
  func strange() {
    #expect(found(["sources": ["narrative": "dreamt"]]).reply(given: StatedFacts([:]), trust: []) == nil)
    #expect(found(["sources": ["narrative": "described"]]).reply(given: StatedFacts([:]), trust: []) == nil)
  }
}
