import BatchModel
import Core
import Files
import Subprocesses
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files that a command names, by their bytes: what is known of a program without asking it.
///
/// A script is found wherever a word names it, also within a shell's `-c`. A native program outside of the project, such
/// as an interpreter, is known by its name alone: it is updated without a change of what scripts say.
package struct ProgramFiles: Sendable {
  private let program: ExtractorProgram
  private let digests = FileDigests()

  package init(_ program: ExtractorProgram) { self.program = program }

  /// A digest for each file that is there now: `file.N` where the whole word N is one, `file.N.M` for the Mth one
  /// within it.
  package var parts: [String: String] {
    var parts: [String: String] = [:]
    for (index, word) in program.words.enumerated() {
      let option = index > 0 ? program.words[index - 1] : ""
      if index > 0, Self.namesOutput(option) { continue }
      if let digest = digest(of: word, isProgram: index == 0) {
        parts["file.\(index)"] = digest.hex
      } else {
        let within = Self.pieces(of: word).compactMap { digest(of: $0, isProgram: false) }
        for (place, digest) in within.enumerated() { parts["file.\(index).\(place + 1)"] = digest.hex }
      }
    }
    return parts
  }

  /// Tells whether an identity was told by a program of the same files.
  package func agree(with identity: ExtractorIdentity?) -> Bool {
    identity.map { $0.parts.filter { $0.key.hasPrefix("file.") } == parts } ?? false
  }

  private func digest(of word: String, isProgram: Bool) -> Digest? {
    guard let path = path(of: word, isProgram: isProgram), !Self.isOutput(path) else { return nil }
    return digests.digest(of: path, unlessNativeOutside: program.root)
  }

  /// The absolute path that a word means, whether or not there is a file.
  private func path(of word: String, isProgram: Bool) -> String? {
    guard !word.isEmpty, !word.utf8.contains(0) else { return nil }
    // A plain word is looked up in PATH where it is the program, and may be a file where it is an argument.
    if isProgram, !word.contains("/") { return try? ProgramSearch.path(of: program.command) }
    for start in ["$PWD/", "${PWD}/"] where word.hasPrefix(start) {
      return program.root + "/" + word.dropFirst(start.count)
    }
    for start in ["~/", "$HOME/", "${HOME}/"] where word.hasPrefix(start) {
      return program.environment["HOME"].map { $0 + "/" + word.dropFirst(start.count) }
    }
    return word.hasPrefix("/") ? word : program.root + "/" + word
  }

  // MARK: - Words

  private static let mostPieces = 64

  /// The parts of a word that may name a file, as in `--script=x.py` or `cd here && python3 x.py`; not those that a
  /// shell would write to.
  package static func pieces(of word: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var isWrittenTo = false
    for character in word + " " {
      guard character.isWhitespace || "\"'=;|&()<>`,:{}[]".contains(character) else {
        piece.append(character)
        continue
      }
      if !piece.isEmpty {
        if !isWrittenTo, piece != word { pieces.append(piece) }
        (piece, isWrittenTo) = ("", false)
      }
      if character == ">" { isWrittenTo = true }
    }
    return Array(pieces.prefix(mostPieces))
  }

  /// What a program writes is not part of what it is: a log that grows with each call would make each call another
  /// program's.
  private static func isOutput(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return false }
    return ["log", "pid", "lock", "sock", "tmp", "out", "db", "sqlite", "sqlite3", "cache"]
      .contains(name[name.index(after: dot)...].lowercased())
  }

  private static func namesOutput(_ option: String) -> Bool {
    guard option.hasPrefix("-"), !option.contains("=") else { return false }
    let name = option.drop { $0 == "-" }.lowercased()
    return ["log", "out", "pid", "cache", "trace", "record", "dump"].contains { name.hasPrefix($0) }
      || name == "o" || name.hasSuffix("-log") || name.hasSuffix("-file") && name.contains("log")
  }
}

/// Digests of files, those of large ones remembered for as long as the system says that nothing has touched them.
private final class FileDigests: Sendable {
  private static let smallBytes: Int64 = 1 << 20

  private struct Known {
    var facts: [Int64]
    var digest: Digest
  }

  private let known = Mutex<[String: Known]>([:])

  /// The digest of a regular file, or of the one that a link leads to; nil for anything else.
  func digest(of path: String, unlessNativeOutside root: String) -> Digest? {
    guard let input = try? InputFile(opening: path), let status = try? input.file.facts(),
      !(Self.isNative(input) && !Self.lies(path, within: root))
    else { return nil }
    let facts = Self.facts(status)
    let isSmall = Int64(status.st_size) <= Self.smallBytes
    if !isSmall, let earlier = known.withLock({ $0[path] }), earlier.facts == facts { return earlier.digest }
    guard let digest = try? input.file.digest().digest else { return nil }
    if !isSmall { known.withLock { $0[path] = Known(facts: facts, digest: digest) } }
    return digest
  }

  private static func facts(_ status: stat) -> [Int64] {
    #if canImport(Darwin)
      let times = [status.st_mtimespec, status.st_ctimespec]
    #else
      let times = [status.st_mtim, status.st_ctim]
    #endif
    return [Int64(status.st_dev), Int64(status.st_ino), Int64(status.st_size)]
      + times.flatMap { [Int64($0.tv_sec), Int64($0.tv_nsec)] }
  }

  /// Tells whether the bytes are a program of the machine: ELF or Mach-O.
  private static func isNative(_ input: InputFile) -> Bool {
    guard let beginning = try? input.file.beginning(count: 4) else { return false }
    defer { try? input.file.rewind() }
    return [[0x7F, 0x45, 0x4C, 0x46], [0xCF, 0xFA, 0xED, 0xFE], [0xCA, 0xFE, 0xBA, 0xBE]].contains(beginning)
  }

  private static func lies(_ path: String, within root: String) -> Bool {
    guard let real = try? ProjectPath.resolved(path), let top = try? ProjectPath.resolved(root) else {
      return false
    }
    return real.hasPrefix(top + "/")
  }
}
