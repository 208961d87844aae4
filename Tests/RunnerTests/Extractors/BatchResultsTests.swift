import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

@Suite("An aggregated answer is taken apart by file")
struct BatchResultsTests {
  private let paths = ["/o/a.png", "/o/b.png", "/p/b.png"]

  private func results(_ entries: [JSONValue]) throws -> BatchResults {
    try #require(BatchResults(["batch_results": .array(entries)], paths: paths))
  }

  @Test("Analyses and errors go to their files, a file that isn't mentioned has no answer")
  func byPath() throws {
    let results = try results([
      ["file": "/o/b.png", "error": "too dark"], ["file": "/o/a.png", "analysis": "{}", "error": nil],
    ])
    #expect(results.answers["/o/a.png"] == .analysis("{}"))
    #expect(results.answers["/o/b.png"] == .error("too dark"))
    #expect(results.answers["/p/b.png"] == .unusable("says nothing of the file"))
    #expect(results.notes.isEmpty)
  }

  @Test("A shortened path is understood where only one file can be meant")
  func byName() throws {
    let results = try results([
      ["file": "a.png", "analysis": 1], ["file": "b.png", "analysis": 2], ["file": "p/b.png", "analysis": 3],
      ["file": "file:///o/b.png", "analysis": 4], ["file": "/elsewhere/a.png", "analysis": 5],
    ])
    #expect(results.answers["/o/a.png"] == .analysis(1))
    #expect(results.answers["/o/b.png"] == .analysis(4))
    #expect(results.answers["/p/b.png"] == .unusable("says nothing of the file"))
    #expect(results.notes.count == 3)
  }

  @Test("Said twice is fine if it is the same, and unusable if not")
  func twice() throws {
    let results = try results([
      ["file": "/o/a.png", "analysis": 1], ["file": "/o/a.png", "analysis": 1],
      ["file": "/o/b.png", "analysis": 1], ["file": "/o/b.png", "error": "x"],
    ])
    #expect(results.answers["/o/a.png"] == .analysis(1))
    #expect(results.answers["/o/b.png"] == .unusable("names the file twice and says different things of it"))
  }

  @Test("Entries without a file, of nobody's file or with nothing in them are told")
  func odd() throws {
    let results = try results([7, ["analysis": 1], ["file": "/x", "analysis": 1], ["file": "/o/a.png"]])
    #expect(results.notes.count == 3)
    #expect(results.answers["/o/a.png"] == .unusable("has neither \"analysis\" nor \"error\" for the file"))
    #expect(BatchResults(["results": []], paths: paths) == nil)
  }
}
