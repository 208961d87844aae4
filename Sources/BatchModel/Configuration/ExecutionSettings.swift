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
  package func executing(_ execution: ExecutionSettings) -> Configuration {
    var configuration = self
    configuration.execution = execution
    return configuration
  }
}
