import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the file that a command's first word means.
package enum ProgramSearch {
  /// The path of the program, absolute where `directory` or `root` are.
  package static func path(of command: Command) throws(Fault) -> String {
    guard let word = command.words.first, !word.isEmpty else { throw .programNotNamed() }
    if word.utf8.contains(UInt8(ascii: "/")) {
      return word.hasPrefix("/") ? word : "\(command.root ?? command.directory)/\(word)"
    }
    let search = command.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    // An entry that isn't absolute would let the working directory decide which program runs.
    for folder in search.split(separator: ":") where folder.hasPrefix("/") {
      let candidate = "\(folder)/\(word)"
      if isProgram(candidate) { return candidate }
    }
    throw .programNotFound(word, path: search)
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
