import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("A program that can't be started is refused before anything is registered")
struct MissingProgramTests {
  /// A command's first word, what makes the file, and words of the refusal.
  static let programs: [(word: String, make: String, says: String)] = [
    ("./exct.sh", "printf '#!/bin/sh\\n' > ext.sh; chmod +x ext.sh", "No such file or directory"),
    ("no-such-program", "true", "was not found: expected an executable file in PATH"),
    ("./x.sh", "printf '#!/bin/sh\\n' > x.sh", "it is not executable"),
    ("./x", "mkdir x", "expected a file, found a folder"),
    ("./x", "echo 'print(1)' > x; chmod +x x", "neither a program nor a script"),
    (
      "./x", "printf '#!/no/such/interpreter\\n' > x; chmod +x x",
      "its first line names \"/no/such/interpreter\""
    ),
    (
      "./x", "printf '#!/usr/bin/env no-such-python\\n' > x; chmod +x x",
      "names \"no-such-python\", which is not in PATH"
    ),
    ("./x", "printf '#!/bin/sh\\r\\necho\\r\\n' > x; chmod +x x", "its first line names \"/bin/sh\""),
    ("./x", "ln -s /no/such/target x", "No such file or directory"),
  ]

  @Test("run, plan and doctor say so at once, with 78", arguments: programs, ["exec", "mcp"])
  func refused(_ program: (word: String, make: String, says: String), _ kind: String) async throws {
    let folder = try SampleFolder()
    try folder.shell(program.make)
    try folder.write("extractor: { kind: \(kind), command: [\(program.word)] }\n", to: "ledger.yaml")
    let done = try await folder.ledgerctl("run", "batch.json")
    #expect(done.exit == 78)
    #expect(done.errors.contains(program.says), "\(done.errors)")
    #expect(try await folder.events().isEmpty)
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 78)
    let diagnosis = try await folder.ledgerctl("doctor")
    #expect(diagnosis.exit == 1 && diagnosis.text.contains("bad  extractor"))
  }

  @Test("A batch whose program has gone ends with 78 and resumes when it is back")
  func gone() async throws {
    let folder = try SampleFolder()
    let script = "#!/bin/sh\ncat > /dev/null\nexit 75\n"
    try folder.write(script, to: "x.sh")
    try folder.shell("chmod +x x.sh")
    try folder.write(
      "extractor: { kind: exec, command: [./x.sh] }\nlimits: { max_wait: 1ms }\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    try folder.shell("mv x.sh y.sh")
    #expect(try await folder.ledgerctl("resume", "@last").exit == 78)
    try folder.shell("mv y.sh x.sh")
    #expect(try await folder.ledgerctl("resume", "@last").exit == 75)
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
  }

  @Test("A shell that finds no program is asked once, and ends with 69")
  func withinShell() async throws {
    let folder = try SampleFolder()
    try folder.write(
      "extractor: { kind: exec, command: [sh, -c, ./no-such] }\nlimits: { in_flight: 1 }\n", to: "ledger.yaml"
    )
    try folder.writeManifest { $0.assets.removeLast(2) }
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 69)
    #expect(try await folder.events("--type", "stage.started", "--stage", "extract").count == 1)
  }
}
