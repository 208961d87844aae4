import ArgumentParser
import Runner

/// Drafts a manifest from images.
struct ManifestVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Drafts a manifest from images.",
    discussion: """
      Prints a manifest for stdout to be saved and looked over: ids and names are taken from the files' \
      names, and \
      nothing is read of the images themselves.

      Example:
        ledgerctl manifest downloads/asset-3-validated.png --category patterns --score 92 > batch.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("The images, in the order of the assets.", valueName: "image"))
  var images: [String]
  @Option(help: "The assets' category; the configuration's default if left out.")
  var category: String?
  @Option(help: "The assets' score.")
  var score: Double = 90
  @Option(help: ArgumentHelp("The batch's id; made from the images' folder if left out.", valueName: "id"))
  var batch: String?

  func validate() throws {
    if !score.isFinite { throw ValidationError("The score must be a number.") }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let folder = console.caller.directory.split(separator: "/").last.map(String.init) ?? "batch"
    var draft = ManifestDraft.draft(
      images: images, category: category, score: score, defaultBatchName: folder)
    if let batch { draft.batchID = batch }
    console.out.write(draft.text)
    return .done
  }
}
