import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Updating and replacing")
struct ReplaceTests {
  /// A manifest of one asset with an id, a name, and one of the pictures.
  private func manifest(
    _ folder: SampleFolder, _ batch: String, id: String = "ASSET-1", name: String?, picture: Int
  ) throws {
    try folder.write(SampleFolder.pictures[picture].bytes, to: "downloads/\(batch).png")
    try folder.writeManifest("\(batch).json", batch: batch) { draft in
      draft.assets = [draft.assets[0]]
      draft.assets[0].id = id
      draft.assets[0].path = "downloads/\(batch).png"
      draft.assets[0].specs = .object(
        (name.map { [.init("name", .string($0))] } ?? []) + [.init("category", "icons")])
    }
  }

  @Test(
    "Another image under another name is refused before any call, until it is allowed; then it is said and done"
  )
  func replaces() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    calls.letAllGo()
    try manifest(folder, "fri-a", name: "Frog", picture: 0)
    #expect(try await folder.ledgerctl("run", "fri-a.json").exit == 0)
    let landed = try folder.git("rev-parse", "--short=7", "HEAD").dropLast()
    try manifest(folder, "sat", name: "Sun", picture: 1)
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "sat.json", "--format", "json")
      #expect(refused.exit == 73, "\(verb) \(refused.text)")
      let error = try refused.json()["errors"]?.array?.first
      #expect(error?["code"] == "asset_taken" && error?["asset"] == "ASSET-1")
      #expect(error?["message"]?.string?.contains("\"Frog\"") == true)
      #expect(error?["message"]?.string?.contains("batch fri-a, \(landed)") == true)
    }
    #expect(try await folder.ledgerctl("status", "sat").exit == 64)
    let line = "Replaces ASSET-1 \"Frog\" (batch fri-a, \(landed)) with \"Sun\""
    let plan = try await folder.ledgerctl("plan", "sat.json", "--replace", "ASSET-1")
    #expect(plan.exit == 0 && plan.lines.contains(line), "\(plan.text)")
    let actions = plan.lines.drop { $0 != "Paths" }.dropFirst().prefix { $0.hasPrefix("  ") }
      .compactMap { $0.split(separator: " ").first }
    #expect(
      actions == ["replace"] + Array(repeating: "remove", count: 3) + Array(repeating: "create", count: 3))
    let document = try await folder.valid("plan", "plan", "sat.json", "--replace", "all")
    #expect(document["taken"]?.array?.first?["action"] == "replace")
    let run = try await folder.ledgerctl("run", "sat.json", "--replace", "asset-1")
    #expect(run.exit == 0 && run.errors.contains(line), "\(run.errors)")
    #expect(!folder.exists("assets/ASSET-1-frog"))
    #expect(try folder.git("status", "--porcelain", "--ignored", "assets") == "")
  }

  @Test("The same image, or a name with the same slug, is an update; no name is not the same name")
  func updates() async throws {
    let folder = try SampleFolder()
    try manifest(folder, "one", name: "Night Frog", picture: 0)
    #expect(try await folder.ledgerctl("run", "one.json").exit == 0)
    try manifest(folder, "two", name: "night frog!", picture: 1)
    let plan = try await folder.ledgerctl("plan", "two.json")
    #expect(
      plan.exit == 0 && plan.lines.contains("Updates ASSET-1 \"night frog!\" (new image)"), "\(plan.text)")
    let run = try await folder.ledgerctl("run", "two.json")
    #expect(run.exit == 0 && run.errors.contains("Updates ASSET-1 \"night frog!\" (new image)"))
    try manifest(folder, "three", name: "Toad", picture: 1)
    #expect(try await folder.ledgerctl("run", "three.json").errors.contains("Updates ASSET-1 \"Toad\" (was"))
    try manifest(folder, "four", id: "ASSET-9", name: nil, picture: 0)
    #expect(try await folder.ledgerctl("run", "four.json").exit == 0)
    try manifest(folder, "five", id: "ASSET-9", name: nil, picture: 2)
    #expect(try await folder.ledgerctl("run", "five.json").exit == 73)
    #expect(try await folder.ledgerctl("run", "five.json", "--replace", "ASSET-1").exit == 73)
    #expect(try await folder.ledgerctl("run", "five.json", "--replace", "ASSET-9").exit == 0)
  }

  @Test("An id that another unfinished batch uses is taken too")
  func unfinished() async throws {
    let folder = try SampleFolder()
    try manifest(folder, "held", name: "Frog", picture: 0)
    #expect(try await folder.ledgerctl("run", "held.json", "--until", "packaged").exit == 0)
    try manifest(folder, "other", name: "Sun", picture: 1)
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "other.json")
      #expect(refused.exit == 73 && refused.errors.contains("batch held, unfinished"), "\(refused.errors)")
    }
    #expect(try await folder.ledgerctl("cancel", "held").exit == 0)
    #expect(try await folder.ledgerctl("run", "other.json").exit == 0)
  }

  @Test("Two clones through a bare remote: what the other one landed is not replaced in silence")
  func clones() async throws {
    let folder = try SampleFolder()
    try folder.shell(
      "git clone -q --bare . .home/remote.git; git remote add origin .home/remote.git; git clone -q .home/remote.git .home/b"
    )
    try manifest(folder, "frog", name: "Frog", picture: 0)
    #expect(try await folder.ledgerctl("run", "frog.json").exit == 0)
    try folder.shell(
      "git push -q origin main; cd .home/b; git config user.name B; git config user.email b@e; git pull -q")
    try manifest(folder, "sun", name: "Sun", picture: 1)
    try folder.shell(
      "mkdir -p .home/b/downloads; cp sun.json .home/b/; cp downloads/sun.png .home/b/downloads/")
    let there = folder.root + "/.home/b"
    let refused = try await BuiltCommand.run(["run", "sun.json"], in: there, environment: folder.environment)
    #expect(refused.exit == 73 && refused.errors.contains("batch frog, "), "\(refused.errors)")
    let drafted = try await BuiltCommand.run(
      ["manifest", "downloads/sun.png", "--score", "92"], in: there, environment: folder.environment)
    #expect(drafted.text.contains("\"ASSET-2\""))
  }

  @Test("A tip that moves between packaging and commit is looked at again")
  func movedTip() async throws {
    let folder = try SampleFolder()
    try folder.shell("git clone -q . .home/b; cd .home/b; git config user.name B; git config user.email b@e")
    try manifest(folder, "sun", name: "Sun", picture: 1)
    #expect(try await folder.ledgerctl("run", "sun.json", "--until", "packaged").exit == 0)
    try manifest(folder, "frog", name: "Frog", picture: 0)
    try folder.shell(
      "mkdir -p .home/b/downloads; cp frog.json .home/b/; cp downloads/frog.png .home/b/downloads/")
    let other = try await BuiltCommand.run(
      ["run", "frog.json"], in: folder.root + "/.home/b", environment: folder.environment)
    #expect(other.exit == 0, "\(other.errors)")
    try folder.shell("git pull -q .home/b main")
    let refused = try await folder.ledgerctl("resume", "sun")
    #expect(refused.exit == 73 && refused.errors.contains("\"Frog\""), "\(refused.errors)")
    #expect(try await folder.ledgerctl("run", "sun.json", "--replace", "ASSET-1").exit == 0)
    #expect(try folder.commits() == 3)
  }

  @Test("What lands while the batch is committed is seen as well: the commit is not made over it")
  func movedAtCommit() async throws {
    let folder = try SampleFolder()
    let hook = try Gate.inCommitHook(of: folder)
    try folder.shell("git clone -q . .home/b; cd .home/b; git config user.name B; git config user.email b@e")
    try manifest(folder, "frog", name: "Frog", picture: 0)
    try folder.shell(
      "mkdir -p .home/b/downloads; cp frog.json .home/b/; cp downloads/frog.png .home/b/downloads/")
    let other = try await BuiltCommand.run(
      ["run", "frog.json"], in: folder.root + "/.home/b", environment: folder.environment)
    #expect(other.exit == 0, "\(other.errors)")
    try manifest(folder, "sun", name: "Sun", picture: 1)
    let run = try folder.start("run", "sun.json", "--format", "jsonl")
    _ = try await hook.waitForOne(of: run)
    // Somebody moves the branch while the hook runs.
    try folder.shell("git fetch -q .home/b main && git update-ref refs/heads/main FETCH_HEAD")
    hook.letAllGo()
    while try await run.readChunk() != nil {}
    #expect(await run.waitForExit() == .code(73))
    #expect(try folder.commits() == 2)
    #expect(try folder.git("show", "HEAD:assets/ASSET-1-frog/tokens.json").contains("Frog"))
    #expect(!folder.exists("assets/ASSET-1-sun"))
  }

  @Test("A batch that has landed says that its image has changed since, in text, plan and JSON")
  func changedSinceLanding() async throws {
    let folder = try SampleFolder()
    try manifest(folder, "one", name: "Frog", picture: 0)
    #expect(try await folder.ledgerctl("run", "one.json").exit == 0)
    try folder.write(SampleFolder.pictures[1].bytes, to: "downloads/one.png")
    let told = "has changed since it landed"
    let run = try await folder.ledgerctl("run", "one.json")
    #expect(run.exit == 0 && run.errors.contains(told) && run.errors.contains("batch_id"), "\(run.errors)")
    #expect(try await folder.ledgerctl("plan", "one.json").text.contains(told))
    let result = try await folder.valid("result", "run", "one.json")
    #expect(result["notes"]?.array?.contains { $0["message"]?.string?.contains(told) == true } == true)
  }
}
