import Core
import Subprocesses

/// Runs git so that nothing in the user's environment changes what it does or makes it run a program of
/// theirs.
package struct GitProgram: Sendable {
  /// Absolute path of git.
  private let program: String
  /// The environment without anything of git's but configuration, as hooks of the user's get it.
  private let plain: [String: String]
  /// The same, with what makes git's answers the same everywhere.
  private let environment: [String: String]
  /// `GIT_AUTHOR_NAME` and the like, handed on only where somebody's identity is asked for.
  private let identity: [String: String]
  /// Where git runs, and the variables that pin it to one repository.
  private let directory: String
  private let pins: [String: String]
  /// The pins that `git commit` gives to hooks: none where git's folder is found from the working directory.
  private let hookPins: [String: String]
  private var settings: [(name: String, value: String)]

  /// Settings for every call. Values that run a program are switched off, and so is what writes at its own
  /// time.
  private static let fixedSettings = [
    ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("core.fsync", "all"), ("core.fsyncMethod", "fsync"), ("core.filesRefLockTimeout", "1000"),
    ("reftable.lockTimeout", "1000"),
    ("core.safecrlf", "false"), ("core.useReplaceRefs", "false"), ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"), ("log.showSignature", "false"), ("i18n.logOutputEncoding", "UTF-8"),
    ("submodule.recurse", "false"), ("advice.updateSparsePath", "false"),
  ]

  private static let identityVariables: Set<String> = [
    "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
  ]

  /// Variables that are configuration like any file: where it is read from, and settings themselves.
  private static func isConfiguration(_ variable: String) -> Bool {
    switch variable {
    case "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", parameters: true
    default: variable.hasPrefix("GIT_CONFIG_KEY_") || variable.hasPrefix("GIT_CONFIG_VALUE_")
    }
  }

  /// Where git hands on what `-c` says, which counts more than `GIT_CONFIG_COUNT` and every file.
  private static let parameters = "GIT_CONFIG_PARAMETERS"

  /// Finds git for use in a directory that may or may not be within a repository.
  package init(directory: String, environment: [String: String]) throws(Fault) {
    self.directory = directory
    identity = environment.filter { Self.identityVariables.contains($0.key) }
    plain = environment.filter { !$0.key.hasPrefix("GIT_") || Self.isConfiguration($0.key) }
    var kept = plain
    kept["LANGUAGE"] = nil
    for (name, value) in [
      ("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_NO_LAZY_FETCH", "1"),
      ("GIT_LITERAL_PATHSPECS", "1"), ("GIT_NO_REPLACE_OBJECTS", "1"), ("GIT_PAGER", "cat"),
      ("GIT_EDITOR", "false"),
    ] {
      kept[name] = value
    }
    self.environment = kept
    pins = [:]
    hookPins = [:]
    settings = Self.fixedSettings.map { (name: $0.0, value: $0.1) }
    do {
      program = try ProgramSearch.path(of: Command(["git"], environment: environment, directory: directory))
    } catch {
      throw .gitMissing()
    }
  }

  /// The same git, pinned to a repository; filters and hooks that its configuration names can no longer run.
  package init(_ found: GitProgram, pinnedTo layout: RepositoryLayout, filters: [String], hooks: [String]) {
    program = found.program
    plain = found.plain
    environment = found.environment
    identity = found.identity
    directory = layout.topLevel
    pins = ["GIT_DIR": layout.gitFolder, "GIT_WORK_TREE": layout.topLevel]
    hookPins = layout.gitFolder == "\(layout.topLevel)/.git" ? [:] : ["GIT_DIR": layout.gitFolder]
    settings = found.settings
    for filter in filters {
      settings += [
        ("filter.\(filter).clean", ""), ("filter.\(filter).smudge", ""), ("filter.\(filter).process", ""),
        ("filter.\(filter).required", "false"),
      ]
    }
    settings += hooks.map { ("hook.\($0).enabled", "false") }
  }

  /// Whether the environment says who somebody is.
  package var namesIdentities: Bool { !identity.isEmpty }

  /// Whose settings count.
  package enum Guise {
    /// None that run a program.
    case plumbing
    /// The user's, for calls that only ask what is configured.
    case asking
    /// None that run a program, and outside of the repository.
    case elsewhere
    /// The user's, and what `git commit` itself would set, for running their hooks.
    case hooks
  }

  /// What one call differs in from the others.
  package struct Options {
    package var input: [UInt8] = []
    /// Exit statuses that are an answer rather than a failure.
    package var answers: Set<Int32> = [0]
    package var variables: [String: String] = [:]
    package var settings: [(name: String, value: String)] = []
    package var guise: Guise = .plumbing
    /// The call continues to its end even if this process is killed.
    package var survivesParent = false
    package var timeout: Duration?
    package var outputLimitBytes = 256 << 20

    package init(
      input: [UInt8] = [], answers: Set<Int32> = [0], variables: [String: String] = [:],
      settings: [(name: String, value: String)] = [], guise: Guise = .plumbing,
      survivesParent: Bool = false, timeout: Duration? = nil, outputLimitBytes: Int = 256 << 20
    ) {
      self.input = input
      self.answers = answers
      self.variables = variables
      self.settings = settings
      self.guise = guise
      self.survivesParent = survivesParent
      self.timeout = timeout
      self.outputLimitBytes = outputLimitBytes
    }
  }

  /// Runs git and returns what it wrote; any exit status but those that `options` expects is a fault.
  package func run(_ words: [String], _ options: Options = Options()) throws(Fault) -> ProcessResult {
    var command = Command([program] + words, environment: environment, directory: directory)
    var settings = settings + options.settings
    switch options.guise {
    case .plumbing, .elsewhere: break
    case .asking:
      settings = []
      command.environment.merge(identity) { $1 }
    case .hooks:
      settings = []
      command.environment = plain
    }
    command.environment.merge(pins(of: options.guise)) { $1 }
    command.environment.merge(options.variables) { $1 }
    // Behind what the user's own `-c` says, so that ours count. Quoted, names and values with `=` keep their meaning.
    let said = settings.map { "\(Self.quoted($0.name))=\(Self.quoted($0.value))" }
    if !said.isEmpty {
      let users = command.environment[Self.parameters].flatMap { $0.isEmpty ? nil : $0 }
      command.environment[Self.parameters] = ([users].compactMap { $0 } + said).joined(separator: " ")
    }
    command.input = options.input
    command.outputLimitBytes = options.outputLimitBytes
    command.survivesParent = options.survivesParent
    command.takesDescendantsAlong = options.guise == .hooks
    command.timeout = options.timeout
    let result: ProcessResult
    do throws(Fault) { result = try ChildProcess.runBlocking(command) } catch {
      guard error.kind == .programPipeFailed else { throw error }
      throw .gitPipeBroken(Self.verb(words), error.message)
    }
    if case .code(let code) = result.exit, options.answers.contains(code) {
      // All that git says ends in a line feed or NUL. What a pipe loses of it, git passes over in silence.
      if let last = result.output.last, last != UInt8(ascii: "\n"), last != 0 {
        throw .gitCutShort(Self.verb(words))
      }
      return result
    }
    throw .gitFailed(Self.verb(words), result)
  }

  private func pins(of guise: Guise) -> [String: String] {
    switch guise {
    case .plumbing, .asking: pins
    case .hooks: hookPins
    case .elsewhere: [:]
    }
  }

  private static func verb(_ words: [String]) -> String { words.first { !$0.hasPrefix("-") } ?? "git" }

  /// As git quotes a setting: between single quotes, each of its own left out of them.
  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

extension ProcessResult {
  /// stdout as text, invalid bytes replaced.
  package var text: String { String(decoding: output, as: UTF8.self) }

  /// stdout as its lines.
  package var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }

  /// stdout as its fields, each followed by NUL.
  package var fields: [String] {
    output.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}

/// Joins strings, each followed by NUL, as git's `-z` input wants them.
package func nulTerminated(_ texts: some Sequence<String>) -> [UInt8] {
  texts.flatMap { Array($0.utf8) + [0] }
}
