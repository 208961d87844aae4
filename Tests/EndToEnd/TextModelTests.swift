import Foundation
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("Real models' answers land", .serialized)
struct TextModelTests {
  /// A repository whose extractor is the server with the two tools of the original request; `more` are further settings
  /// of `extractor`.
  private func server(_ options: String = "", more: String = "") throws -> SampleFolder {
    let folder = try SampleFolder()
    let repository = "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let python =
      (ProcessInfo.processInfo.environment["LEDGERCTL_TEST_VENV_MCP1"] ?? "\(repository)/.build/venv-mcp1")
      + "/bin/python"
    try #require(FileManager.default.isExecutableFile(atPath: python), "run scripts/test-servers first")
    try folder.write(
      """
      extractor: {kind: mcp, command: [\(python), \(ServerFaultTests.servers)/text_model.py, --calls, asked\(options)]\(more)}
      """, to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/asked*\n/calls\n/tools/\n", to: ".git/info/exclude")
    return folder
  }

  /// A repository with an exec extractor of a few lines, which leaves a line in `calls` for each call.
  private func program(_ script: String, more: String = "") throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.hook("ext.sh", "cat >asked; echo x >>calls\n\(script)", in: "tools")
    try folder.write("extractor: {kind: exec, command: [./tools/ext.sh]\(more)}\n", to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/asked\n/calls\n/tools/\n", to: ".git/info/exclude")
    return folder
  }

  private func lines(_ folder: SampleFolder, _ path: String) throws -> [String] {
    guard folder.exists(path) else { return [] }
    return String(decoding: try folder.read(path), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The IDF that an asset's `tokens.json` has.
  private func idf(_ folder: SampleFolder, _ bundle: String) throws -> JSONValue {
    let file = try JSONReader.value(of: try folder.read("assets/\(bundle)/tokens.json"))
    return try #require(file.members?.first?.value["$extensions"]?["dev.ledgerctl"]?["idf"])
  }

  @Test("The original request's server works with its defaults, one call an asset; fields name their origin")
  func generateIDF() async throws {
    let folder = try server()
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try folder.commits() == 2)
    let asked = try lines(folder, "asked")
    #expect(asked.count == 3)
    for question in asked {
      #expect(question.contains("JSON") && question.contains("density_zones") && question.contains("Known: "))
      // What an asset is called is not the model's business, but for the file's name.
      for name in ["Nocturnal", "ASSET-", "patterns", "92", folder.root] { #expect(!question.contains(name)) }
    }
    let found = try idf(folder, "ASSET-3-nocturnal-canopy")
    #expect(found["narrative"]?.string?.hasPrefix("What asset-3") == true)
    #expect(found["mode"] == "Gallery", "A person said so.")
    #expect(
      found["sources"] == [
        "alt": "described", "background": "measured", "density_zones": "measured", "dimensions": "measured",
        "edges": "measured", "mode": "given", "motifs": "described", "narrative": "described",
        "palette": "measured", "purpose": "given", "specimens": "given", "transparency": "measured",
      ])
    let notes = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(notes.exit == 0)
    let context = String(
      decoding: try folder.read("assets/ASSET-3-nocturnal-canopy/context.md"), as: UTF8.self)
    #expect(context.contains("## Description (described by the extractor)\n\n> What asset-3"))
    #expect(context.contains("## Mode (given)\n\nGallery"))
    #expect(context.contains("> - leaf: The palette is green."))
    #expect(run.errors.contains("#ff00fe, not in the image"), "\(run.errors)")
  }

  @Test("Its aggregated tool is asked once for all, with the paths of text files")
  func batch() async throws {
    let folder = try server(more: ", batch: true")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try lines(folder, "asked.tool") == ["batch of 3"])
    #expect(try lines(folder, "asked").count == 3)
    #expect(try run.json()["batches"]?.array?.first?["extractor"]?["calls"] == 1)
    #expect(try idf(folder, "ASSET-6-curtain-call-gum")["sources"]?["narrative"] == "described")
    // Nothing of the questions stays behind.
    #expect(try folder.shell("ls .ledger/tmp | wc -l").trimmingPrefix(while: \.isWhitespace).hasPrefix("0"))
  }

  @Test("Text that starts with Error: is a refusal, tried again like any other")
  func refusal() async throws {
    let folder = try server(", --fails")
    try folder.write(
      String(decoding: try folder.read("ledger.yaml"), as: UTF8.self)
        + "\nlimits: {max_attempts: 3, max_wait: 20s}\n", to: "ledger.yaml")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 1, "\(run.errors)")
    #expect(try run.json()["errors"]?.array?.first?["code"] == "rejected")
    #expect(try lines(folder, "asked").count == 9)
    #expect(try folder.commits() == 1)
  }

