import Core
import Foundation
import GitRepository
import SampleBatch
import Testing

@testable import Runner

/// A manifest that a stranger wrote names files of the user's that are not images.
@Suite("A stranger's images")
struct StrangersImageTests {
  static let secret = "correct-horse-battery-staple"

  /// A repository whose manifest names secrets of the user's, and one picture.
  private static func folder() throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.write("password=\(secret)\n", to: "downloads/text.png")
    try folder.write(
      [0xFF, 0xD8, 0xFF, 0xE1] + Array("Exif \(secret)".utf8) + [UInt8](repeating: 0, count: 600),
      to: "downloads/photo.png")
    try folder.write(
      "-----BEGIN OPENSSH PRIVATE KEY-----\n\(secret)\n", to: ".home/id_rsa")
    try folder.shell("ln -s ../.home/id_rsa downloads/link.png")
    try folder.writeManifest(batch: "strange") { draft in
      draft.assets.removeLast(2)
      for (id, name) in [("TEXT-1", "text.png"), ("PHOTO-1", "photo.png"), ("LINK-1", "link.png")] {
        draft.assets.append(.init(id: id, path: "downloads/" + name, score: 95, specs: [:]))
      }
    }
    return folder
  }

  /// Looks for the secret in everything that is stored and committed.
  private static func expectNotStored(_ folder: SampleFolder) throws {
    let found = try folder.shell(
      """
      grep -rla \(secret) .ledger assets frontend 2> /dev/null || true
      git cat-file --batch-all-objects --batch | grep -ac \(secret) || true
      """)
    #expect(found == "0\n")
  }

  @Test("What is not a PNG fails its asset with its kind named, and not a byte of it is stored or shown")
  func notStored() async throws {
    let folder = try Self.folder()
    let plan = try await folder.ledgerctl("plan", "batch.json")
    let run = try await folder.ledgerctl("run", "batch.json")
    for outcome in [plan, run] {
      #expect(outcome.exit == 1)
      let said = outcome.text + outcome.errors
      #expect(said.contains("expected a PNG, found a text file."), "\(said)")
      #expect(said.contains("expected a PNG, found a JPEG."), "\(said)")
      #expect(!said.contains(Self.secret))
    }
    try Self.expectNotStored(folder)
    #expect(
      try await folder.events("--asset", SampleArt.all[0].assetID, "--type", "asset.packaged").count == 1)
    #expect(try await folder.events("--type", "stage.failed").count == 3)
    #expect(try await folder.valid("verify", "verify")["whole"] == true)
  }

  @Test("Retried as it is, it fails again and is not stored either; replaced by a PNG, it lands")
  func retried() async throws {
    let folder = try Self.folder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 1)
    for words in [
      ["retry", "strange"], ["retry", "strange", "--pinned"], ["run", "batch.json"], ["resume"],
    ] {
      let again = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(again.exit == 1, "\(words): \(again.errors)")
    }
    try folder.write("password=other \(Self.secret)\n", to: "downloads/text.png")
    #expect(try await folder.ledgerctl("retry", "strange", "TEXT-1").exit == 1)
    #expect(try await folder.ledgerctl("prune", "--keep", "0s", "--yes").exit == 0)
    try Self.expectNotStored(folder)
    for (name, piece) in zip(["text.png", "photo.png"], SampleFolder.pictures.dropFirst()) {
      try folder.write(piece.bytes, to: "downloads/" + name)
    }
    // The others failed, and are tried again by a run.
    #expect(try await folder.ledgerctl("cancel", "strange", "LINK-1", "--why", "No image.").exit == 1)
    let landed = try await folder.ledgerctl("run", "batch.json")
    #expect(landed.exit == 0, "\(landed.errors)")
    try Self.expectNotStored(folder)
    #expect(try await folder.valid("verify", "verify")["whole"] == true)
  }

  @Test("The bytes of a broken PNG are stored, and its asset fails", arguments: [0, 1, 7, 8, 40])
  func broken(bytes count: Int) async throws {
    let folder = try SampleFolder()
    let cut = Array(SampleFolder.pictures[0].bytes.prefix(count))
    try folder.write(cut, to: "downloads/\(SampleFolder.pictures[0].name)")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 1)
    #expect(try folder.read(".ledger/objects/\(Digest.sha256(cut).hex)") == cut)
  }
}

/// What a manifest in the repository names lies in the repository, unless a person says otherwise.
@Suite("Images outside of the repository")
struct OutsideImageTests {
  /// A repository with one batch of one image, and a private picture outside of its working tree.
  private final class Scene {
    let folder: SampleFolder
    let outside: String

    init() throws {
      folder = try SampleFolder()
      outside =
        FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        + "/ledgerctl-outside-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
      try Data(SampleFolder.pictures[0].bytes).write(to: URL(fileURLWithPath: outside + "/private.png"))
    }

