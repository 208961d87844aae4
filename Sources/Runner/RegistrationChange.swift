import Ledger

/// What a user says anew about a batch that goes on: without it, a batch keeps to what it was registered with.
public struct RegistrationChange: Hashable, Sendable {
  public var extractor: ExtractorSettings?
  /// Short name of another branch.
  public var branch: String?
  /// More targets that may be overwritten although they are not ours.
  public var forced: [String]
  /// More assets that may take the place of others.
  public var replaced: [String]

  public init(
    extractor: ExtractorSettings? = nil, branch: String? = nil, forced: [String] = [], replaced: [String] = []
  ) {
    self.extractor = extractor
    self.branch = branch
    self.forced = forced
    self.replaced = replaced
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
    if let extractor = change.extractor { revised.configuration.extractor = extractor }
    revised.forced += change.forced.filter { !registration.forced.contains($0) }
    let allowed = registration.replaced ?? []
    let more = change.replaced.filter { !allowed.contains($0) }
    if !more.isEmpty { revised.replaced = allowed + more }
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
