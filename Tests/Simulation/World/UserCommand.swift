import Runner

/// What a user has the runner do with a batch.
package enum UserCommand: Hashable, Sendable {
  case run, runRevised, resume, retry
  /// Places nothing yet.
  case hold
  /// Lands a committed batch again whose commit has left the branch.
  case runAgain
  case retryFrom(Stage)
  case refresh
  case cancel

  static func retryIfFailed(in state: BatchState) -> Self {
    state.assets.contains { $0.name == .failed } ? .retry : .run
  }
}
