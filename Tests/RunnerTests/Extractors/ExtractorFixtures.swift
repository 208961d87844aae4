import Core
import GitRepository
import Testing

@testable import Extractors
@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What extractor tests start from: requests, and servers written in Python.
enum ExtractorFixtures {
  /// 22 November 2026, 12:00:00 UTC.
  static let nowMs: Int64 = 1_795_348_800_000

  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static var surroundings: [String: String] { ProcessInfo.processInfo.environment }

  /// A request about a picture that a server knows by its name only.
  static func request(_ name: String, path: String? = nil) throws -> ExtractionRequest {
    ExtractionRequest(
      asset: try #require(AssetID(name)), imagePath: path ?? "/images/\(name).png", fileName: "\(name).png",
      image: Digest.sha256(Array(name.utf8)), measured: measured.idf,
      specs: ["name": "Nocturnal Canopy", "mode": "Gallery"], idempotencyKey: "key-\(name)")
  }

  /// What was measured in that picture.
  static let measured = Measurement(
    dimensions: .init(width: 512, height: 512), background: "#1a1714",
    palette: .init(primary: ["#c45c4b", "#d4a84b"], accents: ["#7a9e82"]),
    densityZones: .init(
      upperLeft: .init(coverage: 0.18), upperRight: .init(coverage: 0.3), central: .init(coverage: 0.65),
      lowerLeft: .init(coverage: 0.25), lowerRight: .init(coverage: 0.2)),
    transparency: 0, edges: .init(leftRight: true, topBottom: false),
    colours: [
      .init(hex: "#1a1714", share: 0.5), .init(hex: "#c45c4b", share: 0.3),
      .init(hex: "#d4a84b", share: 0.15), .init(hex: "#7a9e82", share: 0.05),
    ])

  static func configured(
    _ kind: ExtractorSettings.Kind, _ command: [String], environmentNames: [String] = [],
    timeout: Duration = .seconds(20)
  ) -> ExtractorSettings {
    var settings = ExtractorSettings()
    settings.kind = kind
    settings.command = command
    settings.arguments = ["code": "@path"]
    settings.env = environmentNames
    settings.timeout = timeout
    return settings
  }

  /// A misbehaving server in plain Python.
  static func fake(_ how: String, _ options: String..., timeout: Duration = .seconds(20)) -> MCPSettings {
    let configured = configured(.mcp, ["python3", "Tests/Servers/fake.py", how] + options, timeout: timeout)
    var settings = MCPSettings(configured, root: repository, environment: surroundings)
    settings.restartDelay = .milliseconds(1)
    settings.patience = .milliseconds(200)
    return settings
  }

  static func extractor(_ settings: MCPSettings) throws -> MCPExtractor {
    try MCPExtractor(settings, nowMs: { nowMs })
  }

  /// Asks a server and shuts it down, whatever it answers.
  static func ask(
    _ settings: MCPSettings, _ names: String...
  ) async throws -> [Result<ExtractionReply, ExtractorRefusal>] {
    let extractor = try extractor(settings)
    var answers: [Result<ExtractionReply, ExtractorRefusal>] = []
    for name in names { answers.append(await extractor.result(try request(name))) }
    await extractor.shutDown()
    return answers
  }

  /// A path in a folder of its own, which is removed afterwards.
  static func withFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "extractors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.appendingPathComponent("file").path)
  }

  static func write(_ text: String, toFileAt path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  static func text(ofFileAt path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }
}

extension Extractor {
  /// What came of a request, as a value.
  func result(_ request: ExtractionRequest) async -> Result<ExtractionReply, ExtractorRefusal> {
    do throws(ExtractorRefusal) {
      return .success(try await extract(request))
    } catch {
      return .failure(error)
    }
  }
}

extension Result where Success == ExtractionReply, Failure == ExtractorRefusal {
  var refusal: ExtractorRefusal? {
    guard case .failure(let refusal) = self else { return nil }
    return refusal
  }
}

/// Tells whether a process still does anything; one that ended and that nobody has asked about yet does not.
func isAlive(_ process: Int) -> Bool {
  guard let status = try? ExtractorFixtures.text(ofFileAt: "/proc/\(process)/stat") else { return false }
  // The state is behind the name in brackets.
  return !(status.split(separator: ")").last?.hasPrefix(" Z") ?? true)
}

/// Waits until a process that isn't our child is gone; nothing signals that, so it is looked for, for 5
/// seconds at most.
func isGone(_ process: Int) async throws -> Bool {
  for _ in 0..<500 where isAlive(process) { try await Task.sleep(for: .milliseconds(10)) }
  return !isAlive(process)
}
