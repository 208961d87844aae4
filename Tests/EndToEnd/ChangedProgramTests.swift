import Foundation
import Testing

@testable import Runner

@Suite("A changed program gets no old answers")
struct ChangedProgramTests {
  /// How a command names its script, `tools/x.sh` of the project or `out.sh` of the home folder.
  static let commands = [
    "[./tools/x.sh]", "[/bin/sh, tools/x.sh]", "[sh, ROOT/tools/x.sh]",
    "[env, A=1, sh, ./tools/x.sh, --fast]",
    "[sh, -c, 'cat > /dev/null; exec ./tools/x.sh >> /dev/stdout']", "[sh, -c, '. \"$PWD/tools/x.sh\"']",
    "[./link.sh]", "[sh, ROOT/.home/out.sh]", "[sh, -c, '~/out.sh 2>>errors.txt']", "[out.sh]",
    "[env, --split-string=sh tools/x.sh]",
  ]

  private func folder(_ command: String) throws -> SampleFolder {
    let folder = try SampleFolder()
    folder.environment["PATH"] = (folder.environment["PATH"] ?? "") + ":\(folder.root)/.home"
    try folder.makeFolder("tools")
    try write("#101010", in: folder)
    try folder.shell("ln -s tools/x.sh link.sh")
    let words = command.replacing("ROOT", with: folder.root)
    try folder.write("extractor: { kind: exec, command: \(words) }\n", to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/tools\n/link.sh\n/calls\n/errors.txt\n", to: ".git/info/exclude")
    try folder.writeManifest("a.json", batch: "a") { $0.assets.removeLast(2) }
    try folder.writeManifest("b.json", batch: "b") { $0.assets.removeLast(2) }
    return folder
  }

  /// Writes both scripts, so that they answer with a background and leave a line for each call.
  private func write(_ background: String, in folder: SampleFolder) throws {
    for path in ["tools/x.sh", ".home/out.sh"] {
      try folder.write(
        """
        #!/bin/sh
        cat > /dev/null; echo call >> \(folder.root)/calls; echo noise >&2
        echo '{"narrative":"\(background)","palette":{"primary":["#c45c4b"],"accents":[]},"density_zones":'
        echo '{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}}}'
        """, to: path)
      try folder.shell("chmod +x \(path)")
    }
  }

  private func calls(_ folder: SampleFolder) throws -> Int {
    String(decoding: try folder.read("calls"), as: UTF8.self).split(separator: "\n").count
  }

  @Test(
    "The script's new bytes are asked, however the command names it; the same bytes are not",
    arguments: commands)
  func script(_ command: String) async throws {
    let folder = try folder(command)
    let first = try await folder.ledgerctl("run", "a.json")
    #expect(first.exit == 0, "\(first.errors)")
    let planned = try await folder.ledgerctl("plan", "b.json", "--format", "json").json()
    #expect(planned["calls"]?["needed"] == 0, "\(planned)")
    try write("#fefefe", in: folder)
    let changed = try await folder.ledgerctl("plan", "b.json", "--format", "json").json()
    #expect(changed["calls"]?["needed"] == 1)
    #expect(try await folder.ledgerctl("run", "b.json").exit == 0)
    #expect(try calls(folder) == 2)
    #expect(try folder.shell("cat assets/*/tokens.json").contains("#fefefe"))
    // The first answer counts again for the first script.
    try write("#101010", in: folder)
    try folder.writeManifest("c.json", batch: "c") { $0.assets.removeLast(2) }
    #expect(try await folder.ledgerctl("run", "c.json").exit == 0)
    #expect(try calls(folder) == 2)
  }

  @Test("A cancelled batch that runs again asks the changed script")
  func cancelled() async throws {
    let folder = try folder("[./tools/x.sh]")
    #expect(try await folder.ledgerctl("run", "a.json", "--until", "packaged").exit == 0)
    #expect(try await folder.ledgerctl("cancel", "a", "--why", "wrong").exit == 0)
    try write("#fefefe", in: folder)
    #expect(try await folder.ledgerctl("run", "a.json").exit == 0)
    #expect(try calls(folder) == 2)
    #expect(try folder.shell("cat assets/*/tokens.json").contains("#fefefe"))
  }

  @Test("A server's changed file is noticed without starting it, and its log does not count as a change")
  func server() async throws {
    let folder = try ServerFaultTests.folder("fine")
    try folder.makeFolder("tools")
    try folder.shell("cp \(ServerFaultTests.servers)/*.py tools/ && touch tools/server.log")
    try folder.write(
      """
      extractor: { kind: mcp, command: [python3, ./tools/fake.py, fine, tools/server.log], arguments: { code: "@asset_id" } }
      """, to: "ledger.yaml")
    for name in ["a", "b"] {
      try folder.writeManifest("\(name).json", batch: name) { draft in
        draft.assets.removeLast(2)
        draft.assets[0].path = "downloads/3.png"
      }
    }
    #expect(try await folder.ledgerctl("run", "a.json").exit == 0)
    try folder.shell("echo more >> tools/server.log")
    let same = try await folder.ledgerctl("plan", "b.json", "--format", "json").json()
    #expect(same["calls"]?["needed"] == 0, "\(same)")
    try folder.shell("echo '# another version' >> tools/fake.py")
    let changed = try await folder.ledgerctl("plan", "b.json", "--format", "json").json()
    #expect(changed["calls"]?["needed"] == 1)
    let done = try await folder.ledgerctl("run", "b.json", "--format", "json").json()
    #expect(done["batches"]?.array?.first?["extractor"]?["calls"] == 1)
  }
}
