import Core
import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Paths, through the built command", .timeLimit(.minutes(5)))
struct PathTests {
  /// Layouts that would lead out of the project, into git's or the ledger's folder, or onto each other.
  static let layouts = [
    "bundle: \"../{{asset_id}}\"", "bundle: \"/tmp/{{asset_id}}\"", "bundle: \"a/../../{{asset_id}}\"",
    "bundle: \".git/{{asset_id}}\"", "bundle: \".GIT/{{asset_id}}\"", "bundle: \"a/.git/{{asset_id}}\"",
    "bundle: \"git~1/{{asset_id}}\"", "bundle: \".g\\u200cit/{{asset_id}}\"",
    "bundle: \".ledger/{{asset_id}}\"",
    "bundle: \"a//{{asset_id}}\"", "bundle: \"./{{asset_id}}\"", "bundle: \"--output={{asset_id}}\"",
    "bundle: \"a\\n/{{asset_id}}\"", "bundle: \"a:b/{{asset_id}}\"", "bundle: \"a\\\\\\\\b/{{asset_id}}\"",
    "bundle: \"same\"", "production: \"one.png\"",
    "{ bundle: \"assets/{{asset_id}}\", production: \"ASSETS/{{file}}\" }",
  ]

  @Test("A layout that leads elsewhere is refused before anything is written", arguments: layouts)
  func layout(_ layout: String) async throws {
    let folder = try SampleFolder()
    try folder.write("layout: \(layout.hasPrefix("{") ? layout : "{ \(layout) }")\n", to: "ledger.yaml")
    try folder.shell("mkdir outside; echo ledger.yaml >>.git/info/exclude")
    let before = try folder.shell(Self.everything)
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect([65, 73, 78].contains(refused.exit), "\(refused.text)")
    #expect(try refused.json()["errors"]?.array?.first?["message"]?.string?.isEmpty == false)
    #expect(try folder.shell(Self.everything) == before)
    try folder.shell("rm ledger.yaml")
    if folder.exists(".ledger") { #expect(try await folder.events().isEmpty) }
  }

  @Test("A layout whose last folder is the slug alone lands, and again under another name")
  func slugAlone() async throws {
    let folder = try SampleFolder()
    try folder.write("layout: { bundle: \"assets/{{asset_id}}/{{slug}}\" }\n", to: "ledger.yaml")
    try folder.shell("git add ledger.yaml; git commit -q -m Layout")
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 0)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("renamed.json", batch: "renamed") { draft in
      draft.assets[0].specs = ["name": "Another Name", "category": "patterns"]
    }
    #expect(try await folder.ledgerctl("plan", "renamed.json").exit == 0)
    let run = try await folder.ledgerctl("run", "renamed.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(folder.exists("assets/ASSET-3/another-name/usage.md"))
    #expect(!folder.exists("assets/ASSET-3/nocturnal-canopy/usage.md"))
    #expect(try folder.git("status", "--porcelain") == "")
  }

  /// What comes into the way once a batch is registered: how, and the code.
  static let swaps: [(script: String, code: String)] = [
    ("mkdir .home/out; ln -s .home/out assets", "target_obstacle"),
    ("mkdir -p .home/out frontend; ln -s ../.home/out frontend/public", "target_obstacle"),
    (
      "mkdir -p .home/out; ln -s .home assets; mkdir frontend; ln -s ../.git frontend/public",
      "target_obstacle"
    ),
    ("git init -q frontend", "target_obstacle"),
    (
      "mkdir -p frontend/public/assets/patterns; ln -s \"$HOME/x\" frontend/public/assets/patterns/asset-3.png",
      "target_in_the_way"
    ),
    ("mkdir -p Frontend; echo x >Frontend/x", "target_in_the_way"),
    ("mkfifo frontend", "target_obstacle"),
  ]

  @Test(
    "What is put in the way of a packaged batch is neither followed nor replaced; gone, it lands",
    arguments: swaps)
  func swapped(_ swap: (script: String, code: String)) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.shell(swap.script)
    let before = try folder.shell(Self.everything)
    let stopped = try await folder.ledgerctl("resume", "@last", "--format", "json")
    #expect(stopped.exit == 73, "\(stopped.text)")
    #expect(try stopped.json()["errors"]?.array?.first?["code"]?.string == swap.code, "\(stopped.text)")
    #expect(try folder.shell(Self.everything) == before)
    #expect(try folder.commits() == 1)
    try folder.shell("rm -rf assets frontend Frontend")
    let resumed = try await folder.ledgerctl("resume", "@last")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test("A picture is opened once, by a link too, and what is put in its place later takes no part")
  func oneOpen() async throws {
    let folder = try SampleFolder()
    try folder.shell(
      "mv downloads/asset-3-validated.png .home/real.png; ln -s ../.home/real.png downloads/asset-3-validated.png"
    )
    let pinned = Digest.sha256(SampleFolder.pictures[0].bytes)
    try folder.shell(
      """
      strace -f -qq -e trace=open,openat -o .home/trace "\(BuiltCommand.path)" run batch.json --until packaged
      """)
    let opens = String(decoding: try folder.read(".home/trace"), as: UTF8.self).split(separator: "\n")
    for picture in SampleFolder.pictures {
      #expect(opens.count { $0.contains("/\(picture.name)\"") } == 1, "\(picture.name)")
    }
    try folder.write(SampleFolder.pictures[1].bytes, to: ".home/real.png")
    let resumed = try await folder.ledgerctl("resume", "@last")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("has changed since it was registered"))
    #expect(Digest.sha256(try folder.read("frontend/public/assets/patterns/asset-3.png")) == pinned)
  }

  @Test("A picture that is a device, a FIFO, a socket, a loop of links or a folder is refused at once")
  func pictures() async throws {
    let folder = try SampleFolder()
    try folder.shell(
      """
      mkfifo downloads/fifo; ln -s /dev/zero downloads/device; ln -s loop downloads/loop; ln -s . downloads/folder
      ln -s fifo downloads/link
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("downloads/socket")'
      """)
    for path in ["fifo", "device", "loop", "folder", "link", "socket", "nothing", "asset-3-validated.png/x"] {
      try folder.writeManifest { $0.assets[0].path = "downloads/\(path)" }
      let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
      #expect(refused.exit == 66, "\(path): \(refused.text)")
      #expect(try refused.json()["errors"]?.array?.first?["asset"]?.string == "ASSET-3", "\(path)")
    }
    #expect(try await folder.events().isEmpty)
    #expect(!folder.exists("assets"))
  }

  /// Every path outside of the ledger with its kind, and every file's bytes.
  private static let everything = """
    find . -path ./.ledger -prune -o -path ./.git/objects -prune -o -printf '%p %y %l\\n' | sort
    find . -path ./.ledger -prune -o -type f -exec sha256sum {} + | sort
    """
}
