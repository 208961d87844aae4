import Foundation
import Ledger
import Testing

@testable import Runner

/// A manifest that a stranger wrote names files of the user's that are no images.
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

  @Test("What is no PNG fails its asset with its kind named, and not a byte of it is stored or shown")
  func notStored() async throws {
    let folder = try Self.folder()
    let plan = try await folder.ledgerctl("plan", "batch.json")
    let run = try await folder.ledgerctl("run", "batch.json")
    for outcome in [plan, run] {
      #expect(outcome.exit == 1)
      let said = outcome.text + outcome.errors
      #expect(said.contains("expected a PNG, found a text."), "\(said)")
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
