// C declares the environment as a variable; tests never change it.
@preconcurrency import Glibc

/// Programs that tests run as processes of their own.
struct Command {
  /// The driver of the store, built beside the tests.
  static var bench: String {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let own = String(decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/ledger-bench"
  }

  struct Outcome {
    /// The exit status, or 128 and the signal that ended the process.
    var status: Int32
    /// Both streams, as they came.
    var output: String
  }

  /// Runs a program found in PATH to its end.
  static func run(_ words: String...) -> Outcome {
    let child = Child(words)
    child.closeInput()
    let output = child.readToEnd()
    return Outcome(status: child.wait(), output: output)
  }
}

/// A process whose input and output are pipes of ours.
final class Child {
  let process: pid_t
  private var input: Int32
  private let output: Int32

  init(_ words: [String]) {
    var toChild: [Int32] = [0, 0]
    var fromChild: [Int32] = [0, 0]
    // One at a time: a pipe not yet marked would be inherited by a child started meanwhile, and never end.
    pthread_mutex_lock(Self.starting)
    defer { pthread_mutex_unlock(Self.starting) }
    precondition(pipe(&toChild) == 0 && pipe(&fromChild) == 0, "No pipe could be made.")
    for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 2)
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let code = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
    precondition(code == 0, "\(words[0]) could not be started: error \(code).")
    self.process = process
    close(toChild[0])
    close(fromChild[1])
    input = toChild[1]
    output = fromChild[0]
  }

  nonisolated(unsafe) private static let starting: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    return mutex
  }()

  deinit {
    closeInput()
    close(output)
  }

  /// Ends what the process reads.
  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// The next line the process prints; nil at the end.
  func readLine() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  func readToEnd() -> String {
    var lines: [String] = []
    while let line = readLine() { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  func signal(_ number: Int32) { kill(process, number) }

  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
  }
}
