import Core
import Extractors
import GitRepository
import Subprocesses

#if os(Linux)
  import Foundation
  import Glibc
  import Testing

  @testable import Runner

  /// Something that fails as no pipe does, put in place of our end of a child's pipe.
  struct FailingPipe: Sendable, CustomTestStringConvertible {
    /// The child's descriptor at the other end.
    let descriptor: Int
    let cause: String
    private let path: String
    private let flags: Int32

    static let shell = "/bin/sh"
    static let each = [
      FailingPipe(descriptor: 0, cause: "No space left on device", path: "/dev/full", flags: O_WRONLY),
      FailingPipe(descriptor: 1, cause: "Is a directory", path: "/", flags: O_RDONLY),
      FailingPipe(descriptor: 2, cause: "Is a directory", path: "/", flags: O_RDONLY),
    ]

    var testDescription: String { "descriptor \(descriptor): \(cause)" }

    /// A child that continues only when its pipe has been replaced. It then takes some of its input, or says a
    /// little, and doesn't end by itself.
    func command(_ said: Fifo, _ gate: Fifo) -> Command {
      var command = Command(
        [
          Self.shell, "-c",
          "pipe=$(readlink /proc/$$/fd/\(descriptor)); echo $pipe >\(said.path); read go <\(gate.path); "
            + (descriptor == 0 ? "head -c 500000 >/dev/null; " : "")
            + "echo out; echo err >&2; exec sleep 1000",
        ], environment: ["PATH": "/usr/bin:/bin"], directory: "/")
      command.input = [UInt8](repeating: 1, count: 1 << 20)
      return command
    }

    /// Does something with a child, and replaces our end once the child is there.
    func happens(during body: @escaping @Sendable (Command) async throws -> Void) async throws {
      let (said, gate) = (try Fifo(), try Fifo())
      defer {
        said.remove()
        gate.remove()
      }
      let word = said.ended()
      let command = command(said, gate)
      let work = Task { try await body(command) }
      let name = String(decoding: try #require(await word.value), as: UTF8.self)
        .trimmingCharacters(in: .newlines)
      let ours = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == name
      }
      let end = try #require(ours.first.flatMap(Int32.init), "No descriptor of ours is \(name).")
      let substitute = open(path, flags | O_CLOEXEC)
      #expect(dup2(substitute, end) == end && fcntl(end, F_SETFD, FD_CLOEXEC) == 0)
      close(substitute)
      // Waits for the child to open it for reading.
      let opened = open(gate.path, O_WRONLY | O_CLOEXEC)
      #expect(write(opened, "go\n", 3) == 3)
      close(opened)
      try await work.value
    }

    /// What the child's failure is to be told as.
    var fault: Fault { .pipeFailed(of: Self.shell, cause: cause) }
  }

  @Suite("Pipes that fail", .timeLimit(.minutes(1)))
  struct FailingPipeTests {
    @Test("A short command whose pipe fails is ended, with a fault that says so", arguments: FailingPipe.each)
    func shortCommand(_ pipe: FailingPipe) async throws {
      try await pipe.happens { command in
        await #expect(throws: pipe.fault) { try await ChildProcess.run(command) }
      }
    }

    @Test(
      "A server whose pipe fails is ended, and whoever writes or reads is told", arguments: FailingPipe.each)
    func server(_ pipe: FailingPipe) async throws {
      try await pipe.happens { command in
        let child = try ChildProcess.start(command)
        await #expect(throws: pipe.fault) { try await child.write(command.input) }
        await #expect(throws: pipe.fault) { while try await child.readChunk() != nil {} }
        await #expect(throws: pipe.fault) { try await child.write([1]) }
        #expect(await child.waitForExit() == .signal(SIGTERM))
      }
    }

    @Test("For an extraction it is an error of the environment", arguments: ExtractorSettings.Kind.programs)
    func extraction(_ kind: ExtractorSettings.Kind) async throws {
      let pipe = FailingPipe.each[1]
      try await pipe.happens { command in
        let configured = ExtractorFixtures.configured(kind, command.words)
        let extractor = try makeExtractor(
          configured, root: "/", environment: ExtractorFixtures.surroundings, nowMs: { 0 })
        let answer = await extractor.result(try ExtractorFixtures.request("A"))
        #expect(answer.refusal == .surroundings(message: pipe.fault.message))
        await extractor.shutDown()
      }
    }
  }

  extension ExtractorSettings.Kind {
    fileprivate static let programs = [Self.exec, .mcp]
  }
#endif
