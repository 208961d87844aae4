import Foundation

/// A git of today beside the distribution's: `scripts/test-git` makes it.
enum SecondGit {
  /// The folder whose `git` it is.
  static let folder: String = {
    if let named = ProcessInfo.processInfo.environment["LEDGERCTL_TEST_SECOND_GIT"] { return named }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.path + "/.build/second-git"
  }()

  /// Options of `git init` for refs in tables.
  static let reftable = ["--ref-format=reftable"]
}
