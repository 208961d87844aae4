import CCrypto
import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a git index, versions 2 to 4, as far as its entries go.
///
/// git has no call that writes an entry's file facts where it can't compare the working file without a program of the
/// user's. They are at fixed places, so nothing else of the index is touched.
package struct IndexFile {
  /// What an index keeps of a working file, to see later that it is unchanged.
  package struct Facts: Hashable, Sendable {
    /// Times of status and content change, device and inode.
    private let beforeMode: [UInt32]
    /// Owner, group and size; the mode between is the entry's own.
    private let afterMode: [UInt32]

    fileprivate static let modeOffset = 24

    package init(_ facts: stat) {
      #if canImport(Darwin)
        let (status, content) = (facts.st_ctimespec, facts.st_mtimespec)
      #else
        let (status, content) = (facts.st_ctim, facts.st_mtim)
      #endif
      func word(_ value: some BinaryInteger) -> UInt32 { UInt32(truncatingIfNeeded: value) }
      beforeMode = [
        word(status.tv_sec), word(status.tv_nsec), word(content.tv_sec), word(content.tv_nsec),
        word(facts.st_dev), word(facts.st_ino),
      ]
      afterMode = [word(facts.st_uid), word(facts.st_gid), word(facts.st_size)]
    }

    fileprivate func write(into bytes: inout [UInt8], at start: Int) {
      func write(_ words: [UInt32], at start: Int) {
        for (index, word) in words.enumerated() {
          for byte in 0..<4 {
            bytes[start + index * 4 + byte] = UInt8(truncatingIfNeeded: word >> (24 - byte * 8))
          }
        }
      }
      write(beforeMode, at: start)
      write(afterMode, at: start + Self.modeOffset + 4)
    }
  }

  /// Where an entry's id begins, after its facts and mode.
  private static let idOffset = 40

  package private(set) var bytes: [UInt8]
  private let version: Int
  private let count: Int
  private let idBytes: Int

  /// Takes the bytes of an index; nil for a kind that is not known.
  package init?(_ bytes: [UInt8], _ format: ObjectFormat) {
    idBytes = format == .sha1 ? 20 : 32
    guard bytes.count >= 12 + idBytes, bytes.starts(with: "DIRC".utf8) else { return nil }
    self.bytes = bytes
    version = Self.number(bytes, at: 4, bytes: 4)
    count = Self.number(bytes, at: 8, bytes: 4)
    guard (2...4).contains(version) else { return nil }
  }

  /// Writes the facts of those paths that have an entry outside of a conflict; false, and nothing is changed, where
  /// the bytes are not as an index must be.
  package mutating func set(_ facts: [String: Facts]) -> Bool {
    guard let starts = starts(of: Set(facts.keys.map { Array($0.utf8) })) else { return false }
    for (path, facts) in facts {
      if let start = starts[Array(path.utf8)] { facts.write(into: &bytes, at: start) }
    }
    let end = bytes.count - idBytes
    // `index.skipHash` leaves zeros.
    guard bytes[end...].contains(where: { $0 != 0 }) else { return true }
    let sum = Self.checksum(bytes[..<end], idBytes)
    bytes.replaceSubrange(end..., with: sum)
    return true
  }

  /// Where the entries of paths start; nil where the entries run into the checksum.
  private func starts(of paths: Set<[UInt8]>) -> [[UInt8]: Int]? {
    var found: [[UInt8]: Int] = [:]
    let end = walk { name, start, isConflicted in
      if !isConflicted, paths.contains(name) { found[name] = start }
    }
    return end == nil ? nil : found
  }

  /// What it holds of paths, those without an entry left out; nil where only git can tell: with a part of it shared, a
  /// whole folder in one entry, or bytes that are not as they must be.
  package func staged(_ paths: [String]) -> [String: PathStatus.Staged]? {
    let wanted = Dictionary(paths.map { (Array($0.utf8), $0) }) { $1 }
    var found: [String: PathStatus.Staged] = [:]
    var isWhole = true
    let end = walk { name, start, isConflicted in
      if name.isEmpty || isFolder(at: start) { isWhole = false }
      guard let path = wanted[name] else { return }
      let id = GitID(bytes: bytes[(start + Self.idOffset)..<(start + Self.idOffset + idBytes)])
      found[path] = isConflicted ? .conflicted : .entry(TreeEntry(mode: mode(at: start), id: id))
    }
    guard let end, isWhole, sharedFile(behind: end) == nil else { return nil }
    return found
  }

  /// Hands over every entry's name and mode, as git writes it, in order; what can't be read ends it.
  package func forEachEntry(_ body: (_ name: [UInt8], _ mode: String) -> Void) {
    _ = walk { name, start, _ in
      // A name replaced in a split index is in the shared part.
      if !name.isEmpty { body(name, mode(at: start)) }
    }
  }

  private func mode(at start: Int) -> String {
    isFolder(at: start)
      ? "040000" : String(Self.number(bytes, at: start + Facts.modeOffset, bytes: 4), radix: 8)
  }

  private func isFolder(at start: Int) -> Bool {
    Self.number(bytes, at: start + Facts.modeOffset, bytes: 4) == 0o40000
  }

  /// The name of the file that holds the shared part of a split index, beside it; nil where there is none.
  package var sharedFile: String? { walk { _, _, _ in }.flatMap { sharedFile(behind: $0) } }

  private func sharedFile(behind entries: Int) -> String? {
    var position = entries
    let end = bytes.count - idBytes
    // Extensions: four letters, a size, the bytes.
    while position + 8 <= end {
      let size = Self.number(bytes, at: position + 4, bytes: 4)
      guard bytes[position..<(position + 4)].elementsEqual("link".utf8) else {
        position += 8 + size
        continue
      }
      guard size >= idBytes, position + 8 + size <= end else { return nil }
      return "sharedindex." + Hexadecimal.text(of: bytes[(position + 8)..<(position + 8 + idBytes)])
    }
    return nil
  }

  /// Goes through the entries; returns where they end, or nil where they run into the checksum.
  private func walk(_ body: (_ name: [UInt8], _ start: Int, _ isConflicted: Bool) -> Void) -> Int? {
    var position = 12
    var name: [UInt8] = []
    let end = bytes.count - idBytes
    for _ in 0..<count {
      let start = position
      let flagsAt = start + Self.idOffset + idBytes
      guard flagsAt + 4 <= end else { return nil }
      let flags = Self.number(bytes, at: flagsAt, bytes: 2)
      position = flagsAt + (flags & 0x4000 == 0 ? 2 : 4)
      if version == 4 {
        guard let kept = prefix(at: &position, end), kept <= name.count else { return nil }
        name.removeLast(kept)
      } else {
        name.removeAll(keepingCapacity: true)
      }
      guard position < end, let last = bytes[position..<end].firstIndex(of: 0) else { return nil }
      name += bytes[position..<last]
      // Names of the older versions are padded, so that an entry is a multiple of eight bytes.
      position = version == 4 ? last + 1 : start + (last - start) / 8 * 8 + 8
      body(name, start, flags & 0x3000 != 0)
    }
    return position <= end ? position : nil
  }

  /// How much of the name before doesn't belong to this one.
  private func prefix(at position: inout Int, _ end: Int) -> Int? {
    var value = -1
    while position < end, value < 1 << 32 {
      let byte = Int(bytes[position])
      position += 1
      value = (value + 1) << 7 | byte & 127
      if byte & 128 == 0 { return value }
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], at start: Int, bytes count: Int) -> Int {
    bytes[start..<(start + count)].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>, _ sumBytes: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: sumBytes) { buffer, count in
      let done = bytes.withUnsafeBytes {
        EVP_Digest(
          $0.baseAddress, $0.count, buffer.baseAddress, nil, sumBytes == 20 ? EVP_sha1() : EVP_sha256(), nil)
      }
      precondition(done == 1, "libcrypto has no digest of \(sumBytes) bytes.")
      count = sumBytes
    }
  }
}
