import BatchModel
import Core

extension Runner {
  /// Refuses an extractor whose program can't be started, where some asset needs it.
  func checkExtractor(_ request: RunRequest) throws(Fault) {
    if request.manifest.assets.contains(where: { $0.idf == nil }) {
      try surroundings.checkExtractor(request.configuration)
    }
  }

  /// Refuses it where some asset of a registered batch still needs it.
  func checkExtractor(
    _ registration: Registration, _ execution: ExecutionSettings?, _ state: BatchState
  ) throws(Fault) {
    let asked = registration.manifest.assets.filter { $0.idf == nil }
    if asked.contains(where: { state[asset: $0.id]?[.extract].completion == nil }) {
      var configuration = registration.configuration
      if let execution { configuration.execution = execution }
      try surroundings.checkExtractor(configuration)
    }
  }
}
