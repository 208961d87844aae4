import AssetBundle
import Core
import FileStore
import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Whether a target may be written")
struct TargetSurveyTests {
  private let sample: SampleRepository
  private let repository: GitRepository
  private let context = "assets/ASSET-1-name-1/context.md"
  private let image = "frontend/public/assets/patterns/asset-1.png"

  init() throws {
    sample = try SampleRepository()
    repository = try GitRepository.discover(from: sample.root, environment: sample.environment)
  }

  /// Bytes that the batch wants at every target of its one asset.
  private let wanted = Array("wanted".utf8)

  private func plan(
    forced: [String] = [], prior: [PlannedTarget] = [], inWorkingTree: Bool = true,
    isPackaged: Bool = true, known: Set<Digest> = []
  ) async throws -> [String: PlannedTarget] {
    let registration = Batches.registration(assets: 1, forced: forced)
    let briefs = try AssetBrief.all(in: registration)
    let bundle = BundleManifest(
      entries: briefs[0].targets.all.map {
        .init(path: $0, digest: .sha256(wanted), sizeBytes: Int64(wanted.count))
      })
    let survey = TargetSurvey(
      registration: registration, briefs: briefs, repository: repository,
      worktree: try FileWorktree(root: sample.root, token: "t"),
      tip: try repository.tip(of: "refs/heads/main"),
      inWorkingTree: inWorkingTree, prior: prior, known: { [briefs[0].id: known] })
    let targets: [PlannedTarget]
    do { targets = try await survey.plan(isPackaged ? [briefs[0].id: bundle] : nil) } catch {
      throw error.all[0]
    }
    return Dictionary(uniqueKeysWithValues: targets.map { ($0.path, $0) })
  }

