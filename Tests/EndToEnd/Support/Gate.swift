import Foundation
import Subprocesses
import Testing

@testable import Runner

/// Where a program of a run waits until it is let go: tests meet a run while it is running, without any clock.
final class Gate {
  /// FIFOs, held open for reading and writing so that nobody waits for the other end.
  private let called: Int32
  private let go: Int32
  /// What a waiting program says, in one write.
  private static let word = "called\n"

  private init(in folder: SampleFolder, ignoring files: String) throws {
    try folder.write("/ledger.yaml\n/called\n/go\n\(files)", to: ".git/info/exclude")
    for name in ["called", "go"] { try #require(mkfifo(folder.root + "/" + name, 0o600) == 0) }
    called = open(folder.root + "/called", O_RDWR)
    go = open(folder.root + "/go", O_RDWR)
  }

  deinit {
    close(called)
    close(go)
  }

  /// Lines of a shell script that waits at the gate.
  private static func passage(in folder: SampleFolder) -> String {
    "echo called > \"\(folder.root)/called\"\nread -r word < \"\(folder.root)/go\""
  }

  /// Configures a repository to use a program as extractor, each of whose calls waits.
  static func inExtractor(of folder: SampleFolder) throws -> Gate {
    try folder.write(
      """
      #!/bin/sh
      input=$(cat)
      \(passage(in: folder))
      echo '{"schema":"idf/v1","background":"#101010","palette":{"primary":["#c45c4b"],"accents":["#7a9e82"]},'
      echo '"density_zones":{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}}}'
      """, to: "extract.sh")
    try folder.write("extractor: { kind: exec, command: [/bin/sh, extract.sh] }\n", to: "ledger.yaml")
    return try Gate(in: folder, ignoring: "/extract.sh\n")
  }

  /// Configures a repository to use a program as extractor of which one call waits, that with the number given; the
  /// script decides what the others do, and knows its number as `$call`.
  static func inCall(_ number: Int, of folder: SampleFolder, _ script: String, settings: String) throws
    -> Gate
  {
    try folder.write(
      """
      #!/bin/sh
      input=$(cat)
      echo x >> "\(folder.root)/calls"
      call=$(wc -l < "\(folder.root)/calls")
      if [ "$call" -eq \(number) ]; then
      \(passage(in: folder))
      fi
      \(script)
      """, to: "extract.sh")
    try folder.write(settings, to: "ledger.yaml")
    return try Gate(in: folder, ignoring: "/extract.sh\n/calls\n")
  }

  /// Configures a repository to run a hook before its commits, which waits.
  static func inCommitHook(of folder: SampleFolder) throws -> Gate {
    try folder.write("commit: { hooks: true }\n", to: "ledger.yaml")
    let hook = ".git/hooks/pre-commit"
    try folder.write("#!/bin/sh\n\(passage(in: folder))\n", to: hook)
    try #require(chmod(folder.root + "/" + hook, 0o755) == 0)
    return try Gate(in: folder, ignoring: "")
  }

  /// Returns once a program of a run with `--format jsonl` waits, with the run's process id.
  func waitForOne(of child: ChildProcess) async throws -> Int32 {
    var reader = LineReader(child)
    let started = try await reader.processOfRun()
    var word = [UInt8](repeating: 0, count: Self.word.utf8.count)
    #expect(read(called, &word, word.count) == word.count)
    return started
  }

  /// Lets every program pass, those to come included.
  func letAllGo() {
    let words = Array(String(repeating: "go\n", count: 50).utf8)
    #expect(write(go, words, words.count) == words.count)
  }
}
