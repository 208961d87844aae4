import Core
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Objects as files of one folder, each named by the 64 hexadecimal digits of its digest.
///
/// Bytes are written to `tmp/`, synced, and only then renamed into the folder. A rename replaces what is
/// under the name, which is right: there can only be the same bytes, or damaged ones. The folders are opened
/// once and links are not followed, so that nothing lands outside. Why one folder and no fan-out:
/// `docs/decisions/objects-in-one-folder.md`.
package struct FileObjectStore: ObjectStore {
  package static let temporaryPrefix = "o-"

  private let folderPath: String
  private let largestPinBytes: Int
  private let folder: OpenFile
  /// Nil where it is missing, as in an archive that dropped empty folders: then there is only reading.
  private let temporaryFolder: OpenFile?

  /// Opens `objects/` and `tmp/` of a ledger's folder, which must not be links; creates nothing.
  package init(inLedger ledgerFolder: String, largestPinBytes: Int) throws(Fault) {
    folderPath = ledgerFolder + "/objects"
    self.largestPinBytes = largestPinBytes
    guard ProjectPath.kind(of: folderPath) != nil else { throw .ledgerFolderMissing(folderPath) }
    do throws(FileError) {
      let ledger = try OpenFile.open(ledgerFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      folder = try ledger.folder("objects")
      temporaryFolder = try ledger.status(of: "tmp") == nil ? nil : try ledger.folder("tmp")
    } catch {
      throw .file("open", folderPath, error)
    }
  }

  private var temporary: OpenFile {
    get throws(FileError) {
      guard let temporaryFolder else { throw FileError("openat", ENOENT) }
      return temporaryFolder
    }
  }

  package func path(of id: ObjectID) -> String { folderPath + "/" + id.hex }

  private var temporaryPath: String { ProjectPath.parent(of: folderPath) + "/tmp" }

  /// Copies the object into a folder of its own in `tmp/`; checks the copy's bytes.
  package func copy(of id: ObjectID, named name: String) throws(Fault) -> PrivateCopy {
    let own: PrivateFolder
    do throws(FileError) { own = try PrivateFolder.make(in: temporary) } catch {
      throw .file("make a folder in", temporaryPath, error)
    }
    let path = "\(temporaryPath)/\(own.name)/\(name)"
    do throws(FileError) {
      let source = try open(id)
      let copy = try own.folder.open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
      let found: Digest
      if try copy.clone(source) {
        found = try copy.digest().digest
      } else {
        found = try source.digest { (piece) throws(FileError) in try copy.write(piece) }.digest
      }
      if found == id { return PrivateCopy(path: path) { own.remove() } }
    } catch {
      own.remove()
      throw error.number == ENOENT ? .objectMissing(id, self.path(of: id)) : .file("copy to", path, error)
    }
    own.remove()
    throw .objectDamaged(id, self.path(of: id))
  }

  package func put(_ bytes: [UInt8]) throws(Fault) -> ObjectID { try putAll([bytes])[0] }

  package func putAll(_ contents: [[UInt8]]) throws(Fault) -> [ObjectID] {
    var ids = [ObjectID]()
    for bytes in contents {
      let id = Digest.sha256(bytes)
      ids.append(id)
      // Its age tells who prunes that it is wanted again.
      if refreshAge(of: id), try check(id) == .sound { continue }
      do throws(FileError) {
        try store { (file) throws(FileError) in
          try file.write(bytes)
          return id
        }
      } catch {
        throw .file("write", path(of: id), error)
      }
    }
    try syncFolder()
    return ids
  }

  package func pin(_ path: String) throws(Fault) -> PinnedFile {
    let input = try InputFile(opening: path)
    try input.refuseSystemFile()
    return try copy(input)
  }

  package func pinImage(_ path: String, under rule: ImageRule) throws(Fault) -> PinnedFile {
    let image = try InputImage(opening: path, under: rule)
    if image.foreign != nil { return try image.measured() }
    if let stripped = try copyStripped(image) { return stripped }
    return try copy(image.file)
  }

  /// Copies what is kept of an image into the objects; nil where all of it is, or where it is broken.
  private func copyStripped(_ image: InputImage) throws(Fault) -> PinnedFile? {
    var pinned: PinnedFile?
    do throws(FileError) {
      try store { (file) throws(FileError) in
        pinned = try image.stripped { (kept) throws(FileError) in try file.write(kept) }
        guard let pinned else { throw FileError("strip", EBADMSG) }
        return pinned.id
      }
    } catch {
      if error.call == "strip" { return nil }
      throw .file("copy into the objects", image.file.path, error)
    }
    try syncFolder()
    return pinned
  }

  /// Copies a file that is open into the objects.
  private func copy(_ input: InputFile) throws(Fault) -> PinnedFile {
    var sizeBytes = 0
    let id: ObjectID
    do throws(FileError) {
      id = try store { (file) throws(FileError) in
        let found: (digest: Digest, sizeBytes: Int)
        if try file.clone(input.file) {
          // The clone is hashed, not the source: only the copy is believed.
          found = try file.digest(limitBytes: largestPinBytes)
        } else {
          found = try input.file.digest(limitBytes: largestPinBytes) { (piece) throws(FileError) in
            try file.write(piece)
          }
        }
        sizeBytes = found.sizeBytes
        return found.digest
      }
    } catch {
      if error.number == EFBIG, error.call == "read" {
        throw .inputTooLarge(input.path, limitBytes: largestPinBytes)
      }
      throw .file("copy into the objects", input.path, error)
    }
    try syncFolder()
    return PinnedFile(id: id, sizeBytes: sizeBytes)
  }

  package func read(_ id: ObjectID, limitBytes: Int) throws(Fault) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try open(id).bytes(limitBytes: limitBytes)
    } catch {
      switch error.number {
      case ENOENT: throw .objectMissing(id, path(of: id))
      case EIO, ELOOP, EISDIR: throw .objectDamaged(id, path(of: id))
      case EFBIG: throw .inputTooLarge(path(of: id), limitBytes: limitBytes)
      default: throw .file("read", path(of: id), error)
      }
    }
    guard Digest.sha256(bytes) == id else { throw .objectDamaged(id, path(of: id)) }
    return bytes
  }

  package func check(_ id: ObjectID) throws(Fault) -> ObjectCondition {
    do throws(FileError) {
      guard let status = try folder.status(of: id.hex) else { return .missing }
      guard status.kind == .regular else { return .damaged }
      return try open(id).digest().digest == id ? .sound : .damaged
    } catch {
      switch error.number {
      case ENOENT: return .missing
      // A bad block under an object is damage that storing it again repairs, not a reason to stop.
      case EIO, ELOOP: return .damaged
      default: throw .file("read", path(of: id), error)
      }
    }
  }

  package func list() throws(Fault) -> [ObjectID] {
    do throws(FileError) {
      return try folder.names().compactMap { name in
        guard let id = Digest(hex: name), id.hex == name else { return nil }
        return id
      }
    } catch {
      throw .file("list", folderPath, error)
    }
  }

  package func remove(_ id: ObjectID) throws(Fault) -> Bool {
    do throws(FileError) {
      return try folder.unlink(id.hex)
    } catch {
      throw .file("remove", path(of: id), error)
    }
  }

  /// Removes what killed processes left in `tmp/`; never what a living one still writes or hands to a program. Returns
  /// how many files and folders.
  ///
  /// Links that 0.1 made for programs have no lock that tells; those made at least `age` seconds ago are removed.
  package func sweepTemporary(linksOlderThanSeconds age: Int = 0) throws(Fault) -> Int {
    do throws(FileError) {
      return try TemporaryFile.sweep(temporary, prefix: Self.temporaryPrefix).count
        + PrivateFolder.sweep(temporary).count + sweepLinks(olderThanSeconds: age)
    } catch {
      throw .file("clean", temporaryPath, error)
    }
  }

  package func sweep() { _ = try? sweepTemporary(linksOlderThanSeconds: 3600) }

  private func sweepLinks(olderThanSeconds age: Int) throws(FileError) -> Int {
    var removed = 0
    for name in try temporary.names() where name.utf8.count > 65 && name.dropFirst(64).first == "-" {
      guard Digest(hex: String(name.prefix(64))) != nil,
        let facts = try? temporary.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).facts(),
        facts.st_mode & S_IFMT == S_IFREG
      else { continue }
      #if canImport(Darwin)
        let linked = facts.st_ctimespec.tv_sec
      #else
        let linked = facts.st_ctim.tv_sec
      #endif
      guard linked <= time(nil) - age else { continue }
      if try temporary.unlink(name) { removed += 1 }
    }
    return removed
  }

  private func open(_ id: ObjectID) throws(FileError) -> OpenFile {
    try folder.open(id.hex, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  /// Has a temporary file filled and named by what `fill` found it to be; the folder is not yet synced.
  @discardableResult
  private func store(
    _ fill: (OpenFile) throws(FileError) -> ObjectID
  ) throws(FileError) -> ObjectID {
    let made = try TemporaryFile.make(in: temporary, prefix: Self.temporaryPrefix, mode: 0o600)
    do throws(FileError) {
      let id = try fill(made.file)
      try made.file.setMode(0o400)
      try made.file.sync()
      try temporary.rename(made.name, to: id.hex, in: folder)
      return id
    } catch {
      made.discard()
      throw error
    }
  }

  /// Makes an object as young as one stored now; false where there is none.
  private func refreshAge(of id: ObjectID) -> Bool {
    guard let file = try? open(id) else { return false }
    return (try? file.setModifiedNow()) != nil
  }

  private func syncFolder() throws(Fault) {
    do throws(FileError) {
      try folder.sync()
    } catch {
      throw .file("sync", folderPath, error)
    }
  }
}
