import Ledger

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file a user named: opened once, never waited for, and a regular file or refused.
package struct InputFile: Sendable {
  package let path: String
  let file: OpenFile

  /// Opens a regular file, or a link to one; anything else is refused at once with exit 66.
  package init(opening path: String) throws(Fault) {
    if path.isEmpty || path.utf8.contains(0) { throw .inputMissing(path) }
    self.path = path
    let kind: FileKind
    do throws(FileError) {
      // Without O_NONBLOCK, opening a FIFO would wait for a writer.
      file = try OpenFile.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      kind = try file.status().kind
    } catch {
      switch error.number {
      case ENOENT, ENOTDIR, ENAMETOOLONG: throw .inputMissing(path)
      case ENXIO, ENODEV: throw .inputNotRegular(path, found: .unknown)
      case EACCES, EPERM, ELOOP: throw .inputUnreadable(path, error)
      default: throw .file("open", path, error)
      }
    }
    if kind != .regular { throw .inputNotRegular(path, found: kind) }
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
