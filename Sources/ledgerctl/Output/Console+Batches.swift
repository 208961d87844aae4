import BatchModel
import Core
import Runner

extension Console {
  /// Finds the batch that a word means, and says which later ones `@last` leaves to other worktrees.
  func batch(named word: String, in project: Project) async throws(Fault) -> BatchID {
    guard word == "@last" else { return try await project.batch(named: word) }
    let choice = try await project.last()
    guard let batch = choice.batches.first else { return try await project.batch(named: word) }
    note(choice)
    return batch
  }

  /// Says in one line which batches are left to other worktrees.
  func note(_ choice: BatchChoice) {
    if let note = choice.note { say("\(errStyle("note:", .quiet)) \(VisibleText.line(note))") }
  }
}
