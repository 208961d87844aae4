import Foundation
import Testing

@testable import Runner

/// A program as extractor, each of whose calls waits until it is let go: tests meet a run at work without any clock.
final class WaitingExtractor {
  /// FIFOs, held open for reading and writing so that nobody waits for the other end.
  private let called: Int32
  private let go: Int32

  /// Configures a repository to use it.
  init(in folder: SampleFolder) throws {
    try folder.write(
      """
      #!/bin/sh
      input=$(cat)
      echo called > called
      read -r word < go
      echo '{"schema":"idf/v1","background":"#101010","palette":{"primary":["#c45c4b"],"accents":["#7a9e82"]},'
      echo '"density_zones":{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}}}'
      """, to: "extract.sh")
    try folder.write("extractor: { kind: exec, command: [/bin/sh, extract.sh] }\n", to: "ledger.yaml")
    try folder.write("/extract.sh\n/ledger.yaml\n/called\n/go\n", to: ".git/info/exclude")
    for name in ["called", "go"] { try #require(mkfifo(folder.root + "/" + name, 0o600) == 0) }
    called = open(folder.root + "/called", O_RDWR)
    go = open(folder.root + "/go", O_RDWR)
  }

  deinit {
    close(called)
    close(go)
  }

  /// Returns once a call of a run with `--format jsonl` is at work, with the run's process id.
  func waitForOne(of child: ChildProcess) async throws -> Int32 {
    var reader = LineReader(child)
    var process: Int32?
    while process == nil, let line = try await reader.next() {
      if case .number(let id)? = try JSONReader.value(of: Array(line.utf8))["data"]?["process"] {
        process = Int32(id)
      }
    }
    let started = try #require(process)
    var byte: UInt8 = 0
    #expect(read(called, &byte, 1) == 1)
    return started
  }

  /// Lets every call answer, those to come included.
  func letAllGo() {
    let words = Array(String(repeating: "go\n", count: 50).utf8)
    #expect(write(go, words, words.count) == words.count)
  }
}
