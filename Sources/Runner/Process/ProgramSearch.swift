#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the file that a command's first word means.
enum ProgramSearch {
  /// The path of the program, absolute where `directory` or `root` are.
  static func path(of command: Command) throws(Fault) -> String {
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

  /// The path of an extractor's program, which has to be a file that can be started; nil for one that needs none.
  static func runnable(
    _ settings: ExtractorSettings, root: String, environment: [String: String]
  ) throws(Fault) -> String? {
    guard settings.kind != .local else { return nil }
    var command = Command(settings.command, environment: environment, directory: root)
    command.root = root
    let path = try path(of: command)
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .programNotStarted(path, cause: String(cString: strerror(errno)), exit: .configuration)
    }
    guard status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else {
      throw .programNotStarted(
        path, cause: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not executable",
        exit: .configuration)
    }
    return path
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
