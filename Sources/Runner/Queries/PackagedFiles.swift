import AssetBundle
import BatchModel
import Core
import FileStore
import Files
import GitRepository

/// A file of an asset's bundle, as it was packaged.
package struct PackagedFile: Hashable, Sendable {
  package var asset: AssetID
  /// Relative to the project root.
  package var path: String
  package var digest: Digest
  package var sizeBytes: Int64

  /// The file's own name.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension Project {
  /// The files of an asset's bundle, whether or not they have been placed; refused before it is packaged.
  package func packagedFiles(
    of asset: AssetID, in state: BatchState, _ batch: BatchID
  ) async throws(Fault) -> [PackagedFile] {
    guard let found = state[asset: asset] else {
      throw .assetUnknown(asset.text, batch: batch.text, known: state.assets.map(\.id))
    }
    guard found.isPackaged, let package = found.package else {
      throw .notPackaged(asset, batch: batch, state: found.name.rawValue)
    }
    let bytes = try FileObjectStore(layout).read(package.bundle, limitBytes: 1 << 20)
    guard let bundle = BundleManifest(bytes: bytes) else { throw .objectUnreadable(package.bundle.hex) }
    return bundle.entries.map {
      PackagedFile(asset: asset, path: $0.path, digest: $0.digest, sizeBytes: $0.sizeBytes)
    }
  }

  /// The one file of a bundle that a word means: a file's name or its whole path.
  package func packagedFile(
    _ word: String, of asset: AssetID, in state: BatchState, _ batch: BatchID
  ) async throws(Fault) -> PackagedFile {
    let files = try await packagedFiles(of: asset, in: state, batch)
    guard let file = files.first(where: { $0.path == word }) ?? files.first(where: { $0.name == word }) else {
      throw .fileUnknown(word, asset: asset, batch: batch, known: files.map(\.name))
    }
    return file
  }

  /// A packaged file's bytes, checked against their digest.
  package func bytes(of file: PackagedFile) async throws(Fault) -> [UInt8] {
    try FileObjectStore(layout).read(file.digest, limitBytes: Int(file.sizeBytes))
  }

  /// Writes packaged files below a folder, which is made where it is missing; returns how many were not there yet.
  ///
  /// A file that holds other bytes is never overwritten (73): all places are looked at before the first is written.
  package func write(_ files: [PackagedFile], to folder: String) async throws(Fault) -> Int {
    let objects = try FileObjectStore(layout)
    try FolderPath.make(folder)
    let worktree = try FileWorktree(root: folder, token: LedgerMark(layout).tokenOfRepairs)
    var waiting: [(TargetPath, PackagedFile)] = []
    var faults: [Fault] = []
    for file in files {
      let target = try TargetPath(checking: file.path)
      switch try worktree.inspect(target) {
      case .absent: waiting.append((target, file))
      case .regular(file.digest, _, _): break
      case let state: faults.append(.targetInTheWay(target, state, expected: "nothing or the same bytes"))
      }
    }
    if !faults.isEmpty { throw Faults(faults).first }
    for (target, file) in waiting {
      let object = ObjectFile(id: file.digest, path: objects.path(of: file.digest))
      _ = try worktree.place(target, object, expecting: .absent)
    }
    return waiting.count
  }
}
