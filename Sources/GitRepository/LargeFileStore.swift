import Core
import FileStore
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder in which Git LFS keeps the bytes of its files, as `objects/ab/cd/abcd…`.
///
/// Bytes are written under a name in `tmp`, where Git LFS itself sweeps, and synced before they get their own.
package struct LargeFileStore: Sendable {
  /// `.git/lfs`, or what `lfs.storage` says.
  package let folder: String
  /// Modes that `core.sharedRepository` asks for; nil where the umask decides.
  package let shared: Mode?

  package struct Mode: Hashable, Sendable {
    package var file: mode_t

    /// Whoever may read the files may look into their folder, and new entries belong to its group.
    package var folder: mode_t { file | (file & 0o444) >> 2 | 0o2000 }

    /// Reads the setting as git does; nil for `umask`, and for what git would refuse.
    package init?(sharedRepository value: String) {
      switch value.lowercased() {
      case "group", "true", "yes", "on", "1": file = 0o660
      case "all", "world", "everybody", "2", "3": file = 0o664
      default:
        guard value.hasPrefix("0"), let mode = mode_t(value, radix: 8), mode & 0o600 == 0o600 else {
          return nil
        }
        file = mode & 0o666
      }
    }
  }

  package init(_ layout: RepositoryLayout, _ settings: GitSettings) {
    let storage = settings["lfs.storage"].flatMap { $0.isEmpty ? nil : $0 } ?? "lfs"
    folder = storage.hasPrefix("/") ? storage : "\(layout.commonFolder)/\(storage)"
    shared = settings["core.sharedrepository"].flatMap { Mode(sharedRepository: $0) }
  }

  /// Whether anything was ever kept here.
  package var isThere: Bool { FileFacts(following: "\(folder)/objects").kind == .folder }

  package func path(of digest: Digest) -> String {
    let hex = digest.hex
    return "\(folder)/objects/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)"
  }

  /// The bytes a pointer stands for; nil where they are not here, are damaged, or more than the limit.
  package func bytes(of pointer: LargeFilePointer, limitBytes: Int) -> [UInt8]? {
    guard pointer.sizeBytes <= limitBytes, let file = try? OpenFile.open(path(of: pointer.digest), O_RDONLY),
      let bytes = try? file.bytes(limitBytes: limitBytes), Digest.sha256(bytes) == pointer.digest
    else { return nil }
    return bytes
  }

  /// Whether nothing of the right size is under the digest's name; Git LFS itself looks no closer.
  package func isMissing(_ pointer: LargeFilePointer) -> Bool {
    let facts = FileFacts(following: path(of: pointer.digest))
    return pointer.sizeBytes > 0 && (facts.kind != .file || facts.sizeBytes != pointer.sizeBytes)
  }

  /// Keeps a file's bytes and returns what stands for them, once they and their name are on disk.
  ///
  /// Idempotent; what is there and damaged is replaced.
  package func keep(_ path: String) throws(Fault) -> LargeFilePointer {
    var place = folder
    do throws(FileError) {
      let source = try OpenFile.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      let (digest, sizeBytes) = try source.digest()
      let pointer = LargeFilePointer(digest: digest, sizeBytes: Int64(sizeBytes))
      place = self.path(of: digest)
      guard sizeBytes > 0 else { return pointer }
      let holder = try makeFolder(ProjectPath.parent(of: place))
      if try !isSound(pointer, in: holder) {
        try source.rewind()
        try write(source, digest, from: try makeFolder("\(folder)/tmp"), to: holder)
      }
      try holder.sync()
      return pointer
    } catch {
      throw .file("keep for Git LFS", place, error)
    }
  }

  private func isSound(_ pointer: LargeFilePointer, in holder: OpenFile) throws(FileError) -> Bool {
    guard let found = try holder.status(of: pointer.digest.hex), found.kind == .regular,
      found.sizeBytes == pointer.sizeBytes
    else { return false }
    let file = try holder.open(pointer.digest.hex, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    guard try file.digest().digest == pointer.digest else { return false }
    // Git LFS syncs nothing; what it wrote may not be on disk yet.
    try file.sync()
    return true
  }

  private func write(
    _ source: OpenFile, _ digest: Digest, from temporary: OpenFile, to holder: OpenFile
  ) throws(FileError) {
    _ = try TemporaryFile.sweep(temporary, prefix: FileWorktree.temporaryPrefix)
    let made = try TemporaryFile.make(in: temporary, prefix: FileWorktree.temporaryPrefix, mode: 0o666)
    do throws(FileError) {
      let found: Digest
      if try made.file.clone(source) {
        found = try made.file.digest().digest
      } else {
        found = try source.digest { (piece) throws(FileError) in try made.file.write(piece) }.digest
      }
      guard found == digest else { throw FileError("read", EIO) }
      if let shared { try made.file.setMode(shared.file) }
      try made.file.sync()
      try temporary.rename(made.name, to: digest.hex, in: holder)
    } catch {
      made.discard()
      throw error
    }
  }

  /// Opens a folder, making and syncing what is missing on the way. A link to a storage elsewhere is the user's
  /// choice.
  private func makeFolder(_ path: String) throws(FileError) -> OpenFile {
    do throws(FileError) { return try OpenFile.open(path, O_RDONLY | O_DIRECTORY) } catch {
      guard error.number == ENOENT, path != "/" else { throw error }
    }
    let outer = try makeFolder(ProjectPath.parent(of: path))
    let name = String(path.split(separator: "/").last ?? "")
    let isNew = try outer.makeFolder(name, mode: 0o777)
    let folder = try outer.open(name, O_RDONLY | O_DIRECTORY)
    if isNew {
      if let shared { try folder.setMode(shared.folder) }
      try outer.sync()
    }
    return folder
  }
}
