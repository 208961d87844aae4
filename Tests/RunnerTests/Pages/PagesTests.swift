import AssetBundle
import Core
import Files
import Foundation
import StrictJSON
import Testing

@testable import Runner

@Suite("Reference pages")
struct PagesTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func page(_ name: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
  }

  static let configurationPage = """
    # Configuration

    `ledger.yaml` beside `.ledger/`, all of it optional. `ledgerctl init` writes one in which everything is commented out; `ledgerctl config` shows what is in
    force and where each value came from, `ledgerctl config --batch BATCH` what a batch was registered with. `ledger.yml` is not read.

    \(SettingsGuide.table)
    Durations are `500ms`, `30s`, `1h30m`, `2h` or `30d`; a number without a unit is refused.

    ## Where a value comes from
    A flag of the command wins over an environment variable, that over `ledger.yaml`, that over the default. The environment can set limits, policy,
    `extractor.kind` and `commit.branch`: `LEDGERCTL_LIMITS_IN_FLIGHT=2`, `LEDGERCTL_EXTRACTOR_KIND=local`.

    ## What a batch keeps
    A batch is registered with the settings in force. What decides its result stays: layout, templates, policy, branch and subject. `cancel` it and run it again
    for others.

    A JSON Schema for editors: `ledgerctl schema config`.

    """

  @Test("docs/configuration.md is the guide's text; LEDGERCTL_WRITE_DOCS=1 writes it")
  func configuration() throws {
    let file = Self.root.appendingPathComponent("docs/configuration.md")
    if ProcessInfo.processInfo.environment["LEDGERCTL_WRITE_DOCS"] == "1" {
      try Data(Self.configurationPage.utf8).write(to: file)
    }
    #expect(try page("configuration.md") == Self.configurationPage)
  }

  @Test("The guide has exactly the settings that the reader knows, in its order, with their defaults")
  func settings() throws {
    let known = ConfigurationReader.settings.flatMap { section, names in
      names.isEmpty ? [section] : names.map { "\(section).\($0)" }
    }
    #expect(Set(SettingsGuide.all.map(\.name)) == Set(known))
    #expect(SettingsGuide.all.count == known.count)
    let defaults = EffectiveSettings.values(of: Configuration())
    for entry in SettingsGuide.all {
      for text in [entry.standard, entry.example] where !text.isEmpty {
        let parts = entry.name.split(separator: ".").map(String.init)
        let yaml = parts.count == 1 ? "\(parts[0]): \(text)" : "\(parts[0]):\n  \(parts[1]): \(text)"
        var faults: [Fault] = []
        var read = Configuration()
        do throws(Faults) { read = try Configuration.read(Array(yaml.utf8), path: "ledger.yaml") } catch {
          faults = error.all
        }
        // Some only fit together with others; what is refused then is the other one.
        #expect(faults.allSatisfy { !$0.message.contains("\"\(entry.name)\"") }, "\(entry.name): \(faults)")
        guard faults.isEmpty, text == entry.standard else { continue }
        let value = EffectiveSettings.values(of: read).first { $0.name == entry.name }?.value
        #expect(value == defaults.first { $0.name == entry.name }?.value, "\(entry.name)")
      }
      #expect(entry.words.hasSuffix("."), "\(entry.name)")
    }
  }

  @Test("The commented ledger.yaml changes nothing, and nothing either once every line is taken in")
  func commentedFile() throws {
    let text = SettingsGuide.file
    #expect(try Configuration.read(Array(text.utf8), path: "ledger.yaml") == Configuration())
    let lines = text.split(separator: "\n").filter { line in
      line.hasPrefix("# ") && !line.hasPrefix("# Settings") && !line.hasPrefix("# `")
    }
    var whole = lines.map { String($0.dropFirst(2)) }.filter { !$0.drop { $0 == " " }.hasPrefix("##") }
    // Those that have no default are shown by their examples.
    let shown = ["templates:", "  model:", "  url:", "  quota:", "  price_per_call:"]
    whole.removeAll { line in shown.contains { line.hasPrefix($0) } }
    let read = try Configuration.read(Array(whole.joined(separator: "\n").utf8), path: "ledger.yaml")
    #expect(read == Configuration())
    #expect(whole.count > 25)
  }

  @Test("docs/templates.md has every variable of templates, and no other")
  func templates() throws {
    let text = try page("templates.md")
    let parts = text.split(separator: "## Lists")
    func rows(_ text: Substring) -> [(name: String, rest: Substring)] {
      text.split(separator: "\n").flatMap { line -> [(name: String, rest: Substring)] in
        guard let row = line.wholeMatch(of: #/\| (`[a-z_0-9]+`(?:, `[a-z_0-9]+`)*) \| (.*) \|/#) else {
          return []
        }
        return row.1.split(separator: ", ").map { (String($0.dropFirst().dropLast()), row.2) }
      }
    }
    #expect(parts.count == 2)
    #expect(Set(rows(parts[0]).map(\.name)) == TemplateNames.root)
    let lists = rows(parts[1])
    #expect(Set(lists.map(\.name)) == Set(TemplateNames.items.keys))
    for list in lists {
      let items = list.rest.matches(of: #/`([a-z_0-9]+)`/#).map { String($0.1) }
      #expect(Set(items) == TemplateNames.items[list.name], "\(list.name)")
    }
  }

  @Test("docs/manifest.md has every field that the reader takes")
  func manifest() throws {
    let text = try page("manifest.md")
    for field in ["batch_id", "assets", "asset_id", "path", "score", "specs", "idf"] {
      #expect(text.contains("| `\(field)` | "), "\(field)")
    }
    let json = text.split(separator: "```json\n").dropFirst().first?.split(separator: "```").first ?? ""
    let file = ManifestFile(bytes: Array(json.utf8), path: "m", directory: "/")
    #expect(try Manifest.read(file, under: Configuration()).assets.count == 1)
  }

  @Test("docs/idf.md shows the example programs as they are, and an IDF that is read")
  func idf() throws {
    let text = try page("idf.md")
    for name in ["extract.py", "extract.js", "extract.sh"] {
      let program = try String(
        contentsOf: Self.root.appendingPathComponent("examples/extractors/\(name)"), encoding: .utf8)
      #expect(text.contains("\n\(program)```"), "\(name)")
    }
    let json = text.split(separator: "```json\n").dropFirst().first?.split(separator: "```").first ?? ""
    let value = try JSONReader.value(of: Array(json.utf8))
    #expect(IDFCheck.problems(in: value).isEmpty)
  }
}