  @Test("A model that answers prose costs two calls an asset, and the batch fails")
  func prose() async throws {
    let folder = try program("echo 'The file has no functions. class Leaf {} would do.'")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 1, "\(run.errors)")
    let errors = try #require(try run.json()["errors"]?.array)
    #expect(errors.allSatisfy { $0["code"] == "bad_reply" } && errors.count == 3)
    #expect(try lines(folder, "calls").count == 6)
    #expect(try folder.commits() == 1)
  }

  @Test(
    "An answer that leaves out all that can be measured lands",
    arguments: [
      #"{"narrative":"A night."}"#, #"[{"mode":"Night"}]"#, "{}", #"{"quality_score":8}"#,
      ##"{"colors":{"background":"#FFF","primary":"rgb(1,2,3)","accent":"#abc"},"kr_motifs":["leaf"]}"##,
      #"{"dimensions":{"width":4,"height":4},"density_zones":{"central":"18%"},"mode":7}"#,
    ])
  func partial(_ reply: String) async throws {
    let folder = try program("echo '\(reply)'")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try lines(folder, "calls").count == 3)
    let found = try idf(folder, "ASSET-3-nocturnal-canopy")
    #expect(found["dimensions"]?["width"] == 1024 && found["sources"]?["palette"] == "measured")
  }

  @Test("A program is told what was measured")
  func measured() async throws {
    let folder = try program("echo '{}'")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let asked = try JSONReader.value(of: try folder.read("asked"))
    #expect(asked["measured"]?["dimensions"]?["width"]?.double ?? 0 > 500 && asked["specs"]?["name"] != nil)
    #expect(asked["measured"]?["palette"]?["primary"]?.array?.isEmpty == false)
  }

  @Test("A corrected name, category, score or time-out costs no call; a corrected mode does")
  func corrections() async throws {
    let folder = try program("echo '{\"narrative\":\"A night.\"}'")
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    #expect(try lines(folder, "calls").count == 3)
    func revise(_ change: (inout ManifestDraft) -> Void) async throws {
      try folder.writeManifest { change(&$0) }
      let run = try await folder.ledgerctl("run", "batch.json", "--until", "packaged")
      #expect(run.exit == 0, "\(run.errors)")
    }
    try await revise { draft in
      draft.assets[0].specs = ["name": "Day", "category": "icons", "mode": "Gallery"]
    }
    let calls = try lines(folder, "calls").count
    try await revise { draft in
      draft.assets[0].specs = ["name": "Night", "category": "patterns", "mode": "Gallery"]
      draft.assets[0].score = 97
    }
    try folder.write("extractor: {kind: exec, command: [./tools/ext.sh], timeout: 90s}\n", to: "ledger.yaml")
    try await revise { draft in
      draft.assets[0].specs = ["name": "Dusk", "category": "patterns", "mode": "Gallery"]
    }
    #expect(try lines(folder, "calls").count == calls)
    try await revise { $0.assets[0].specs = ["name": "Dusk", "category": "patterns", "mode": "Other"] }
    #expect(try lines(folder, "calls").count == calls + 1)
  }

  @Test("A manifest's alt and tags are given; an image other than its sha256 is refused")
  func ownFields() async throws {
    let folder = try program("echo '{\"alt\":\"From a model\",\"tags\":[\"x\"]}'")
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].alt = "Leaves at night"
      draft.assets[0].tags = ["night"]
      draft.assets[0].sha256 = .zero
    }
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(refused.exit == 65, "\(refused.errors)")
    #expect(try refused.json()["errors"]?.array?.first?["code"] == "manifest_other_image")
    let digest = try folder.shell("sha256sum downloads/\(SampleArt.all[0].fileName)").prefix(64)
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].alt = "Leaves at night"
      draft.assets[0].tags = ["night"]
      draft.assets[0].sha256 = .init(hex: String(digest))
    }
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    let found = try idf(folder, "ASSET-3-nocturnal-canopy")
    #expect(found["alt"] == "Leaves at night" && found["tags"] == ["night"])
    #expect(found["sources"]?["alt"] == "given")
  }
}
