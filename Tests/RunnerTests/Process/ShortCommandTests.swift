import Core
import Subprocesses
import Testing

@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Short commands", .timeLimit(.minutes(1)))
struct ShortCommandTests {
  private func shell(_ script: String) -> Command {
    Command(["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"], directory: "/")
  }

  @Test("A command gets its words, environment, folder and input exactly as given")
  func exactSurroundings() async throws {
    var command = Command(
      [
        "sh", "-c", "printf '%s|' \"$@\"; pwd; env | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD='; cat", "sh",
        "a b", "*", "",
      ],
      environment: ["PATH": "/usr/bin:/bin", "ONLY": "this"], directory: "/usr")
    command.input = Array("given".utf8)
    let result = try await ChildProcess.run(command)
    let text = String(decoding: result.output, as: UTF8.self)
    #expect(result.exit == .code(0))
    #expect(text.hasPrefix("a b|*||/usr\n") && text.hasSuffix("given"))
    let lines = Set(text.dropFirst("a b|*||/usr\n".count).dropLast("given".count).split(separator: "\n"))
    #expect(lines == ["PATH=/usr/bin:/bin", "ONLY=this"])
  }

  @Test("A child starts with no descriptors but three, default signals and its own group")
  func cleanChild() throws {
    let result = try ChildProcess.runBlocking(
      Command(
        [
          "python3", "-c",
          """
          import os, signal
          listed = sorted(int(name) for name in os.listdir('/dev/fd'))
          # The folder's own descriptor is gone by now.
          print([number for number in listed if os.path.exists(f'/dev/fd/{number}')])
          print(os.getpgid(0) == os.getpid(), signal.pthread_sigmask(signal.SIG_BLOCK, []))
          """,
        ], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], directory: "/"))
    #expect(String(decoding: result.output, as: UTF8.self) == "[0, 1, 2]\nTrue set()\n")
  }

  @Test("Exit statuses and signals are told apart")
  func exits() async throws {
    #expect(try await ChildProcess.run(shell("exit 75")).exit == .code(75))
    #expect(try await ChildProcess.run(shell("kill -9 $$")).exit == .signal(9))
  }

  @Test("Megabytes through stdin, stdout and stderr at once neither hang nor get lost")
  func megabytes() async throws {
    var command = shell("head -c 10000000 /dev/zero >&2; cat; echo end >&2")
    command.input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let result = try await ChildProcess.run(command)
    #expect(result.output == command.input)
    #expect(result.errorTail.count == 64 << 10)
    #expect(result.errorTail.suffix(5) == Array("\0end\n".utf8))
  }

  @Test("A child that does not read its input causes no error and no SIGPIPE")
  func unreadInput() async throws {
    var command = shell("exec <&-; echo done")
    command.input = [UInt8](repeating: 1, count: 1 << 20)
    #expect(try await ChildProcess.run(command).output == Array("done\n".utf8))
  }

  @Test("Output beyond the limit ends the command with a fault")
  func outputLimit() async throws {
    var command = shell("yes")
    command.outputLimitBytes = 100_000
    let fault = await #expect(throws: Fault.self) { try await ChildProcess.run(command) }
    #expect(fault?.code == "output_too_long")
  }

  @Test("A command that ignores SIGTERM is killed after its grace, its children with it")
  func timeout() async throws {
    let fifo = try Fifo()
    defer { fifo.remove() }
    var command = shell(
      "trap '' TERM; (exec 9>\(fifo.path); sleep 1000) & exec 9>\(fifo.path); while :; do sleep 1000; done")
    command.timeout = .seconds(1)
    command.grace = .milliseconds(100)
    let ended = fifo.ended()
    let fault = await #expect(throws: Fault.self) { try await ChildProcess.run(command) }
    #expect(fault?.code == "program_timed_out")
    #expect(await ended.value == [])
  }

  @Test("A background child that holds stdout open neither delays nor outlives the command")
  func leftBehind() async throws {
    let fifo = try Fifo()
    defer { fifo.remove() }
    let ended = fifo.ended()
    let result = try await ChildProcess.run(shell("exec 9>\(fifo.path); sleep 1000 & echo out"))
    #expect(result.output == Array("out\n".utf8))
    #expect(await ended.value == [])
  }

  @Test("Cancelling the task ends the command and its children")
  func cancellation() async throws {
    let fifo = try Fifo()
    defer { fifo.remove() }
    let command = shell("echo started >\(fifo.path); exec sleep 1000")
    let started = fifo.ended()
    let task = Task { () async throws -> ProcessResult in try await ChildProcess.run(command) }
    #expect(await started.value == Array("started\n".utf8))
    task.cancel()
    let fault = await #expect(throws: Fault.self) { try await task.value }
    #expect(fault?.code == "program_cancelled")
  }

  @Test(
    "What can't be started says why",
    arguments: [
      ("no-such-program-here", "program_not_found"), ("./no/such", "program_not_started"),
      ("/etc/passwd", "program_not_started"), ("", "program_not_named"),
    ])
  func notStarted(word: String, code: String) async throws {
    let command = Command([word], environment: ["PATH": "/usr/bin:/bin"], directory: "/")
    let fault = #expect(throws: Fault.self) { try ChildProcess.runBlocking(command) }
    #expect(fault?.code == code)
  }

  @Test("A missing working directory is named")
  func missingDirectory() throws {
    let command = Command(["true"], environment: ["PATH": "/usr/bin:/bin"], directory: "/no/such")
    let fault = #expect(throws: Fault.self) { try ChildProcess.runBlocking(command) }
    #expect(fault?.message.contains("\"/no/such\"") == true)
  }

  @Test("A program with a slash is relative to the root, not to the working directory")
  func relativeToRoot() throws {
    var command = Command(["bin/sh", "-c", "pwd"], environment: [:], directory: "/usr")
    command.root = "/"
    #expect(try ChildProcess.runBlocking(command).output == Array("/usr\n".utf8))
  }
}
