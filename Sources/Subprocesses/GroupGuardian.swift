import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The leader of a process group, which kills the group with itself as soon as this process is gone, however it went.
///
/// It waits for the end of a pipe whose other end nobody else has. As it is of the group itself, another group that
/// has been given the same number meanwhile is never met.
package indirect enum GroupGuardian: Sendable {
  /// The group is ended by us alone.
  case none
  case waiting(SpawnedProcess)

  /// SIGHUP, SIGINT and SIGTERM are for the others of the group: the guardian stays to the last.
  private static let script = "trap '' HUP INT TERM; read -r nothing; kill -KILL 0"

  /// Starts one; none where there is no room for it.
  package static func started() -> GroupGuardian {
    var command = Command(["/bin/sh", "-c", script], environment: [:], directory: "/")
    command.survivesParent = true
    do throws(Fault) {
      var process = try SpawnedProcess(starting: command)
      process.closeOutput()
      process.closeError()
      return .waiting(process)
    } catch {
      return .none
    }
  }

  /// The group's number.
  package var group: pid_t? {
    guard case .waiting(let process) = self else { return nil }
    return process.id
  }

  /// Ends it, and with it the group.
  package mutating func end() {
    guard case .waiting(var process) = self else { return }
    process.signalGroup(SIGKILL)
    _ = process.reap()
    process.closeInput()
    self = .none
  }
}
