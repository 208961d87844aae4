import Core
import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("Text from outside, through the command")
struct HostileTextTests {
  static let hostile =
    "\u{1B}[31mred\u{1B}]0;owned\u{7} \u{202E}gnp.exe \u{9B}2J {{asset_id}} {{{name}}} </script><b> =HYPERLINK(1) \u{200B}z"

  /// A repository whose batch's specs say it wherever they can.
  static func folder() throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.writeManifest { draft in
      for index in draft.assets.indices {
        draft.assets[index].specs = [
          "name": .string(hostile), "category": "patterns", "mode": .string(hostile),
          "purpose": .string(hostile),
          "specimens": [.string(hostile)], "more": [.string(hostile)],
        ]
      }
    }
    return folder
  }

  @Test("It is visible on every screen, literal in every file and trailer, and never expanded")
  func specs() async throws {
    let folder = try Self.folder()
    let plan = try await folder.ledgerctl("plan", "batch.json")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    var screens = [plan.text, run.errors, run.text]
    for words in [
      ["status", "@last"], ["events"], ["explain", "@last", "ASSET-3"], ["report", "@last"],
      ["show", "@last"],
    ] {
      screens.append(
        try await BuiltCommand.run(words, in: folder.root, environment: folder.environment).text)
    }
    // On a screen markup is text like any other; in what lands there must be none.
    let landing = screens.count
    screens.append(try folder.git("log", "-1", "--format=%B"))
    for path in try folder.git("ls-files", "assets").split(separator: "\n") {
      screens.append(String(decoding: try folder.read(String(path)), as: UTF8.self))
    }
    #expect(screens.count >= 18)
    for screen in screens {
      #expect(!screen.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" }, "\(screen)")
    }
    for text in screens[landing...] {
      #expect(!text.contains("<script") && !text.contains("</script"), "\(text)")
    }
    let contexts = screens.filter { $0.contains("HYPERLINK") && $0.contains("# ") }
    #expect(!contexts.isEmpty)
    #expect(contexts.contains { $0.contains("{{asset\\_id}}") || $0.contains("{{asset_id}}") })
  }

  @Test(
    "JSON on a terminal escapes what would act there, and means the same; in a pipe it is as it was stored")
  func terminal() async throws {
    let folder = try Self.folder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    for words in [
      ["events", "--format", "jsonl"], ["events", "--format", "json"],
      ["plan", "batch.json", "--format", "json"],
    ] {
      let piped = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment).text
      let drawn = try folder.shell(
        """
        python3 - '\(BuiltCommand.path)' \(words.joined(separator: " ")) <<'END'
        import pty, sys
        pty.spawn(sys.argv[1:])
        END
        """)
      #expect(!drawn.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" && $0 != "\r" })
      if words[0] == "events" { #expect(drawn.contains("\\u202e") && piped.contains("\u{202E}")) }
      let lines = drawn.replacing("\r\n", with: "\n").split(separator: "\n")
      let shown = try lines.filter { $0.hasPrefix("{") }.map { try JSONReader.value(of: Array($0.utf8)) }
      let meant = try piped.split(separator: "\n").map { try JSONReader.value(of: Array($0.utf8)) }
      #expect(shown == meant)
    }
  }
}
