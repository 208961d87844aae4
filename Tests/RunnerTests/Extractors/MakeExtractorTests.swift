import Core
import Testing

@testable import Extractors
@testable import Runner

@Suite("The configuration says who extracts")
struct MakeExtractorTests {
  private func make(_ change: (inout ExtractorSettings) -> Void) throws -> any Extractor {
    var settings = ExtractorSettings()
    settings.command = ["server"]
    change(&settings)
    return try makeExtractor(settings, root: "/project", environment: ["PATH": "/usr/bin"], nowMs: { 0 })
  }

  @Test("Each kind is another extractor; only one that is asked about all at once is a batch extractor")
  func kinds() throws {
    #expect(try make { $0.kind = .local } is LocalExtractor)
    #expect(try make { $0.kind = .exec } is ExecExtractor)
    #expect(try make { $0.kind = .mcp } is MCPExtractor)
    let together = try make {
      $0.kind = .mcp
      $0.batch = true
      $0.arguments = ["file_paths": "@paths"]
    }
    #expect(together is any BatchExtractor)
  }

  @Test("Arguments that mean something else end before anything runs")
  func misfit() throws {
    let fault = try #require(throws: Fault.self) {
      try make {
        $0.kind = .mcp
        $0.arguments = ["file_paths": "@paths"]
      }
    }
    #expect(fault.exit == .configuration && fault.code == "extractor_argument_does_not_fit")
  }

  @Test("What is configured is what is asked for")
  func settings() {
    var configured = ExtractorSettings()
    configured.timeout = .seconds(7)
    configured.protocolVersion = .stateless
    let settings = MCPSettings(configured, root: "/project", environment: [:])
    #expect(settings.version == .v20260728 && settings.hardLimit == .seconds(35))
    #expect(settings.startTimeout == .seconds(30) && settings.tool == "generate_idf")
    configured.protocolVersion = .auto
    #expect(MCPSettings(configured, root: "/project", environment: [:]).version == nil)
  }
}
