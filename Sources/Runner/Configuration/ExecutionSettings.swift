import StrictJSON

/// How a run works, as against what comes of it: the extractor with all its settings, and the limits.
///
/// Every run takes them from the present configuration, so a correction counts for a batch that is unfinished. What
/// decides the result (layout, templates, policy, branch, subject) stays as the batch was registered.
public struct ExecutionSettings: Hashable, Sendable, Codable {
  public var extractor: ExtractorSettings
  public var limits: Configuration.Limits

  public init(extractor: ExtractorSettings, limits: Configuration.Limits) {
    self.extractor = extractor
    self.limits = limits
  }
}

extension Configuration {
  /// The part of it that decides how a run works.
  public var execution: ExecutionSettings {
    get { ExecutionSettings(extractor: extractor, limits: limits) }
    set {
      extractor = newValue.extractor
      limits = newValue.limits
    }
  }

  /// The same with other settings for how a run works.
  func executing(_ execution: ExecutionSettings) -> Configuration {
    var configuration = self
    configuration.execution = execution
    return configuration
  }
}

extension ExecutionSettings {
  /// The settings as they may be stored: every string that a person wrote, without secrets.
  func redacted(by redactor: Redactor) -> ExecutionSettings {
    var redacted = self
    redacted.extractor.command = extractor.command.map(redactor.redact)
    redacted.extractor.tool = redactor.redact(extractor.tool)
    redacted.extractor.model = extractor.model.map(redactor.redact)
    redacted.extractor.arguments = extractor.arguments.mappingStrings(redactor.redact)
    return redacted
  }
}

extension JSONValue {
  /// The same value with every string in it changed, names of fields left as they are.
  func mappingStrings(_ change: (String) -> String) -> JSONValue {
    switch self {
    case .string(let text): .string(change(text))
    case .array(let elements): .array(elements.map { $0.mappingStrings(change) })
    case .object(let members): .object(members.map { Member($0.name, $0.value.mappingStrings(change)) })
    case .null, .bool, .number: self
    }
  }
}
