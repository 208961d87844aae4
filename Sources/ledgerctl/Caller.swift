#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Who started the command, from where, with which environment.
struct Caller: Sendable {
  /// Absolute.
  var directory: String
  var environment: [String: String]
  /// The words of the command, its own name first.
  var words: [String] = ["ledgerctl"] + CommandLine.arguments.dropFirst()

  static func current() -> Caller {
    var directory = "/"
    if let buffer = getcwd(nil, 0) {
      directory = String(cString: buffer)
      free(buffer)
    }
    return Caller(directory: directory, environment: ProcessInfo.processInfo.environment)
  }

  /// Makes a path absolute; links and `..` stay for the kernel to follow.
  func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
