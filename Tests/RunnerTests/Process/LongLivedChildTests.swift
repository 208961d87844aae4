import Core
import Subprocesses
import Testing

@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Long-lived children", .timeLimit(.minutes(1)))
struct LongLivedChildTests {
  private func start(_ script: String) throws -> ChildProcess {
    try ChildProcess.start(
      Command(["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"], directory: "/"))
  }

  private func readAll(_ child: ChildProcess) async throws -> [UInt8] {
    var all: [UInt8] = []
    while let chunk = try await child.readChunk() { all += chunk }
    return all
  }

  @Test("A server answers each line, then ends when its stdin is closed")
  func conversation() async throws {
    let child = try start("while read -r line; do echo \"got $line\"; done; echo bye >&2; exit 3")
    for word in ["one", "two"] {
      try await child.write(Array("\(word)\n".utf8))
      var answer: [UInt8] = []
      while answer.last != UInt8(ascii: "\n"), let chunk = try await child.readChunk() { answer += chunk }
      #expect(String(decoding: answer, as: UTF8.self) == "got \(word)\n")
    }
    child.closeStdin()
    #expect(try await child.readChunk() == nil)
    #expect(await child.waitForExit() == .code(3))
    #expect(child.errorTail == Array("bye\n".utf8))
    #expect(await child.terminate(grace: .seconds(1)) == .code(3))
  }

  @Test("A slow reader holds the child back and loses nothing")
  func backPressure() async throws {
    let child = try start("cat")
    let bytes = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 / 11) }
    async let written: Void = {
      try await child.write(bytes)
      child.closeStdin()
    }()
    #expect(try await readAll(child) == bytes)
    try await written
    #expect(await child.waitForExit() == .code(0))
  }

  @Test("Writing to a child that has ended fails with a fault, and ends nobody")
  func deadChild() async throws {
    let child = try start("exit 0")
    #expect(await child.waitForExit() == .code(0))
    let fault = await #expect(throws: Fault.self) { try await child.write([1]) }
    #expect(fault?.code == "program_input_closed")
    #expect(try await child.readChunk() == nil)
  }

  @Test("A write in progress fails when the child dies in its midst")
  func diesWhileWritten() async throws {
    let child = try start("head -c 10 >/dev/null; kill -9 $$")
    let fault = await #expect(throws: Fault.self) {
      try await child.write([UInt8](repeating: 0, count: 8 << 20))
    }
    #expect(fault?.code == "program_input_closed")
    #expect(await child.waitForExit() == .signal(9))
  }

  @Test("A child that ignores SIGTERM is killed with its children when its grace is over")
  func stubborn() async throws {
    let fifo = try Fifo()
    defer { fifo.remove() }
    let child = try start(
      "trap '' TERM; exec 9>\(fifo.path); (sleep 1000) & echo up; while :; do sleep 1000; done")
    let ended = fifo.ended()
    #expect(try await child.readChunk() == Array("up\n".utf8))
    #expect(await child.terminate(grace: .milliseconds(50)) == .signal(9))
    #expect(await ended.value == [])
    #expect(await child.waitForExit() == .signal(9))
  }

  @Test("A child that ends by itself within the patience gets no signal")
  func polite() async throws {
    let child = try start("trap 'exit 9' TERM; cat >/dev/null; exit 4")
    #expect(await child.terminate(patience: .seconds(30), grace: .seconds(1)) == .code(4))
  }

  @Test("A cancelled reader stops waiting and the child lives on")
  func cancelledReader() async throws {
    let child = try start("cat")
    let reader = Task { () async throws -> [UInt8]? in try await child.readChunk() }
    reader.cancel()
    await #expect(throws: Fault.self) { try await reader.value }
    try await child.write([7])
    #expect(try await child.readChunk() == [7])
    await child.terminate(grace: .seconds(1))
  }

  @Test("A child nobody holds any more is killed")
  func abandoned() async throws {
    let fifo = try Fifo()
    defer { fifo.remove() }
    let ended = fifo.ended()
    do {
      let child = try start("exec 9>\(fifo.path); echo up; sleep 1000")
      #expect(try await child.readChunk() == Array("up\n".utf8))
    }
    #expect(await ended.value == [])
  }

  #if os(Linux)
    @Test("A child dies with the process that started it, even by SIGKILL")
    func parentKilled() async throws {
      let fifo = try Fifo()
      defer { fifo.remove() }
      let path = fifo.path
      let ended = fifo.ended()
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let child = try ChildProcess.start(
          Command(
            ["sh", "-c", "exec 9>\(path); echo up; exec sleep 1000"], environment: ["PATH": "/usr/bin:/bin"],
            directory: "/"))
        if try await child.readChunk() != nil { kill(getpid(), SIGKILL) }
      }
      #expect(await ended.value == [])
    }

    @Test("A child that is meant to survive continues to its end")
    func parentKilledAndSurvived() async throws {
      let fifo = try Fifo()
      defer { fifo.remove() }
      let path = fifo.path
      let ended = fifo.ended()
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        var command = Command(
          ["sh", "-c", "exec 9>\(path); echo up; read nothing; echo alive >&9"],
          environment: ["PATH": "/usr/bin:/bin"], directory: "/")
        command.survivesParent = true
        let child = try ChildProcess.start(command)
        // Its stdin ends with this process, and only then it continues.
        if try await child.readChunk() != nil { kill(getpid(), SIGKILL) }
      }
      #expect(await ended.value == Array("alive\n".utf8))
    }
  #endif
}
