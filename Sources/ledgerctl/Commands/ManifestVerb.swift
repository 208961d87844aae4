import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Drafts a manifest from images.
struct ManifestVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Drafts a manifest from images and folders of images.",
    discussion: """
      Prints a draft to look over before it is run. A file name that begins with the prefix and a number, such as \
      asset-3-canopy.png, gives the id ASSET-3; every other image gets the number after the highest that is known. \
      What run would refuse is refused here. The score is the one that your validation gave: there is no default.

      Example:
        ledgerctl manifest downloads/asset-3-validated.png --category patterns --score 92 -o batch.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("Images, in the order of the assets, and folders.", valueName: "input"))
  var inputs: [String]
  @Option(help: "The assets' category; the configuration's default if left out.")
  var category: String?
  @Option(help: "The assets' score.")
  var score: Double?
  @Option(help: ArgumentHelp("The batch's id; the folder's name and the date if left out.", valueName: "id"))
  var batch: String?
  @Option(help: ArgumentHelp("What ids begin with; drafts.prefix if left out.", valueName: "prefix"))
  var prefix: String?
  @Option(help: ArgumentHelp("Skip files of folders that match GLOB. Can be repeated.", valueName: "glob"))
  var exclude: [String] = []
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write to FILE, with paths that are right from there.", valueName: "file"))
  var output: String?
  @Option(name: .customLong("format"), help: "Answer as text, json, or csv: a sheet to fill in.")
  var answer = Answer.text

  /// The forms of a draft.
  enum Answer: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
  }

  var format: OutputFormat { answer == .json ? .json : .text }

  func validate() throws {
    if let score, !score.isFinite { throw ValidationError("The score must be a number.") }
    if let prefix, AssetID(prefix) == nil || prefix.utf8.count > 50 {
      throw ValidationError("'--prefix' is wrong: expected 1 to 50 letters, digits, '_' and '-'.")
    }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let caller = console.caller
    let drafting = try await Drafting.open(global.address(from: caller))
    let request = Drafting.Request(
      inputs: inputs, directory: caller.directory, category: category, score: score, batch: batch,
      prefix: prefix, excluded: exclude, output: output,
      date: TimeText.localDate(ms: SystemClock().now().wallMs))
    let draft = try drafting.draft(request, isSheet: answer == .csv)
    let text = answer == .csv ? draft.sheet : draft.text
    if let output { try Drafting.write(text, to: output, in: caller.directory) }
    guard answer != .json else {
      console.out.write(PrintedDocument(name: output ?? "manifest", content: text, notes: draft.notes).line)
      return .done
    }
    for note in draft.notes { console.say("\(console.errStyle("note:", .quiet)) \(VisibleText.line(note))") }
    if let output {
      console.say("Wrote \"\(VisibleText.line(output))\".")
    } else {
      console.out.write(text)
    }
    return .done
  }
}
