import Foundation
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("The page about a batch, through the command", .serialized, .timeLimit(.minutes(5)))
struct ReportPageTests {
  private static let markup = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' \u{202E}exe"

  /// A batch that was limited, failed once, was killed within a call, and landed; every call costs.
  private func landed() async throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.writeManifest { draft in
      for index in draft.assets.indices {
        draft.assets[index].specs = ["name": .string(Self.markup), "category": "patterns", "mode": "<b>"]
      }
    }
    let reply = #"{"narrative":"Night </script><img src=x onerror=alert(1)> falls.","alt":"\"><b>Leaves"}"#
    let gate = try Gate.inCall(
      5, of: folder,
      """
      case $call in
      2) echo 'HTTP 429: retry after 1 seconds <script>alert(1)</script>' >&2; exit 75;;
      4) echo 'No JSON, but <script>alert(1)</script>'; exit 0;;
      esac
      echo '\(reply)'
      """,
      settings: """
        extractor: { kind: exec, command: [/bin/sh, extract.sh], price_per_call: 0.002 USD }
        limits: { in_flight: 1 }
        """)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    kill(try await gate.waitForOne(of: run), SIGKILL)
    #expect(await run.waitForExit() == .signal(SIGKILL))
    let resumed = try await folder.ledgerctl("resume", "@last")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    return folder
  }

  /// The attributes of every element of the page that has one of them.
  private func elements(_ page: String, having name: String) throws -> [[String: String]] {
    let pattern = try Regex("<[a-z]+ [^<>]*\(name)=\"[^<>]*>")
    return page.matches(of: pattern).map { match in
      let pairs = page[match.range].matches(of: /([a-z-]+)="([^"]*)"/).map { (String($0.1), String($0.2)) }
      return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
  }

  @Test("It tells of a batch that was limited, killed, retried and landed; its values are the ledger's")
  func story() async throws {
    let folder = try await landed()
    let written = try await folder.ledgerctl("report", "@last", "--html", "page.html")
    #expect(written.exit == 0 && written.text.isEmpty && written.errors.contains("Written to page.html."))
    let page = String(decoding: try folder.read("page.html"), as: UTF8.self)
    #expect(page.utf8.count < 5 << 20)
    let commit = try folder.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
    #expect(page.contains(">landed</span>") && page.contains(commit) && page.contains("0.008 USD"))
    #expect(page.contains("2 runs, 1 of them interrupted") && page.contains("1 in doubt"))
    #expect(page.components(separatedBy: "data:image/png;base64,").count == 4)
    #expect(page.contains("Not verified in this report."))

    let events = try await folder.events()
    let times = try Dictionary(
      uniqueKeysWithValues: events.map { event in
        (
          try #require(event["position"]?.double.map { String(Int($0)) }),
          try #require(event["time"]?.string.flatMap(Self.ms))
        )
      })
    try checkTable(page, events, times)
    try checkTimeline(page, events, times)
    try await checkStandardOutput(folder, page)
    try await checkInBrowser(folder)
  }

  private static func ms(_ time: String) -> String? {
    let clock = ISO8601DateFormatter()
    clock.formatOptions.insert(.withFractionalSeconds)
    return clock.date(from: time).map { String(Int64(($0.timeIntervalSince1970 * 1_000).rounded())) }
  }

  private func checkTable(_ page: String, _ events: [JSONValue], _ times: [String: String]) throws {
    let rows = try elements(page, having: "data-type")
    #expect(rows.compactMap { $0["data-type"] } == events.compactMap { $0["type"]?.string })
    #expect(rows.compactMap { $0["data-run"] } == events.compactMap { $0["run"]?.string })
    for row in rows { #expect(row["data-time"] == times[row["data-position"] ?? ""]) }
  }

  private func checkTimeline(_ page: String, _ events: [JSONValue], _ times: [String: String]) throws {
    let segments = try elements(page, having: "data-kind")
    for segment in segments {
      #expect(segment["data-start"] == times[segment["data-from"] ?? ""], "\(segment)")
      if let end = segment["data-to"] { #expect(segment["data-end"] == times[end], "\(segment)") }
    }
    let marks = try elements(page, having: "data-mark")
    for mark in marks { #expect(mark["data-recorded"] == times[mark["data-position"] ?? ""], "\(mark)") }

    // One segment for each start, from that event on.
    func positions(_ type: String, _ stage: String) -> [String] {
      events.filter { $0["type"]?.string == type && $0["stage"]?.string == stage }
        .compactMap { $0["position"]?.double.map { String(Int($0)) } }
    }
    let calls = segments.filter { $0["data-kind"] == "calling" }.compactMap { $0["data-from"] }
    #expect(calls.sorted() == positions("stage.started", "extract").sorted() && calls.count == 6)
    for stage in ["validate", "render", "package", "place", "commit"] {
      let work = segments.filter { $0["data-stage"] == stage && $0["data-kind"] == "working" }
      #expect(work.compactMap { $0["data-from"] }.sorted() == positions("stage.started", stage).sorted())
    }
    let waits = segments.filter { $0["data-kind"] == "waiting-for-quota" }
    #expect(waits.compactMap { $0["data-from"] } == positions("stage.deferred", "extract"))
    for (kind, count) in [("interrupted", 2), ("failed", 1), ("deferred", 1)] {
      #expect(marks.count { $0["data-mark"] == kind } == count, "\(kind)")
    }
  }

  /// The same page on stdout; `--html` needs a batch, and a place that can be written to.
  private func checkStandardOutput(_ folder: SampleFolder, _ page: String) async throws {
    let printed = try await folder.ledgerctl("report", "@last", "--format", "html")
    #expect(printed.text == page)
    #expect(try await folder.ledgerctl("report", "--html", "x.html").exit == 64)
    #expect(try await folder.ledgerctl("report", "@last", "--html", "x.html", "-o", "y").exit == 64)
    let nowhere = try await folder.ledgerctl("report", "@last", "--html", "missing/x.html")
    #expect(nowhere.exit == 74 && nowhere.errors.contains("can't be written"))
    #expect(nowhere.errors.contains("Name a file in a folder that exists"))
  }

  private func checkInBrowser(_ folder: SampleFolder) async throws {
    for width in [400, 1440] {
      let (document, console) = try await Browser(folder: folder, page: "page.html")
        .document(width: width, height: 900)
      #expect(console.isEmpty, "\(console)")
      // The script has run, and no text has become an element or a handler.
      #expect(!document.contains("id=\"filter-row\" hidden"))
      let tags = document.replacing(/="[^"]*"/, with: "")
      #expect(tags.components(separatedBy: "<script").count == 2)
      #expect(tags.components(separatedBy: "<img").count == 4)
      #expect(tags.firstMatch(of: /<[a-z]+ [^<>]*onerror/) == nil)
    }
    // The same page with another script in it: the policy refuses it, and the console says so.
    let page = String(decoding: try folder.read("page.html"), as: UTF8.self)
    try folder.write(
      page.replacing("<body>", with: "<body><script>document.title = 'in'</script>"), to: "changed.html")
    let (document, console) = try await Browser(folder: folder, page: "changed.html")
      .document(width: 800, height: 600)
    #expect(console.contains { $0.contains("Content Security Policy") })
    #expect(!document.contains("<title>in</title>"))
  }
}