  private func write(_ text: String, to path: String) throws {
    let url = URL(fileURLWithPath: sample.root + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func commit(_ path: String) throws {
    _ = try sample.git("add", "--", path)
    _ = try sample.git("commit", "-q", "-m", "More")
  }

  /// A bundle of the asset as an earlier batch left it at the tip, under another slug.
  private func commitEarlierBundle(folder: String, asset: String = "ASSET-1", image bytes: String = "image")
    throws
  {
    let digest = Digest.sha256(bytes.utf8).hex
    try write(
      "{\"$extensions\":{\"dev.ledgerctl\":{\"asset_id\":\"\(asset)\",\"category\":\"patterns\",\"name\":\"Name 1\","
        + "\"image\":{\"sha256\":\"\(digest)\"}}}}", to: folder + "/tokens.json")
    try write("earlier", to: folder + "/context.md")
    try write(bytes, to: image)
    try commit(".")
  }

  @Test("A free place is absent")
  func absent() async throws {
    defer { sample.remove() }
    let plan = try await plan()
    #expect(plan.count == 4)
    #expect(plan.values.allSatisfy { $0.found == .absent && $0.old == nil })
    #expect(plan[image]?.role == .image)
  }

  @Test("The same bytes are identical, tracked or not")
  func identical() async throws {
    defer { sample.remove() }
    try write("wanted", to: context)
    #expect(try await plan()[context]?.found == .identical)
  }

  @Test("A user's file is in the way, untracked or tracked, and one who says so may overwrite it")
  func users() async throws {
    defer { sample.remove() }
    try write("mine", to: context)
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_not_ours" }
    let forced = try await plan(forced: [context])
    #expect(forced[context]?.found == .replaced)
    #expect(forced[context]?.old == Digest.sha256("mine".utf8))
    try commit(".")
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_not_ours" }
  }

  @Test("A file of the asset's earlier bundle is ours to replace")
  func ours() async throws {
    defer { sample.remove() }
    try commitEarlierBundle(folder: "assets/ASSET-1-name-1")
    let plan = try await plan()
    #expect(plan[context]?.found == .replaced)
    #expect(plan[context]?.old == Digest.sha256("earlier".utf8))
    #expect(plan[image]?.found == .replaced)
  }

  @Test("One that was changed since, staged or not, is not")
  func changed() async throws {
    defer { sample.remove() }
    try commitEarlierBundle(folder: "assets/ASSET-1-name-1")
    try write("changed", to: context)
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_not_ours" }
  }

  @Test("A bundle of another asset is not ours")
  func anothers() async throws {
    defer { sample.remove() }
    try commitEarlierBundle(folder: "assets/ASSET-1-name-1", asset: "ASSET-9")
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_not_ours" }
  }

  @Test("Paths of the earlier bundle that are used no more leave")
  func leaving() async throws {
    defer { sample.remove() }
    try commitEarlierBundle(folder: "assets/ASSET-1-older")
    let plan = try await plan()
    #expect(plan["assets/ASSET-1-older/context.md"]?.found == .removed)
    #expect(plan["assets/ASSET-1-older/context.md"]?.digest == nil)
    #expect(plan[context]?.found == .absent)
  }

  @Test("An image that the earlier bundle does not vouch for is the user's")
  func strangeImage() async throws {
    defer { sample.remove() }
    try commitEarlierBundle(folder: "assets/ASSET-1-name-1")
    try write("retouched", to: image)
    try commit(image)
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_not_ours" }
  }

  @Test("What this batch placed keeps its plan, before and after its bundle is known")
  func prior() async throws {
    defer { sample.remove() }
    try write("wanted", to: context)
    let before = PlannedTarget(
      path: context, asset: Batches.asset(1), role: .bundle, found: .absent, digest: .sha256(wanted), old: nil
    )
    #expect(try await plan(prior: [before])[context] == before)
    #expect(try await plan(prior: [before], isPackaged: false)[context] == before)
  }

  @Test("What this batch placed is taken for its own when its manifest changes")
  func revisedAfterPlacing() async throws {
    defer { sample.remove() }
    try write("placed for the manifest before", to: context)
    let before = PlannedTarget(
      path: context, asset: Batches.asset(1), role: .bundle, found: .absent,
      digest: .sha256("placed for the manifest before".utf8), old: nil)
    #expect(try await plan(prior: [before], isPackaged: false)[context] == before)
    await #expect { try await plan(prior: [before]) } throws: { ($0 as? Fault)?.code == "target_not_ours" }
  }

  @Test("Old bytes that placing has not yet replaced are still to be replaced")
  func halfPlaced() async throws {
    defer { sample.remove() }
    try write("old", to: context)
    let before = PlannedTarget(
      path: context, asset: Batches.asset(1), role: .bundle, found: .replaced, digest: .sha256(wanted),
      old: .sha256("old".utf8))
    #expect(try await plan(prior: [before])[context] == before)
  }

  @Test("Before packaging, bytes that the asset is known to have made count as identical")
  func known() async throws {
    defer { sample.remove() }
    try write("from another batch", to: context)
    let digest = Digest.sha256("from another batch".utf8)
    #expect(try await plan(isPackaged: false, known: [digest])[context]?.found == .identical)
    await #expect { try await plan(known: [digest]) } throws: { ($0 as? Fault)?.code == "target_not_ours" }
  }

  @Test("A target staged and not in the branch is in the way")
  func staged() async throws {
    defer { sample.remove() }
    try write("mine", to: context)
    _ = try sample.git("add", "--", context)
    try FileManager.default.removeItem(atPath: sample.root + "/" + context)
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_staged" }
  }

  @Test("Where nothing goes to the working tree, only the tip counts")
  func tipOnly() async throws {
    defer { sample.remove() }
    try write("mine, uncommitted", to: context)
    #expect(try await plan(inWorkingTree: false)[context]?.found == .absent)
    try commit(".")
    await #expect { try await plan(inWorkingTree: false) } throws: {
      ($0 as? Fault)?.code == "target_not_ours"
    }
  }

  @Test("All that is in the way is told at once, and ignored targets are named")
  func ignored() async throws {
    defer { sample.remove() }
    try write("assets/\n", to: ".gitignore")
    await #expect { try await plan() } throws: { ($0 as? Fault)?.code == "target_ignored" }
  }
}
