import Foundation
import SampleBatch
import Subprocesses
import Testing

@testable import Runner

/// A git repository of a test's own, with the sample images in it.
struct SampleRepository {
  let root: String
  let environment: [String: String]

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/ledgerctl-test-\(UUID().uuidString)"
    environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": root,
      "USER": "tester",
    ]
    try FileManager.default.createDirectory(
      atPath: root + "/downloads", withIntermediateDirectories: true)
    _ = try git("init", "-q", "-b", "main")
    _ = try git("config", "user.name", "Test")
    _ = try git("config", "user.email", "test@example.org")
    _ = try git("commit", "-q", "--allow-empty", "-m", "Begin")
    for (name, bytes) in Self.images {
      try Data(bytes).write(to: URL(fileURLWithPath: root + "/downloads/" + name))
    }
  }

  /// Drawn once for all tests.
  static let images: [(name: String, bytes: [UInt8])] = SampleArt.all.map { ($0.fileName, $0.draw()) }

  func remove() { try? FileManager.default.removeItem(atPath: root) }

  func project() throws -> Project {
    try Project.open(from: root, .making, environment: environment)
  }

  /// The reference batch's manifest, with another batch id if one is given.
  func request(_ project: Project, batch: String = SampleArt.batchID) throws -> RunRequest {
    let draft = ManifestDraft(
      batchID: batch,
      assets: SampleArt.all.map { piece in
        ManifestDraft.Asset(
          id: piece.assetID, path: "downloads/" + piece.fileName, score: Double(piece.score),
          specs: piece.specs)
      })
    let configuration = try project.configuration()
    return RunRequest(
      manifest: try draft.manifest(relativeTo: root, under: configuration),
      configuration: configuration)
  }

  @discardableResult
  func git(_ words: String...) throws -> String {
    var command = Command(["git"] + words, environment: environment, directory: root)
    command.timeout = .seconds(20)
    let result = try ChildProcess.runBlocking(command)
    return String(decoding: result.output, as: UTF8.self)
  }
}
