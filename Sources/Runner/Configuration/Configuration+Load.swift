import BatchModel
import Core
import Files
import Redaction
import StrictJSON

extension Configuration {
  /// What flags of the command say; nil where a flag was not given.
  public struct Overrides: Hashable, Sendable {
    public var extractorKind: ExtractorSettings.Kind?
    public var branch: String?
    public var maxWait: Duration?
    public var inFlight: Int?

    public init(
      extractorKind: ExtractorSettings.Kind? = nil, branch: String? = nil, maxWait: Duration? = nil,
      inFlight: Int? = nil
    ) {
      self.extractorKind = extractorKind
      self.branch = branch
      self.maxWait = maxWait
      self.inFlight = inFlight
    }
  }

  /// Settings that the environment can make, by the variable's name.
  public static let environmentNames = Dictionary(
    uniqueKeysWithValues: ConfigurationReader.settings.flatMap { section, names -> [(String, String)] in
      let settable: [String] =
        switch section {
        case "limits", "policy": names
        case "extractor": ["kind"]
        case "commit": ["branch"]
        default: []
        }
      return settable.map { ("LEDGERCTL_\(section)_\($0)".uppercased(), "\(section).\($0)") }
    })

  /// Reads the configuration: defaults, then the file if there is one, then the environment, then flags.
  ///
  /// Everything that is wrong in any of them is told at once. A file that is not there is not a fault; one
  /// that is not a regular file, or is larger than 64 KiB, is. YAML is only touched where there is a file.
  public static func load(
    file path: String?, environment: [String: String] = [:], overrides: Overrides = Overrides()
  ) throws(Faults) -> Configuration {
    var bytes: [UInt8]?
    if let path {
      do throws(InputFile.Refusal) {
        let parts = path.split(separator: "/")
        bytes = try InputFile.beginning(
          of: parts.last.map(String.init) ?? "", beneath: ProjectPath.parent(of: path),
          limitBytes: YAMLTree.maxBytes)
      } catch {
        if error != .missing { throw Faults([.configurationUnreadable(path, found: error.found)]) }
      }
    }
    return try read(bytes, path: path ?? "ledger.yaml", environment: environment, overrides: overrides)
  }

  /// Reads the configuration from a file's bytes; nil stands for no file.
  public static func read(
    _ bytes: [UInt8]?, path: String, environment: [String: String] = [:], overrides: Overrides = Overrides()
  ) throws(Faults) -> Configuration {
    var configuration = Configuration()
    var faults: [Fault] = []
    if let bytes {
      do throws(YAMLTree.Problem) {
        if let tree = try YAMLTree.read(bytes) {
          var file = ConfigurationReader(configuration, origin: .file(path))
          file.apply(tree)
          configuration = file.configuration
          faults += file.reader.faults
        }
      } catch {
        faults.append(
          .configurationSyntax(path, error.message, at: error.position, hint: error.hint))
      }
    }
    configuration.apply(environment, &faults)
    configuration.apply(overrides, &faults)
    if faults.isEmpty { configuration.checkWhole(path: path, &faults) }
    if faults.isEmpty { configuration.checkSecrets(path: path, environment, &faults) }
    guard faults.isEmpty else { throw Faults(faults) }
    return configuration
  }

  /// Variables with our beginning that are not settings.
  private static let otherNames = ["LEDGERCTL_LEDGER", "LEDGERCTL_NOTIFY"]

  /// What is wrong with a variable that nobody reads although it begins as ours do; nil for all others.
  private static func fault(ofUnknownVariable name: String) -> Fault? {
    // Those of the project's own tests are nobody's setting.
    guard name.hasPrefix("LEDGERCTL_"), !name.hasPrefix("LEDGERCTL_TEST_"), !otherNames.contains(name),
      environmentNames[name] == nil
    else { return nil }
    let sections = ConfigurationReader.settings.map { "LEDGERCTL_\($0.section.uppercased())_" }
    let isSetting = sections.contains(where: name.hasPrefix)
    let known = (environmentNames.keys + (isSetting ? [] : otherNames)).sorted()
    let words = name.dropFirst("LEDGERCTL_".count)
    // A setting without its section, or a section without its setting, as well as a mistyped name.
    let meant =
      known.first { $0.hasSuffix("_\(words)") } ?? known.first { $0.hasPrefix("\(name)_") }
      ?? (words == "JOBS" ? "LEDGERCTL_LIMITS_IN_FLIGHT" : nil)
    return .configurationUnknown(name, known: known, from: .environment, meant: meant)
  }

