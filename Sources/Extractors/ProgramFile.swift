import Core
import Files
import Subprocesses

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks at a program's file as the system will when it is started, without starting it.
package enum ProgramFile {
  /// Finds a command's program and refuses one that can't be started; returns its path.
  package static func checkedPath(of command: Command) throws(Fault) -> String {
    let path = try ProgramSearch.path(of: command)
    try check(path, of: command)
    return path
  }

  private static func check(_ path: String, of command: Command) throws(Fault) {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      throw .programNotStarted(path, cause: cause(errno), exit: .configuration, hint: hint(for: path))
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw .programNotStarted(
        path, cause: "expected a file, found \(FileStatus(facts).kind.rawValue)", exit: .configuration)
    }
    guard access(path, X_OK) == 0 else {
      let isMarked = facts.st_mode & 0o111 != 0
      throw .programNotStarted(
        path, cause: isMarked ? cause(errno) : "it is not executable", exit: .configuration,
        hint: isMarked ? nil : "chmod +x \(ShellWord.quoted(path))")
    }
    // One that may be run but not read is left to the system.
    guard let input = try? InputFile(opening: path),
      let beginning = try? input.file.beginning(count: 512)
    else { return }
    if beginning.starts(with: "#!".utf8) {
      return try checkInterpreter(beginning.dropFirst(2), path, command)
    }
    guard isText(beginning) else { return }
    throw .programNotStarted(
      path, cause: "it is neither a program nor a script that begins with \"#!\"", exit: .configuration,
      hint: "Begin it with a line such as #!/bin/sh, or put its interpreter before it in `extractor.command`."
    )
  }

  /// Looks for what a script's first line names, and for what `env` there looks up in PATH.
  private static func checkInterpreter(
    _ line: ArraySlice<UInt8>, _ path: String, _ command: Command
  ) throws(Fault) {
    let text = String(decoding: line.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
    guard let interpreter = words.first else { return }
    guard access(interpreter, X_OK) == 0 else {
      throw .programNotStarted(
        path,
        cause:
          "its first line names \"\(VisibleText.line(interpreter.cut))\", which can't be run: \(cause(errno))",
        exit: .configuration,
        hint: text.hasSuffix("\r") ? "Its lines end in CR LF: expected LF." : nil)
    }
    guard interpreter.hasSuffix("/env"),
      let named = words.dropFirst().first(where: { $0 != "-S" && !$0.contains("=") }),
      !named.hasPrefix("-")
    else { return }
    var search = command
    search.words = [named]
    do throws(Fault) { _ = try ProgramSearch.path(of: search) } catch {
      throw .programNotStarted(
        path, cause: "its first line names \"\(VisibleText.line(named.cut))\", which is not in PATH",
        exit: .configuration)
    }
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
  }

  private static func cause(_ number: Int32) -> String { String(cString: strerror(number)) }

  /// The name beside it that is nearly called so.
  private static func hint(for path: String) -> String? {
    let folder = ProjectPath.parent(of: path)
    let names = (try? OpenFile.open(folder, O_RDONLY | O_DIRECTORY).names()) ?? []
    let name = String(path.split(separator: "/").last ?? "")
    return Spelling.nearest(to: name, among: Array(names.prefix(1000))).map {
      "Did you mean \"\(VisibleText.line($0))\" in \"\(VisibleText.line(folder))\"?"
    }
  }
}
