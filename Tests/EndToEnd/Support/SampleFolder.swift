import Foundation
import GitRepository
import SampleBatch
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

/// A git repository of a test's own with the sample pictures in `downloads/` and the reference batch's manifest,
/// `batch.json`.
final class SampleFolder {
  let root: String
  var environment: [String: String]

  /// `git` names the folder of another git than the one in PATH, `options` are for `git init`.
  init(git folder: String? = nil, options: [String] = []) throws {
    root =
      FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
      + "/ledgerctl-e2e-\(UUID().uuidString)"
    environment = [
      "PATH": (folder.map { $0 + ":" } ?? "")
        + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"),
      "HOME": root + "/.home",
      "USER": "tester",
      "LANG": "C.UTF-8", "TZ": "UTC",
    ]
    for folder in ["downloads", ".home"] {
      try FileManager.default.createDirectory(atPath: root + "/" + folder, withIntermediateDirectories: true)
    }
    try write("/.home/\n/downloads/\n/*.json\n", to: ".gitignore")
    try git(["init", "-q", "-b", "main"] + options)
    try git("config", "user.name", "Test")
    try git("config", "user.email", "test@example.org")
    try git("add", ".gitignore")
    try git("commit", "-q", "-m", "Begin")
    for (name, bytes) in Self.pictures { try write(bytes, to: "downloads/" + name) }
    try writeManifest()
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Drawn once for all tests.
  static let pictures: [(name: String, bytes: [UInt8])] = SampleArt.all.map { ($0.fileName, $0.draw()) }

  /// Writes the reference batch's manifest, changed as the body says.
  func writeManifest(
    _ name: String = "batch.json", batch: String = SampleArt.batchID,
    _ change: (inout ManifestDraft) -> Void = { _ in }
  ) throws {
    var draft = ManifestDraft(
      batchID: batch,
      assets: SampleArt.all.map { piece in
        ManifestDraft.Asset(
          id: piece.assetID, path: "downloads/" + piece.fileName, score: Double(piece.score),
          specs: piece.specs)
      })
    change(&draft)
    try write(draft.text, to: name)
  }

  func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: root + "/" + path))
  }

  func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: root + "/" + path)))
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + path) }

  /// Runs the command in the repository.
  func ledgerctl(_ words: String..., input: String = "") async throws -> BuiltCommand.Outcome {
    try await BuiltCommand.run(words, in: root, environment: environment, input: Array(input.utf8))
  }

  /// Starts the command, to be read from and signalled.
  func start(_ words: String...) throws -> ChildProcess {
    try ChildProcess.start(Command([BuiltCommand.path] + words, environment: environment, directory: root))
  }

  /// Starts the command with its stdout in a pipe of the test's own.
  func start(writingTo pipe: NarrowPipe, _ words: String...) throws -> ChildProcess {
    try ChildProcess.start(
      Command(
        ["/bin/sh", "-c", "exec \"$@\" > \"$0\"", pipe.path, BuiltCommand.path] + words,
        environment: environment,
        directory: root))
  }

  @discardableResult
  func git(_ words: String...) throws -> String { try git(words) }

  @discardableResult
  func git(_ words: [String]) throws -> String {
    var command = Command(["git"] + words, environment: environment, directory: root)
    command.timeout = .seconds(60)
    let result = try ChildProcess.runBlocking(command)
    #expect(result.succeeded, "git \(words): \(String(decoding: result.errorTail, as: UTF8.self))")
    return String(decoding: result.output, as: UTF8.self)
  }

  /// Runs a shell script in the repository and returns its stdout.
  @discardableResult
  func shell(_ script: String) throws -> String {
    var command = Command(["/bin/sh", "-ec", script], environment: environment, directory: root)
    command.timeout = .seconds(120)
    let result = try ChildProcess.runBlocking(command)
    #expect(result.succeeded, "\(script): \(String(decoding: result.errorTail, as: UTF8.self))")
    return String(decoding: result.output, as: UTF8.self)
  }

  /// Makes a hook of the repository's out of a shell script.
  func hook(_ name: String, _ script: String, in folder: String = ".git/hooks", mode: Int = 0o755) throws {
    try makeFolder(folder)
    try write("#!/bin/sh\n\(script)\n", to: "\(folder)/\(name)")
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: "\(root)/\(folder)/\(name)")
  }

  /// Commits on the branch, the first included.
  func commits() throws -> Int { Int(try git("rev-list", "--count", "HEAD").dropLast()) ?? -1 }

  /// The events of all batches in the ledger that match, as JSON.
  func events(_ words: String...) async throws -> [JSONValue] {
    let outcome = try await BuiltCommand.run(
      ["events"] + words + ["--format", "jsonl"], in: root, environment: environment)
    #expect(outcome.exit == 0, "\(outcome.errors)")
    return try outcome.lines.map { try JSONReader.value(of: Array($0.utf8)) }
  }
}

/// Reads a child's stdout line by line.
struct LineReader {
  let child: ChildProcess
  private var buffer: [UInt8] = []

  init(_ child: ChildProcess) { self.child = child }

  /// The next line without its line feed; nil at the end.
  mutating func next() async throws -> String? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      guard let chunk = try await child.readChunk() else { return nil }
      buffer += chunk
    }
  }

  /// Reads what a run with `--format jsonl` tells until it says its process id.
  mutating func processOfRun() async throws -> Int32 {
    while let line = try await next() {
      if case .number(let id)? = try JSONReader.value(of: Array(line.utf8))["data"]?["process"],
        let process = Int32(id)
      {
        return process
      }
    }
    throw NoRun()
  }

  struct NoRun: Error {}
}

extension SampleFolder {
  func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: root + "/" + path, withIntermediateDirectories: true)
  }

  /// Does to the ledger what an owner of its file can do and nobody should.
  func sql(_ statements: String) async throws {
    var command = Command(
      ["sqlite3", "-bail", root + "/.ledger/ledger.db"], environment: environment, directory: root)
    command.input = Array(statements.utf8)
    let result = try await ChildProcess.run(command)
    #expect(result.succeeded, "\(String(decoding: result.errorTail, as: UTF8.self))")
  }

  /// Changes an event in the ledger's file, and leaves its schema as it was.
  func changeEvent(at position: Int) async throws {
    try await sql(
      """
      DROP TRIGGER events_never_updated;
      UPDATE events SET time_ms = time_ms + 1 WHERE position = \(position);
      CREATE TRIGGER events_never_updated BEFORE UPDATE ON events
      BEGIN
        SELECT RAISE(ABORT, 'events are never changed');
      END;
      """)
  }
}
