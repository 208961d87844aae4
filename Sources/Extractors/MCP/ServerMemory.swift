import Core
import Files
import ModelContext

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Remembers from run to run that a server must be asked in the older way, per command.
///
/// Only a hint: a server that no longer speaks so is found out about again, and losing the file costs one question.
package struct ServerMemory: Sendable {
  private let path: String

  package init(in scratch: String, words: [String], root: String) {
    let name = Digest.sha256((words + [root]).joined(separator: "\0").utf8).hex.prefix(16)
    path = "\(scratch)/server-\(name)"
  }

  package var version: MCPVersion? {
    guard let bytes = try? InputFile.beginning(of: path, limitBytes: 64), bytes.last == UInt8(ascii: "\n")
    else {
      return nil
    }
    let version = MCPVersion(rawValue: String(decoding: bytes.dropLast(), as: UTF8.self))
    return version?.isStateless == false ? version : nil
  }

  package func remember(_ version: MCPVersion) {
    // Renamed into place, so that nobody reads half of it and no link is followed.
    let temporary = "\(path).\(getpid())"
    unlink(temporary)
    guard WholeFile.write(Array((version.rawValue + "\n").utf8), to: temporary) else { return }
    if rename(temporary, path) != 0 { unlink(temporary) }
  }

  package func forget() { unlink(path) }
}
