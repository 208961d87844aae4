import BatchModel
import Core
import Files
import Redaction

extension Runner {
  /// How a run is to work: by the present configuration, whatever the batch was registered with.
  func execution(
    _ options: RunOptions, _ registration: Registration
  ) throws(Fault) -> ExecutionSettings {
    var execution = (try present(options) ?? registration.configuration).execution
    if surroundings.hasGivenExtractor { execution.extractor = ExtractorSettings() }
    if let maxWaitMs = options.maxWaitMs { execution.limits.maxWait = .milliseconds(maxWaitMs) }
    return execution
  }

  /// Takes out the values of the variables that the extractor is given, or would be: by the run's settings, the present
  /// configuration and the batch's registration. A configuration that can't be read keeps nobody from cancelling.
  func redactor(
    _ execution: ExecutionSettings?, _ options: RunOptions, _ registration: Registration?
  ) -> Redactor {
    var names = execution?.extractor.env ?? []
    if execution == nil {
      names += ((try? present(options)) ?? nil)?.extractor.env ?? []
      names += registration?.configuration.extractor.env ?? []
    }
    return surroundings.redactor(names)
  }

  /// What `run.started` says of this process and of how the run works.
  func runStart(
    _ execution: ExecutionSettings?, _ options: RunOptions, _ registration: Registration? = nil
  ) -> RunStart {
    var start = surroundings.process
    let redactor = redactor(execution, options, registration)
    start.argv = start.argv?.map(redactor.redact)
    start.execution = execution?.redacted(by: redactor)
    start.ignoresWaits = options.ignoresWaits ? true : nil
    return start
  }

  /// Names the settings that are not those of the batch's last run, and those that a registered batch does not take.
  func settingNotes(
    _ start: RunStart, _ options: RunOptions, _ state: BatchState
  ) throws(Fault) -> [Note] {
    guard let registration = state.registration, let execution = start.execution else { return [] }
    var notes: [Note] = []
    let last =
      state.runs.last { $0.start.execution != nil }?.start.execution
      ?? registration.configuration.execution.redacted(by: surroundings.redactor(execution.extractor.env))
    let changed = SettingDifference.all(from: last, to: execution).map { setting in
      "\(setting.name) is \(setting.newText) (before: \(setting.oldText))"
    }
    if !changed.isEmpty {
      notes.append(
        Note(
          "settings_changed", "The settings differ from the last run's: \(changed.joined(separator: "; "))."))
    }
    guard var present = try present(options) else { return notes }
    present.execution = registration.configuration.execution
    present.commit.branch = registration.configuration.commit.branch
    let kept = SettingDifference.all(from: registration.configuration, to: present).map { setting in
      "\(setting.name) stays \(setting.oldText) (now configured: \(setting.newText))"
    }
    if !kept.isEmpty {
      notes.append(
        Note("settings_kept", "The batch keeps what it was registered with: \(kept.joined(separator: "; ")).")
      )
    }
    return notes
  }

  private func present(_ options: RunOptions) throws(Fault) -> Configuration? {
    if let configuration = options.configuration { return configuration }
    return try surroundings.presentConfiguration()
  }
}

extension RunOptions {
  /// The options for a retry: who names an asset that waits wants it tried now.
  func retrying(_ request: RetryRequest, _ state: BatchState) -> RunOptions {
    var options = self
    let waiting = state.assets.filter { request.assets.contains($0.id) && $0.name == .deferred }
    options.ignoresWaits = options.ignoresWaits || !waiting.isEmpty
    return options
  }
}
