import Runner

/// Tries a failed asset again, with the bytes that its image has now: RetryAsset FOLDER BATCH ASSET
@main struct RetryAsset {
  static func main() async throws {
    let words = CommandLine.arguments
    guard words.count == 4, let batch = BatchID(words[2]), let asset = AssetID(words[3]) else {
      return print("usage: RetryAsset FOLDER BATCH ASSET")
    }
    let project = try Project.open(at: words[1])
    let report = await (try project.runner()).retry(batch, RetryRequest(assets: [asset]))
    print(report.state.phase, report.state.confirmation?.sha ?? "")
    await project.close()
  }
}
