import BatchModel
import Core
import Files
import GitRepository
import Runner
import SampleBatch

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A repository with the sample batch in it, made for a newcomer to run.
package struct SampleProject: Sendable {
  /// Absolute.
  package let root: String
  package let manifest: String

  /// Makes the repository in a folder that is empty or not there yet (73 otherwise), with the pictures and their
  /// manifest committed and a ledger of its own.
  package static func make(at root: String, environment: [String: String]) throws(Fault) -> SampleProject {
    guard try FolderPath.isFree(root) else { throw .folderNotEmpty(root) }
    try FolderPath.make(root + "/downloads")
    for piece in SampleArt.all { try write(piece.draw(), to: "\(root)/downloads/\(piece.fileName)") }
    let draft = ManifestDraft(
      batchID: SampleArt.batchID,
      assets: SampleArt.all.map { piece in
        ManifestDraft.Asset(
          id: piece.assetID, path: "downloads/" + piece.fileName, score: Double(piece.score),
          specs: piece.specs)
      })
    let project = SampleProject(root: root, manifest: root + "/batch.json")
    try write(Array(draft.text.utf8), to: project.manifest)
    try project.begin(environment)
    _ = try Project.initialise(at: root, environment: environment)
    return project
  }

  /// Makes the repository and its first commit; an identity of its own where the user has none.
  private func begin(_ environment: [String: String]) throws(Fault) {
    let git = try GitProgram(directory: root, environment: environment)
    // The user's templates may hold hooks, which have no business in a demonstration.
    _ = try git.run(["init", "--quiet", "--template=", "--initial-branch=main"])
    let identity = try git.run(["var", "GIT_AUTHOR_IDENT"], .init(answers: [0, 128], guise: .asking))
    if !identity.succeeded {
      _ = try git.run(["config", "user.name", "ledgerctl demo"])
      _ = try git.run(["config", "user.email", "demo@localhost"])
    }
    _ = try git.run(["add", "--", "batch.json", "downloads"])
    _ = try git.run(
      ["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message=Begin with three pictures"],
      .init(guise: .asking))
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(Fault) {
    do throws(FileError) {
      let folder = try OpenFile.open(ProjectPath.parent(of: path), O_RDONLY | O_DIRECTORY)
      let name = path.split(separator: "/").last.map(String.init) ?? path
      try folder.open(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666).write(bytes)
    } catch {
      throw .target("write", path, error)
    }
  }
}
