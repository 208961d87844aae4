import BatchModel
import Core
import GitRepository

/// What a user says about a batch that continues: without it, a batch keeps to what it was registered with.
public struct RegistrationChange: Hashable, Sendable {
  /// Short name of another branch.
  public var branch: String?
  /// More targets that may be overwritten although they are not ours.
  public var forced: [String]
  /// More assets that may take the place of others.
  public var replaced: [String]
  /// Images may lie anywhere from now on.
  public var imagesAnywhere: Bool

  public init(
    branch: String? = nil, forced: [String] = [], replaced: [String] = [], imagesAnywhere: Bool = false
  ) {
    self.branch = branch
    self.forced = forced
    self.replaced = replaced
    self.imagesAnywhere = imagesAnywhere
  }
}

extension Runner {
  /// Writes a revision of the batch's registration, if the change says anything new.
  func revise(
    _ run: BatchRun, _ stages: StageWork, by change: RegistrationChange
  ) async throws(Fault) {
    let state = await run.state
    guard let registration = state.registration else { throw .batchUnknown(run.batch.text) }
    var notes: [String] = []
    var revised = registration
    revised.forced += change.forced.filter { !registration.forced.contains($0) }
    let allowed = registration.replaced ?? []
    let more = change.replaced.filter { !allowed.contains($0) }
    if !more.isEmpty { revised.replaced = allowed + more }
    if change.imagesAnywhere { revised.imagesBeneath = nil }
    if let branch = change.branch, branch != registration.branchName {
      notes = try redirect(&revised, to: branch)
    }
    guard revised != registration else { return }
    // A retry may have pinned newer bytes than the registration names.
    revised.images = state.assets.map(\.image)
    try await settle(run, stages, run.batch)
    if await !run.state.placePlan.isEmpty {
      try await stages.unplace(in: run, why: "The registration was revised.")
    }
    revised.isAsked(by: state.openRun?.start)
    try await run.write([.batchRevised(revised)])
    for note in notes { await run.note(note) }
  }

  private func redirect(_ registration: inout Registration, to branch: String) throws(Fault) -> [String] {
    let preflight = Preflight(
      repository: try surroundings.repository(), commit: registration.configuration.commit)
    do throws(Faults) {
      let destination = try preflight.destination(branch: branch)
      registration.branch = destination.ref
      registration.tip = destination.tip?.text
      registration.base = destination.base?.text
      return destination.notes
    } catch {
      throw error.first
    }
  }
}

extension Registration {
  /// Notes who asked for a revision, with which words.
  mutating func isAsked(by start: RunStart?) {
    actor = start?.actor
    argv = start?.argv
  }
}

extension BatchState {
  /// The registration without some assets; the manifest's digest stays, so that the same manifest is the same batch.
  func leavingOut(_ assets: [AssetID], why: String) -> Registration? {
    guard var revised = registration else { return nil }
    let left = revised.manifest.assets.filter { !assets.contains($0.id) }
    revised.leftOut = (revised.leftOut ?? []) + assets.map { LeftOutAsset(asset: $0, why: why) }
    revised.manifest = Manifest(batchID: revised.manifest.batchID, assets: left)
    // A retry may have pinned newer bytes than the registration names.
    revised.images = self.assets.map(\.image).filter { !assets.contains($0.asset) }
    revised.isAsked(by: openRun?.start)
    return revised
  }
}
