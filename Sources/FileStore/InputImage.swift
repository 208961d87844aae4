import Core
import Files
import ImageAnalysis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a file must keep to for being taken as an image.
package struct ImageRule: Hashable, Sendable {
  /// The folders of which it must lie in one once all links are resolved; nil where a person named it.
  package var beneath: [String]?
  /// `policy.max_bytes`.
  package var maxBytes: Int
  /// Whether what says nothing of the picture is left out of the copy: see `PNGStripper`.
  package var stripsMetadata: Bool

  package init(beneath: [String]?, maxBytes: Int, stripsMetadata: Bool) {
    self.beneath = beneath
    self.maxBytes = maxBytes
    self.stripsMetadata = stripsMetadata
  }
}

/// A user's image, opened and looked at before a byte of it is stored.
///
/// A manifest may be a stranger's, and what it names a key or a password: what does not begin as a PNG does is never
/// copied anywhere. A PNG that is broken further on is; its asset fails when it is decoded.
package struct InputImage: Sendable {
  package let file: InputFile
  /// What the file is instead of a PNG, such as `a JPEG`: a phrase of ours, not a byte of the file's. Nil for a PNG.
  package let foreign: String?
  private let rule: ImageRule

  /// Opens a regular file, or a link to one, and reads its first bytes; a file of the system's is refused (66).
  package init(opening path: String, under rule: ImageRule) throws(Fault) {
    self.rule = rule
    file = try InputFile(opening: path)
    try file.refuseSystemFile()
    try file.refuse(longerThan: rule.maxBytes)
    if let folders = rule.beneath { try file.refuse(unlessBeneath: folders) }
    foreign = try file.foreignFormat()
  }

  /// Reads the file through for what a copy of it would be.
  package func measured() throws(Fault) -> PinnedFile {
    do throws(FileError) {
      if let stripped = try stripped() { return stripped }
    } catch {
      throw .file("read", file.path, error)
    }
    var measured = try file.measured()
    measured.foreign = foreign
    return measured
  }

  /// Reads the file through and hands on what is kept of it; nil where nothing is to be left out, or where the image is
  /// not intact: then the file is at its start again.
  package func stripped(
    _ keep: ([UInt8]) throws(FileError) -> Void = { _ in }
  ) throws(FileError) -> PinnedFile? {
    guard rule.stripsMetadata, foreign == nil else { return nil }
    var stripper = PNGStripper()
    var hasher = SHA256()
    var sizeBytes = 0
    let source = try file.file.digest(limitBytes: rule.maxBytes) { (piece) throws(FileError) in
      let kept = stripper.kept(of: piece)
      hasher.update(kept)
      sizeBytes += kept.count
      try keep(kept)
    }
    guard stripper.isWhole else {
      try file.file.rewind()
      return nil
    }
    let id = hasher.finish()
    return PinnedFile(id: id, sizeBytes: sizeBytes, original: id == source.digest ? nil : source.digest)
  }
}

extension InputFile {
  /// Reads the file through for its digest and size.
  package func measured() throws(Fault) -> PinnedFile {
    do throws(FileError) {
      let found = try file.digest()
      return PinnedFile(id: found.digest, sizeBytes: found.sizeBytes)
    } catch {
      throw .file("read", path, error)
    }
  }

  /// Refuses a file that is longer than the policy allows (65).
  fileprivate func refuse(longerThan maxBytes: Int) throws(Fault) {
    let sizeBytes: Int64
    do throws(FileError) { sizeBytes = try file.status().sizeBytes } catch {
      throw .file("read", path, error)
    }
    if sizeBytes > maxBytes { throw .imageOverLimit(path, sizeBytes: sizeBytes, maxBytes: maxBytes) }
  }

  /// Refuses a file that lies elsewhere (65), by its own place and not by the path that led to it.
  fileprivate func refuse(unlessBeneath folders: [String]) throws(Fault) {
    let real = try? ProjectPath.resolved(path)
    let isBeneath = folders.contains { folder in
      real.flatMap { ProjectPath.components(of: $0, enteringFolder: folder) } != nil
    }
    guard let real, isBeneath, isAt(real) else {
      throw .imageOutside(path, folder: folders.last ?? "/", leadsTo: real)
    }
  }

  /// Tells whether the file that is open is the one at a path.
  private func isAt(_ path: String) -> Bool {
    var facts = stat()
    guard lstat(path, &facts) == 0, let own = try? file.status() else { return false }
    return own.isSameFile(as: FileStatus(facts))
  }

  /// Names what the file is if it does not begin as a PNG does; an empty one, or one cut within the signature, is a
  /// broken PNG. The file is at its start again.
  fileprivate func foreignFormat() throws(Fault) -> String? {
    let start: [UInt8]
    do throws(FileError) {
      start = try file.beginning(count: ForeignFormat.byteCount)
      try file.rewind()
    } catch {
      throw .file("read", path, error)
    }
    return start.starts(with: PNGHeader.signature.prefix(start.count)) ? nil : ForeignFormat.name(of: start)
  }
}
