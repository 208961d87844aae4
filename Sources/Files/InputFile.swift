import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file a user named: opened once, never waited for, and a regular file or refused.
package struct InputFile: Sendable {
  /// Why a file is not read.
  package enum Refusal: Error, Hashable, Sendable {
    case missing
    case notRegular(FileKind)
    case unreadable(FileError)
    /// A link on the way, where none is followed.
    case link(String)

    /// What was found instead of a readable file, in words.
    package var found: String {
      switch self {
      case .missing: "nothing there"
      case .notRegular(let kind): kind.rawValue
      case .unreadable(let error): error.text
      case .link(let path): "the symbolic link \"\(path)\""
      }
    }
  }

  package let path: String
  package let file: OpenFile

  /// Opens a regular file, or a link to one; anything else is refused at once with exit 66.
  package init(opening path: String) throws(Fault) {
    do throws(Refusal) {
      self = try InputFile.opened(path)
    } catch {
      throw Self.fault(error, path)
    }
  }

  private static func fault(_ refusal: Refusal, _ path: String) -> Fault {
    switch refusal {
    case .missing: .inputMissing(path)
    case .notRegular(let kind): .inputNotRegular(path, found: kind)
    case .unreadable(let error) where [EACCES, EPERM, ELOOP].contains(error.number):
      .inputUnreadable(path, error)
    case .unreadable(let error): .file("open", path, error)
    case .link(let link): .linkInProject(path, link: link)
    }
  }

  private init(path: String, file: OpenFile) {
    self.path = path
    self.file = file
  }

  private static func opened(_ path: String) throws(Refusal) -> InputFile {
    if path.isEmpty || path.utf8.contains(0) { throw .missing }
    let file: OpenFile
    let kind: FileKind
    do throws(FileError) {
      // Without O_NONBLOCK, opening a FIFO would wait for a writer.
      file = try OpenFile.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      kind = try file.status().kind
    } catch {
      throw refusal(error)
    }
    if kind != .regular { throw .notRegular(kind) }
    return InputFile(path: path, file: file)
  }

  private static func refusal(_ error: FileError) -> Refusal {
    switch error.number {
    case ENOENT, ENOTDIR, ENAMETOOLONG: .missing
    case ENXIO, ENODEV: .notRegular(.unknown)
    default: .unreadable(error)
    }
  }

  /// Opens a file beneath a folder without following a link on the way to it, or in its place: what a project brings
  /// along may lead nowhere else. `path` is relative to the folder.
  private static func opened(_ path: String, beneath root: String) throws(Refusal) -> InputFile {
    let whole = ProjectPath.appending([path], to: root)
    let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
    guard let name = parts.last, !path.utf8.contains(0) else { throw .missing }
    let file: OpenFile
    let kind: FileKind
    do throws(FileError) {
      var folder = try OpenFile.open(root, O_RDONLY | O_DIRECTORY)
      for part in parts.dropLast() { folder = try folder.folder(part) }
      file = try folder.open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
      kind = try file.status().kind
    } catch {
      // Looked for only now: the calls above follow no link, whatever is put there meanwhile.
      for count in parts.indices.map({ $0 + 1 }) {
        let path = ProjectPath.appending(Array(parts.prefix(count)), to: root)
        if ProjectPath.kind(of: path) == .link { throw .link(path) }
      }
      throw refusal(error)
    }
    if kind != .regular { throw .notRegular(kind) }
    return InputFile(path: whole, file: file)
  }

  /// Reads a small file beneath a folder, through no link; one byte more than the limit at most.
  package static func beginning(
    of path: String, beneath root: String, limitBytes: Int
  ) throws(Refusal) -> [UInt8] {
    try beginning(of: opened(path, beneath: root).file, limitBytes: limitBytes)
  }

  /// Reads a small file's bytes, one more than the limit at most, so that a caller sees that it is too large.
  package static func beginning(of path: String, limitBytes: Int) throws(Refusal) -> [UInt8] {
    try beginning(of: opened(path).file, limitBytes: limitBytes)
  }

  /// Reads what is open already, such as standard input, which may be a pipe; one byte more than the limit at
  /// most. The descriptor stays open.
  package static func beginning(of descriptor: Int32, limitBytes: Int) throws(Refusal) -> [UInt8] {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw .unreadable(.last("fcntl")) }
    return try beginning(of: OpenFile(owning: copy), limitBytes: limitBytes)
  }

  private static func beginning(of file: OpenFile, limitBytes: Int) throws(Refusal) -> [UInt8] {
    do throws(FileError) {
      return try file.beginning(count: limitBytes + 1)
    } catch {
      throw error.number == EISDIR ? .notRegular(.folder) : .unreadable(error)
    }
  }

  /// Reads a whole file beneath a folder, through no link.
  package static func bytes(
    at path: String, beneath root: String, limitBytes: Int
  ) throws(Fault) -> [UInt8] {
    let whole = ProjectPath.appending([path], to: root)
    let bytes: [UInt8]
    do throws(Refusal) { bytes = try beginning(of: path, beneath: root, limitBytes: limitBytes) } catch {
      throw fault(error, whole)
    }
    if bytes.count > limitBytes { throw .inputTooLarge(whole, limitBytes: limitBytes) }
    return bytes
  }

  /// Reads the whole file; one longer than the limit is refused without reading on.
  package static func bytes(at path: String, limitBytes: Int) throws(Fault) -> [UInt8] {
    let input = try InputFile(opening: path)
    do {
      return try input.file.bytes(limitBytes: limitBytes)
    } catch {
      if error.number == EFBIG { throw .inputTooLarge(path, limitBytes: limitBytes) }
      throw .file("read", path, error)
    }
  }

  /// The digest of a file's present bytes; nil where it can't be read.
  package static func digest(at path: String) -> Digest? {
    guard let input = try? InputFile(opening: path) else { return nil }
    return try? input.file.digest().digest
  }
}
