import Runner

/// Ends a batch without a commit and undoes what it placed: CancelBatch FOLDER BATCH REASON
@main struct CancelBatch {
  static func main() async throws {
    let words = CommandLine.arguments
    guard words.count == 4, let batch = BatchID(words[2]) else {
      return print("usage: CancelBatch FOLDER BATCH REASON")
    }
    let project = try Project.open(at: words[1])
    let report = await (try project.runner()).cancel(batch, why: words[3])
    print(report.state.phase)
    await project.close()
  }
}
