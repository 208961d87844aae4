import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// What `run`, `resume` and `retry` share.
struct RunFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp("Maximum time to wait for quota, such as 30s, 5m or 1h30m.", valueName: "duration"),
    transform: DurationArgument.read)
  var maxWait: DurationArgument?

  @Option(help: ArgumentHelp("Run at most n stages at once.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Don't wait for what earlier runs were told: one call tries first, then the rest.")
  var now = false

  @Option(help: "Ask this extractor: local, mcp or exec.")
  var extractor: ExtractorKind?

  @Option(help: ArgumentHelp("Commit to this branch; it is made from HEAD if it is new.", valueName: "name"))
  var branch: String?

  @Option(
    help: ArgumentHelp("Overwrite PATH although no batch placed it. Can be repeated.", valueName: "path"))
  var force: [String] = []

  @Flag(help: "Take images from outside of the repository, too, for a manifest in it.")
  var allowOutside = false

  @Option(help: ArgumentHelp("Show progress on stderr: auto, bar, plain or none.", valueName: "how"))
  var progress: ProgressChoice?

  @Option(help: "Answer as text, json or jsonl.")
  var format = OutputFormat.text

  /// How progress is shown.
  enum ProgressChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, bar, plain
    case off = "none"
  }

  func validate() throws {
    if let jobs, jobs < 1 {
      throw ValidationError("The value '\(jobs)' of '--jobs' is too small: expected 1 or more.")
    }
  }

  var overrides: Configuration.Overrides {
    Configuration.Overrides(
      extractorKind: extractor?.kind, branch: branch, maxWait: maxWait?.duration, inFlight: jobs)
  }

  /// What the flags say of one run, over the present configuration.
  func options(_ project: Project, untilPackaged: Bool = false) throws(Faults) -> RunOptions {
    RunOptions(
      configuration: try project.configuration(overrides), maxWaitMs: maxWait?.milliseconds, jobs: jobs,
      ignoresWaits: now, untilPackaged: untilPackaged,
      change: RegistrationChange(branch: branch, forced: force, imagesAnywhere: allowOutside))
  }

  /// How progress is shown here: on a terminal as a board, else line by line, and never where scripts read.
  func progressKind(_ console: Console) -> Progress.Kind {
    switch progress {
    case .bar: .board
    case .plain: .lines
    case .off: .nothing
    case .auto: console.isErrTerminal ? .board : .lines
    case nil: console.format != .text ? .nothing : console.isErrTerminal ? .board : .lines
    }
  }
}

/// An extractor's kind as it is written on the command line.
struct ExtractorKind: ExpressibleByArgument {
  let kind: ExtractorSettings.Kind

  init?(argument: String) {
    guard let kind = ExtractorSettings.Kind(rawValue: argument) else { return nil }
    self.kind = kind
  }

  static var allValueStrings: [String] { ExtractorSettings.Kind.allCases.map(\.rawValue) }
}
