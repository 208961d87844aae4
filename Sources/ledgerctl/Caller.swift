import Core
import Files
import Runner

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
  /// What keeps the command from working in the directory.
  var fault: Fault?

  static func current() -> Caller {
    let environment = ProcessInfo.processInfo.environment
    guard let buffer = getcwd(nil, 0) else {
      return Caller(directory: "/", environment: environment, fault: .workingDirectoryGone(errno))
    }
    defer { free(buffer) }
    guard let directory = String(validatingCString: buffer) else {
      let shown = String(cString: buffer)
      return Caller(
        directory: shown, environment: environment,
        fault: .pathUnusable(shown, found: "bytes that are not UTF-8"))
    }
    return Caller(directory: directory, environment: environment)
  }

  /// The first word of the command line that is not UTF-8, which no message or event could hold; nil for none.
  static func unreadableWord() -> Fault? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else { continue }
      return .wordUnreadable(String(cString: word), index: index)
    }
    return nil
  }

  /// Makes a path absolute; links and `..` stay for the kernel to follow.
  func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
