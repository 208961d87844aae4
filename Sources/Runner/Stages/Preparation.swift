import BatchModel

/// What looking before starting found out about a stage of an asset.
enum Preparation: Hashable, Sendable {
  /// The result is there already: from an earlier event with the same key, or from the manifest.
  case done(StageCompletion, package: AssetPackage?)
  /// The stage must run, under this key.
  case needed(StageKey)
  /// An earlier stage's output is missing or damaged: that stage is open again.
  case damaged(Stage, StageInvalidation)
  /// It cannot even be found out.
  case ended(StageOutcome)
}
