import Ledger

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Project {
  /// A ledger that was asked for, and whether it had to be made.
  public struct Initialised: Hashable, Sendable {
    /// Absolute path of `.ledger`.
    public var folder: String
    public var isNew: Bool
  }

  /// Makes a ledger in a folder, which becomes a project's root; one that is there already stays as it is.
  public static func initialise(at root: String, environment: [String: String]) throws(Fault) -> Initialised {
    let isNew = access(root + "/" + ProjectLayout.folderName + "/ledger.db", F_OK) != 0
    let layout = try ProjectLayout.create(at: root)
    _ = try open(from: root, ledger: layout.root, .making, environment: environment)
    return Initialised(folder: layout.ledgerFolder, isNew: isNew)
  }

  /// The configuration that a project around a folder has or would have, without making a ledger where there is none.
  public static func configuration(
    around directory: String, ledger: String?, environment: [String: String],
    _ overrides: Configuration.Overrides
  ) throws -> Configuration {
    let named = ledger ?? environment["LEDGERCTL_LEDGER"]
    let layout = try find(from: directory, named: named, environment: environment)
    let file =
      try layout?.configuration
      ?? GitRepository.discover(from: directory, environment: environment).layout.topLevel + "/ledger.yaml"
    return try Configuration.load(file: file, environment: environment, overrides: overrides)
  }
}