    deinit { try? FileManager.default.removeItem(atPath: outside) }

    func name(_ path: String, in file: String = "batch.json") throws {
      try folder.writeManifest { draft in
        draft.assets.removeLast(2)
        draft.assets[0].path = path
      }
      if file != "batch.json" { try folder.shell("mv batch.json '\(file)'") }
    }

    var isLanded: Bool { get throws { try folder.commits() == 2 } }
  }

  @Test(
    "A manifest in the repository that leads outside is refused with 65, and nothing is stored",
    arguments: ["absolute", "a linked file", "a linked folder", "a link to a link"])
  func refused(way: String) async throws {
    let scene = try Scene()
    try scene.folder.shell(
      """
      ln -s '\(scene.outside)/private.png' downloads/file.png; ln -s '\(scene.outside)' downloads/folder
      ln -s file.png downloads/again.png
      """)
    let paths = [
      "absolute": scene.outside + "/private.png", "a linked file": "downloads/file.png",
      "a linked folder": "downloads/folder/private.png", "a link to a link": "downloads/again.png",
    ]
    try scene.name(paths[way] ?? "")
    for words in [["plan", "batch.json"], ["run", "batch.json"]] {
      let refused = try await BuiltCommand.run(
        words + ["--format", "json"], in: scene.folder.root, environment: scene.folder.environment)
      #expect(refused.exit == 65, "\(words): \(refused.text) \(refused.errors)")
      #expect(refused.text.contains("\"image_outside\"") && refused.text.contains("--allow-outside"))
    }
    #expect(try scene.folder.shell("ls .ledger/objects 2> /dev/null | wc -l").dropLast() == "0")
    #expect(try await scene.folder.ledgerctl("run", "batch.json", "--allow-outside").exit == 0)
    #expect(try scene.isLanded)
  }

  @Test("A link that stays in the repository is taken")
  func within() async throws {
    let scene = try Scene()
    try scene.folder.shell("cd downloads; mkdir real; mv *.png real; ln -s real pictures")
    try scene.name("downloads/pictures/" + SampleFolder.pictures[0].name)
    let plan = try await scene.folder.ledgerctl("plan", "batch.json")
    #expect(plan.exit == 0 && !plan.text.contains("outside"), "\(plan.text)")
    #expect(try await scene.folder.ledgerctl("run", "batch.json").exit == 0)
  }

  @Test("A manifest from standard input, or from elsewhere, names what it likes; plan says what lies outside")
  func named() async throws {
    let scene = try Scene()
    try scene.name(scene.outside + "/private.png")
    let text = String(decoding: try scene.folder.read("batch.json"), as: UTF8.self)
    let plan = try await scene.folder.ledgerctl("plan", "-", input: text)
    #expect(plan.exit == 0 && plan.text.contains("Images from outside of the repository"), "\(plan.text)")
    try scene.name("private.png", in: scene.outside + "/batch.json")
    #expect(try await scene.folder.ledgerctl("run", scene.outside + "/batch.json").exit == 0)
    #expect(try scene.isLanded)
  }

  @Test("A link that leads outside only after the batch was registered is not followed either")
  func swapped() async throws {
    let scene = try Scene()
    try scene.folder.write([0x89, 0x50, 0x4E, 0x47], to: "downloads/cut.png")
    try scene.folder.shell("ln -s cut.png downloads/link.png")
    try scene.name("downloads/link.png")
    #expect(try await scene.folder.ledgerctl("run", "batch.json").exit == 1)
    try scene.folder.shell("ln -sfn '\(scene.outside)/private.png' downloads/link.png")
    for words in [["run", "batch.json"], ["resume"]] {
      let kept = try await BuiltCommand.run(
        words, in: scene.folder.root, environment: scene.folder.environment)
      #expect(kept.exit == 1 && kept.errors.contains("not taken"), "\(words): \(kept.errors)")
    }
    #expect(try await scene.folder.ledgerctl("retry", SampleArt.batchID).exit == 65)
    #expect(
      !scene.folder.exists(".ledger/objects/\(Digest.sha256(SampleFolder.pictures[0].bytes).hex)"))
    let allowed = try await scene.folder.ledgerctl("retry", SampleArt.batchID, "--allow-outside")
    #expect(allowed.exit == 0, "\(allowed.errors)")
    #expect(try scene.isLanded)
  }

  @Test("A draft says which of its images lie outside")
  func drafted() async throws {
    let scene = try Scene()
    let draft = try await scene.folder.ledgerctl(
      "manifest", scene.outside, "--score", "95", "-o", "draft.json", "--batch", "draft")
    #expect(draft.exit == 0 && draft.errors.contains("--allow-outside"), "\(draft.errors)")
    #expect(try await scene.folder.ledgerctl("run", "draft.json").exit == 65)
    #expect(try await scene.folder.ledgerctl("run", "draft.json", "--allow-outside").exit == 0)
  }
}
