import AssetBundle
import BatchModel
import Core
import Files
import GitRepository

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
  ///
  /// In a linked worktree it is made in the same sub-folder of the main one, or beside the bare repository: it has to
  /// outlive the worktree.
  public static func initialise(at root: String, environment: [String: String]) throws(Fault) -> Initialised {
    let start = try ProjectPath.resolved(root)
    var holder = start
    if let tree = SurroundingTree.around(start), tree.isLinked,
      ProjectPath.kind(of: ProjectPath.appending([ProjectLayout.folderName], to: start)) == nil,
      let below = ProjectPath.components(of: start, below: tree.top)
    {
      holder = ProjectPath.appending(below, to: tree.topForLedger)
      try FolderPath.make(holder)
    }
    let folder = ProjectPath.appending([ProjectLayout.folderName], to: holder)
    try ProjectLayout(root: start, ledgerFolder: folder).refuseForeignHands(environment)
    let isNew = access(holder + "/" + ProjectLayout.folderName + "/ledger.db", F_OK) != 0
    let layout = try ProjectLayout.create(at: holder)
    _ = try open(from: start, ledger: layout.ledgerFolder, .making, environment: environment)
    return Initialised(folder: layout.ledgerFolder, isNew: isNew)
  }

  /// Writes a `ledger.yaml` in which everything is commented out; nil where one is there.
  public static func writeConfiguration(forLedger folder: String) throws(Fault) -> String? {
    try writeNew(SettingsGuide.file, to: ProjectPath.parent(of: folder) + "/ledger.yaml")
  }

  /// Writes the shipped templates into `templates/` beside the ledger, each where none is there; returns what was
  /// written.
  public static func writeTemplates(forLedger folder: String) throws(Fault) -> [String] {
    let templates = ProjectPath.parent(of: folder) + "/templates"
    try FolderPath.make(templates)
    var written: [String] = []
    for (name, text) in [
      (BundleTemplates.contextFile, ContextTemplate.text), (BundleTemplates.usageFile, UsageTemplate.text),
    ] {
      if let path = try writeNew(text, to: "\(templates)/\(name)") { written.append(path) }
    }
    return written
  }

  /// Writes a file of the user's, never over one that is there.
  private static func writeNew(_ text: String, to path: String) throws(Fault) -> String? {
    guard access(path, F_OK) != 0 else { return nil }
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
    } catch {
      throw .target("write", path, FileError("open", errno))
    }
    return path
  }

  /// The configuration that the project at an address has or would have, without making a ledger where there is none.
  public static func configuration(
    _ address: ProjectAddress, _ overrides: Configuration.Overrides
  ) throws -> Configuration {
    try Configuration.load(
      file: place(address).layout.configuration, environment: address.environment, overrides: overrides)
  }
}
