import Core
import GitRepository
import ModelContext
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A server written with the real SDK, in one of its two lines.
enum RealServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case mcp1, mcp2

  /// What came of each picture, by its name.
  typealias Answers = [String: Result<ExtractionReply, ExtractorRefusal>]

  var testDescription: String { self == .mcp1 ? "mcp<2" : "mcp>=2" }

  /// What a server of that line speaks when asked.
  var version: MCPVersion { self == .mcp1 ? .v20251125 : .v20260728 }

  /// The Python that has the SDK; a test without it fails and says how to make it.
  func python() throws -> String {
    let name = "LEDGERCTL_TEST_VENV_\(rawValue.uppercased())"
    let folder =
      ExtractorFixtures.surroundings[name] ?? "\(ExtractorFixtures.repository)/.build/venv-\(rawValue)"
    let python = "\(folder)/bin/python"
    try #require(
      FileManager.default.isExecutableFile(atPath: python),
      "\"\(python)\" is missing: run scripts/test-servers, or set \(name) to a venv with \(testDescription)"
    )
    return python
  }

  func settings(
    _ options: String..., batch: Bool = false, tool: String? = nil, arguments: JSONValue? = nil,
    timeout: Duration = .seconds(30)
  ) throws -> MCPSettings {
    var configured = ExtractorFixtures.configured(
      .mcp, [try python(), "Tests/Servers/sidekick.py"] + options, environmentNames: ["SIDEKICK_KEY"],
      timeout: timeout)
    configured.batch = batch
    configured.tool = tool ?? ExtractorSettings.defaultTool(batch: batch)
    // These servers tell pictures apart by their paths.
    configured.arguments =
      arguments ?? (batch ? ["analysis_type": "quality", "file_paths": "@paths"] : ["code": "@path"])
    var settings = MCPSettings(
      configured, root: ExtractorFixtures.repository,
      environment: ExtractorFixtures.surroundings.merging(["SIDEKICK_KEY": "open sesame"]) { $1 })
    settings.restartDelay = .milliseconds(1)
    settings.patience = .seconds(5)
    return settings
  }

  /// One server for all tests that do it no harm; it ends with the tests' process.
  func shared() throws -> MCPExtractor { try #require(Self.extractors[self]).get() }

  private static let extractors = Dictionary(
    uniqueKeysWithValues: allCases.map { server in
      (server, Result { try ExtractorFixtures.extractor(try server.settings()) })
    })

  /// Asks about pictures side by side on the shared server.
  func ask(_ names: String...) async throws -> Answers {
    try await Self.ask(try shared(), names)
  }

  /// Asks about pictures side by side on a server of their own, and shuts it down.
  func ask(_ settings: MCPSettings, _ names: String...) async throws -> Answers {
    let extractor = try ExtractorFixtures.extractor(settings)
    let answers = try await Self.ask(extractor, names)
    await extractor.shutDown()
    return answers
  }

  private static func ask(_ extractor: MCPExtractor, _ names: [String]) async throws -> Answers {
    let requests = try names.map { try ExtractorFixtures.request($0) }
    return await withTaskGroup(of: (String, Answers.Value).self) { group in
      for request in requests { group.addTask { (request.asset.text, await extractor.result(request)) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }
}