  /// Refuses variables with our beginning that nobody reads, but for those that can only be settings: what is wrong
  /// with settings is told all at once where they are read. An empty variable is as good as none.
  static func refuseUnknownVariables(_ environment: [String: String]) throws(Fault) {
    let sections = ConfigurationReader.settings.map { "LEDGERCTL_\($0.section.uppercased())_" }
    for name in environment.keys.sorted()
    where environment[name] != "" && !sections.contains(where: name.hasPrefix) {
      if let fault = fault(ofUnknownVariable: name) { throw fault }
    }
  }

  private mutating func apply(_ environment: [String: String], _ faults: inout [Fault]) {
    var reader = ConfigurationReader(self, origin: .environment)
    for (name, text) in environment.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
      if let setting = Self.environmentNames[name] {
        reader.apply(setting, name, .scalar(text, isPlain: true, SourcePosition(line: 1, column: 1)))
      } else if let fault = Self.fault(ofUnknownVariable: name) {
        reader.reader.faults.append(fault)
      }
    }
    self = reader.configuration
    faults += reader.reader.faults
  }

  private mutating func apply(_ overrides: Overrides, _ faults: inout [Fault]) {
    var reader = ConfigurationReader(self, origin: .flag)
    let place = SourcePosition(line: 1, column: 1)
    if let kind = overrides.extractorKind { reader.configuration.extractor.kind = kind }
    if let maxWait = overrides.maxWait { reader.configuration.limits.maxWait = maxWait }
    if let branch = overrides.branch {
      reader.apply("commit.branch", "--branch", .scalar(branch, isPlain: true, place))
    }
    if let inFlight = overrides.inFlight {
      reader.apply("limits.in_flight", "--jobs", .scalar(String(inFlight), isPlain: true, place))
    }
    self = reader.configuration
    faults += reader.reader.faults
  }

  /// Refuses secrets in what is stored with a batch and seen by everybody who lists processes.
  private func checkSecrets(path: String, _ environment: [String: String], _ faults: inout [Fault]) {
    let shapes = Redactor()
    // A folder that a variable names may well be part of a command.
    let variables = extractor.env.compactMap { name in environment[name].map { (name, $0) } }
      .filter { !$0.1.hasPrefix("/") }
    for (setting, texts) in [
      ("extractor.command", extractor.command), ("extractor.arguments", extractor.arguments.allTexts),
    ] {
      if let (name, _) = variables.first(where: { variable in
        texts.contains(where: Redactor(valuesOnly: [variable.1]).finds)
      }) {
        faults.append(
          .configurationSecret(setting, "the value of the variable \"\(name)\"", from: .file(path)))
      } else if texts.contains(where: shapes.finds) {
        faults.append(.configurationSecret(setting, "what looks like a key", from: .file(path)))
      }
    }
  }

  /// Checks what only several settings together can get wrong.
  private func checkWhole(path: String, _ faults: inout [Fault]) {
    if !layout.categories.contains(layout.defaultCategory) {
      faults.append(
        .configurationValue(
          "layout.default_category", expected: "one of \(layout.categories.joined(separator: ", "))",
          found: "\"\(layout.defaultCategory.cut)\"", from: .file(path)))
    }
    if extractor.kind != .local, extractor.command.isEmpty {
      faults.append(
        .configurationValue(
          "extractor.command", expected: "a program for the extractor \"\(extractor.kind.rawValue)\"",
          found: "nothing", from: .file(path), hint: "Write command: [program, argument] below extractor."))
    }
  }
}
