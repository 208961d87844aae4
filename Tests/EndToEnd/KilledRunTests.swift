import Foundation
import Testing

@testable import Runner

@Suite("What a killed run has started", .timeLimit(.minutes(3)))
struct KilledRunTests {
  @Test(
    "A program of the user's dies with it, with all that this has started, and the next run continues",
    arguments: ["exec", "mcp", "hook"])
  func program(_ kind: String) async throws {
    let servers = ServerFaultTests.servers
    let folder = try ServerFaultTests.folder("works_on", Workshop.name, timeout: "60s")
    switch kind {
    case "exec":
      let program = "python3, \(servers)/program.py, works_on, \(Workshop.name)"
      try folder.write("extractor: { kind: exec, command: [\(program)] }\n", to: "ledger.yaml")
    case "hook":
      try folder.write("commit: { hooks: true }\n", to: "ledger.yaml")
      try folder.hook(
        "pre-commit", "PYTHONPATH=\(servers) python3 -c 'import work; work.work_on(\"\(Workshop.name)\")'")
    default: break
    }
    let workshop = try Workshop(in: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    var told = LineReader(run)
    let process = try await told.processOfRun()
    // The program, and a child of its own.
    #expect(await workshop.hears("pc"))
    kill(process, SIGKILL)
    #expect(await run.waitForExit() == .signal(SIGKILL))
    #expect(await workshop.falls(), "Somebody writes on.")

    try folder.shell("rm \(Workshop.name)")
    let resumed = try await folder.ledgerctl("run", "batch.json")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(try folder.commits() == 2)
    #expect(try await !folder.events("--type", "run.interrupted").isEmpty)
  }
}
