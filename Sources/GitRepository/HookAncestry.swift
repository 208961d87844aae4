#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds out whether this process was started by a hook that a commit of the user's waits for.
///
/// Git sets `GIT_INDEX_FILE` for hooks, also for those that come after the commit. Which hook it is, only the processes
/// above this one tell: git, and the script it started. Nothing is known where there is no `/proc`.
package enum HookAncestry {
  /// Hooks that git runs before it moves the branch.
  private static let before: Set = [
    "pre-commit", "prepare-commit-msg", "commit-msg", "pre-merge-commit", "applypatch-msg", "pre-applypatch",
  ]

  /// The hook that a git waits for which is about to move the branch of this repository; nil outside of one.
  package static func hookUnderWay(environment: [String: String], gitFolder: String) -> String? {
    guard let index = environment["GIT_INDEX_FILE"] else { return nil }
    var process = getpid()
    // Deeper than any sane nesting.
    for _ in 0..<64 {
      guard let parent = parent(of: process), parent > 1 else { return nil }
      let words = words(of: parent)
      guard name(words.first) == "git" else {
        process = parent
        continue
      }
      // Where git runs, a relative path is from.
      let path = index.hasPrefix("/") ? index : "\(canonical("/proc/\(parent)/cwd") ?? "")/\(index)"
      guard canonical(path.parentFolder) == canonical(gitFolder) else { return nil }
      // `git hook run` is not the git that waits.
      if words.dropFirst().contains("hook") {
        process = parent
        continue
      }
      let hook = self.words(of: process).prefix(3).map { name($0) }.first { isHook($0) }
      if let hook { return before.contains(hook) ? hook : nil }
      return makesCommit(words) && !hasMoved(gitFolder, since: parent) ? "hook" : nil
    }
    return nil
  }

  private static func isHook(_ name: String) -> Bool {
    before.contains(name) || name.hasPrefix("post-") || name == "reference-transaction"
  }

  private static func makesCommit(_ words: [String]) -> Bool {
    ["commit", "merge", "am", "cherry-pick", "revert", "rebase"].contains { words.contains($0) }
  }

  /// Whether HEAD's history is younger than a process: then the hook is one that comes after the commit.
  private static func hasMoved(_ gitFolder: String, since process: pid_t) -> Bool {
    var log = stat()
    guard stat("\(gitFolder)/logs/HEAD", &log) == 0, let startMs = startMs(of: process) else { return false }
    #if canImport(Glibc)
      let time = log.st_mtim
    #else
      let time = log.st_mtimespec
    #endif
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000 >= startMs
  }

  /// When a process started, in milliseconds since 1970.
  private static func startMs(of process: pid_t) -> Int64? {
    #if canImport(Glibc)
      guard let fields = fields(of: process), fields.count > 19, let ticks = Int64(fields[19]) else {
        return nil
      }
      var (now, boot) = (timespec(), timespec())
      clock_gettime(CLOCK_REALTIME, &now)
      clock_gettime(CLOCK_BOOTTIME, &boot)
      let ms = { (time: timespec) in Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000 }
      return ms(now) - ms(boot) + ticks * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
    #else
      return nil
    #endif
  }

  private static func parent(of process: pid_t) -> pid_t? {
    fields(of: process).flatMap { $0.count > 1 ? pid_t($0[1]) : nil }
  }

  /// The fields of a process's `stat` behind its name, which may hold anything: state, parent and so on.
  private static func fields(of process: pid_t) -> [Substring]? {
    let text = String(decoding: read("/proc/\(process)/stat"), as: UTF8.self)
    return text.lastIndex(of: ")").map { text[text.index(after: $0)...].split(separator: " ") }
  }

  private static func words(of process: pid_t) -> [String] {
    read("/proc/\(process)/cmdline").split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func name(_ path: String?) -> String {
    path?.split(separator: "/").last.map(String.init) ?? ""
  }

  private static func canonical(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Files of the kernel's, whose size nobody knows before.
  private static func read(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }
}

extension String {
  /// What lies before the last slash.
  fileprivate var parentFolder: String { lastIndex(of: "/").map { String(self[..<$0]) } ?? "" }
}
