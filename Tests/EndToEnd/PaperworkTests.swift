import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

@Suite("manifest, schema, skill, completions and the man page")
struct PaperworkTests {
  @Test("A drafted manifest is one that run takes")
  func draft() async throws {
    let folder = try SampleFolder()
    let pictures = SampleFolder.pictures.map { "downloads/" + $0.name }
    let drafted = try await BuiltCommand.run(
      ["manifest"] + pictures + ["--category", "patterns", "--score", "91.5", "--batch", "drafted"],
      in: folder.root,
      environment: folder.environment)
    #expect(drafted.exit == 0)
    try folder.write(drafted.output, to: "drafted.json")
    let manifest = try JSONReader.value(of: drafted.output)
    #expect(manifest["batch_id"] == "drafted")
    #expect(manifest["assets"]?.array?.map { $0["asset_id"] } == ["ASSET-3", "ASSET-4", "ASSET-6"])
    #expect(manifest["assets"]?.array?.allSatisfy { $0["score"] == 91.5 } == true)
    #expect(try await folder.ledgerctl("run", "drafted.json").exit == 0)
    #expect(try await folder.ledgerctl("manifest").exit == 64)
    let score = try await folder.ledgerctl("manifest", pictures[0], "--score", "high")
    #expect(score.exit == 64)
    #expect(score.errors.contains("'high'"))
  }

  @Test("schema lists its names, prints each, and follows the configuration")
  func schemas() async throws {
    let folder = try SampleFolder()
    let names = try await folder.ledgerctl("schema").lines
    for name in ["manifest", "config", "event", "result", "error", "status", "idf"] {
      #expect(names.contains(name))
    }
    for name in names {
      let schema = try JSONReader.value(of: try await folder.ledgerctl("schema", name).output)
      #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    }
    #expect(try await folder.ledgerctl("init").exit == 0)
    try folder.write("policy: { max_assets: 3 }\n", to: "ledger.yaml")
    let schema = try JSONReader.value(of: try await folder.ledgerctl("schema", "manifest").output)
    #expect(schema["properties"]?["assets"]?["maxItems"] == 3)
    let unknown = try await folder.ledgerctl("schema", "manifst")
    #expect(unknown.exit == 64)
    #expect(unknown.errors.contains("ledgerctl schema manifest"))
  }

  @Test("Every command line of the skill file does what it says, in its order")
  func skill() async throws {
    let text = try await SampleFolder().ledgerctl("skill").text
    #expect(text.hasPrefix("---\nname: ledgerctl\ndescription: "))
    let commands = Self.commands(in: text)
    #expect(commands.count >= 13)
    let folder = try SampleFolder()
    for (index, picture) in SampleFolder.pictures.enumerated() {
      try FileManager.default.moveItem(
        atPath: folder.root + "/downloads/" + picture.name,
        toPath: folder.root + "/downloads/asset-\(index + 1).png")
    }
    try FileManager.default.createDirectory(atPath: folder.root + "/.bin", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.root + "/.bin/ledgerctl", withDestinationPath: BuiltCommand.path)
    try folder.write("/.bin/\n", to: ".git/info/exclude")
    folder.environment["PATH"] = folder.root + "/.bin:" + (folder.environment["PATH"] ?? "")
    for command in commands {
      var shell = Command(["sh", "-c", command], environment: folder.environment, directory: folder.root)
      shell.timeout = .seconds(120)
      let result = try await ChildProcess.run(shell)
      // A batch that has landed refuses to be tried again: the one line that ends otherwise here.
      let expected: ExitState = command.contains(" retry ") ? .code(64) : .code(0)
      #expect(result.exit == expected, "\(command): \(String(decoding: result.errorTail, as: UTF8.self))")
      if command.contains("--format json"), !command.contains("jsonl") {
        #expect(
          String(decoding: result.output, as: UTF8.self).split(separator: "\n").count == 1, "\(command)")
      }
    }
    #expect(try folder.commits() == 2)
  }

  @Test("Every verb and option that the skill file names is there")
  func skillNames() async throws {
    let folder = try SampleFolder()
    let text = try await folder.ledgerctl("skill").text
    for match in text.matches(of: #/`(?:ledgerctl )?([a-z]+)(?: [A-Z]+)* (--[a-z-]+)/#) {
      let help = try await folder.ledgerctl(String(match.1), "--help")
      #expect(help.exit == 0, "\(match.0)")
      #expect(help.text.contains(match.2), "\(match.0)")
    }
  }

  @Test("Every verb's help has an example, and the man page every verb that the help shows")
  func help() async throws {
    let folder = try SampleFolder()
    let root = try await folder.ledgerctl("--help")
    for group in ["LAND", "LOOK", "PREPARE", "KEEP", "CONNECT"] {
      #expect(root.lines.contains("\(group) SUBCOMMANDS:"), "\(root.text)")
    }
    let verbs = root.lines.drop { !$0.hasSuffix("SUBCOMMANDS:") }
      .filter { $0.hasPrefix("  ") }.compactMap { line -> String? in
        let word = line.split(separator: " ").first.map(String.init)
        return line.hasPrefix("   ") || word == "See" ? nil : word
      }
    #expect(verbs.count >= 18, "\(verbs)")
    let man = try await folder.ledgerctl("man").text
    #expect(man.hasPrefix(".TH LEDGERCTL 1"))
    for verb in verbs {
      let help = try await folder.ledgerctl(verb, "--help").text
      #expect(help.contains("Example:"), "\(verb)")
      #expect(man.contains(".SS \(verb)\n"), "\(verb)")
    }
    #expect(!man.contains(".SS man\n"))
  }

  @Test("Completions for bash, zsh and fish know every verb", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async throws {
    let folder = try SampleFolder()
    let script = try await folder.ledgerctl("--generate-completion-script", shell)
    #expect(script.exit == 0)
    for verb in ["plan", "explain", "verify", "prune", "resume", "doctor"] {
      #expect(script.text.contains(verb))
    }
  }

  /// The lines of the fenced shell pieces.
  private static func commands(in text: String) -> [String] {
    var commands: [String] = []
    var isShell = false
    for line in text.split(separator: "\n") {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("```") { isShell = line == "```sh" } else if isShell { commands.append(String(line)) }
    }
    return commands
  }
}

@Suite("scripts/install")
struct InstallTests {
  @Test("It puts command, man page and completions below a prefix, and the installed command works")
  func installs() async throws {
    let folder = try SampleFolder()
    let script =
      "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/") + "/scripts/install"
    var command = Command(
      [script, "--prefix", folder.root + "/.home/local", "--binary", BuiltCommand.path],
      environment: folder.environment, directory: folder.root)
    command.timeout = .seconds(120)
    let result = try await ChildProcess.run(command)
    #expect(result.succeeded, "\(String(decoding: result.errorTail, as: UTF8.self))")
    for path in [
      "share/man/man1/ledgerctl.1", "share/bash-completion/completions/ledgerctl",
      "share/zsh/site-functions/_ledgerctl", "share/fish/vendor_completions.d/ledgerctl.fish",
    ] {
      #expect(try folder.read(".home/local/" + path).count > 1000, "\(path)")
    }
    var version = Command(
      [folder.root + "/.home/local/bin/ledgerctl", "--version"], environment: folder.environment,
      directory: folder.root)
    version.timeout = .seconds(60)
    #expect(
      String(decoding: try await ChildProcess.run(version).output, as: UTF8.self)
        == "ledgerctl \(Project.version)\n")
    var refused = command
    refused.words = [script, "--prefix", "/proc/nowhere"]
    #expect(try await ChildProcess.run(refused).exit == .code(73))
  }
}
