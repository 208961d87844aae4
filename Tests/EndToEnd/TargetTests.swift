import GitRepository
import Testing

@testable import Runner

@Suite("Whose files a batch may touch")
struct TargetTests {
  @Test("A later batch updates an asset in place, and a renamed asset's old files leave in the same commit")
  func updates() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    // ASSET-3 has a new picture, ASSET-4 a new name.
    try folder.write(SampleFolder.pictures[2].bytes, to: "downloads/asset-3-validated.png")
    try folder.writeManifest("second.json", batch: "batch-second-night") { draft in
      draft.assets.removeLast()
      draft.assets[1].specs = ["name": "Limelight Banksia", "category": "specimens"]
    }
    let second = try await folder.ledgerctl("run", "second.json")
    #expect(second.exit == 0, "\(second.errors)")
    #expect(second.lines[1] == "Created: 3 files across 2 directories, 1 image copied, updated 3, removed 3")
    let changes = try folder.git("show", "--name-status", "--no-renames", "--format=", "HEAD")
    #expect(
      changes.split(separator: "\n").map(String.init) == [
        "M\tassets/ASSET-3-nocturnal-canopy/context.md", "M\tassets/ASSET-3-nocturnal-canopy/tokens.json",
        "M\tassets/ASSET-3-nocturnal-canopy/usage.md", "D\tassets/ASSET-4-footlight-banksia/context.md",
        "D\tassets/ASSET-4-footlight-banksia/tokens.json", "D\tassets/ASSET-4-footlight-banksia/usage.md",
        "A\tassets/ASSET-4-limelight-banksia/context.md", "A\tassets/ASSET-4-limelight-banksia/tokens.json",
        "A\tassets/ASSET-4-limelight-banksia/usage.md", "M\tfrontend/public/assets/patterns/asset-3.png",
      ])
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test(
    "A bundle's file that was changed by hand stops the next batch with 73 before any call; --force gives it up"
  )
  func changedByHand() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let path = "assets/ASSET-3-nocturnal-canopy/usage.md"
    try folder.write("Mine.\n", to: path)
    try folder.write(SampleFolder.pictures[2].bytes, to: "downloads/asset-3-validated.png")
    try folder.writeManifest("second.json", batch: "batch-second-night") { $0.assets.removeLast(2) }
    let events = try await folder.events().count
    let refused = try await folder.ledgerctl("run", "second.json", "--format", "json")
    #expect(refused.exit == 73)
    let error = try #require(try refused.json()["errors"]?.array?.first)
    #expect(error["code"]?.string == "target_not_ours")
    #expect(error["path"]?.string == path)
    #expect(try await folder.events().count == events)
    #expect(try folder.read(path) == Array("Mine.\n".utf8))
    let forced = try await folder.ledgerctl("run", "second.json", "--force", path)
    #expect(forced.exit == 0, "\(forced.errors)")
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test("What comes into the way after registration stops the batch with 73 until a resume with --force")
  func inTheWayLater() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    let path = "frontend/public/assets/patterns/asset-3.png"
    try folder.makeFolder("frontend/public/assets/patterns")
    try folder.write("mine", to: path)
    let stopped = try await folder.ledgerctl("resume", "@last")
    #expect(stopped.exit == 73)
    #expect(stopped.errors.contains("\"\(path)\""))
    #expect(try folder.commits() == 1)
    let forced = try await folder.ledgerctl("resume", "@last", "--force", path)
    #expect(forced.exit == 0, "\(forced.errors)")
    #expect(try folder.commits() == 2)
    #expect(try await folder.events("--type", "batch.revised").count == 1)
    #expect(try await folder.events("--type", "stage.completed", "--stage", "extract").count == 6)
  }

  @Test("The commit goes to the branch that is named, and the working tree stays as it is")
  func otherBranch() async throws {
    let folder = try SampleFolder()
    let run = try await folder.ledgerctl("run", "batch.json", "--branch", "assets/new")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(run.lines.last?.hasSuffix(" on assets/new") == true)
    #expect(try folder.commits() == 1)
    #expect(!folder.exists("assets"))
    #expect(try folder.git("rev-list", "--count", "assets/new") == "2\n")
  }

  @Test(
    "A manifest changed before its commit is a revision that reuses what still fits; after it, it is refused")
  func revision() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.writeManifest { draft in
      draft.assets.removeFirst()
      draft.assets[0].specs = ["name": "Limelight Banksia", "category": "specimens"]
    }
    let revised = try await folder.ledgerctl("run", "batch.json")
    #expect(revised.exit == 0, "\(revised.errors)")
    #expect(revised.lines[1] == "Created: 6 files across 2 directories, 2 images copied")
    #expect(try await folder.events("--type", "batch.revised").count == 1)
    #expect(folder.exists("assets/ASSET-4-limelight-banksia/context.md"))
    try folder.writeManifest()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 65)
    #expect(try folder.commits() == 2)
  }
}
