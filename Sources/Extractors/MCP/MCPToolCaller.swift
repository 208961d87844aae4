import BatchModel
import Core
import FileStore
import StrictJSON

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Fills a tool's arguments for some assets and calls it; what both kinds of extractor share.
package struct MCPToolCaller: Sendable {
  private let settings: MCPSettings
  private let template: ArgumentTemplate
  private let server: MCPServer
  private let files: ProgramFiles
  private let nowMs: @Sendable () -> Int64

  package init(_ settings: MCPSettings, nowMs: @escaping @Sendable () -> Int64) throws(Fault) {
    self.settings = settings
    self.nowMs = nowMs
    template = try ArgumentTemplate(settings.arguments, batch: settings.batch)
    server = MCPServer(settings)
    files = ProgramFiles(settings.program)
  }

  /// Everything that may change an answer; contacts the server.
  package var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) {
      let session = try await server.session()
      var parts = [
        "server": session.agreement.serverName, "version": session.agreement.serverVersion,
        "tool": settings.tool,
        "schema": Digest.sha256(JSONWriter.canonical(session.tool.inputSchema)).hex,
        "arguments": Digest.sha256(template.digestText).hex,
      ]
      parts["model"] = settings.model
      parts.merge(files.parts) { $1 }
      if template.asksInWords { parts["prompt"] = Digest.sha256(Prompt.text.utf8).hex }
      return ExtractorIdentity(kind: "mcp", parts: parts.mapValues(settings.program.redactor.redact))
    }
  }

  /// What the server said of itself when it was last asked, unless the files that its command names have changed
  /// since: then it must be asked again.
  package func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? {
    files.agree(with: last) ? last : nil
  }

  /// Calls the tool for one asset or for all, and returns with the answer what reads it at this moment.
  package func call(
    _ requests: [ExtractionRequest]
  ) async throws(ExtractorRefusal) -> (MCPServer.Answer, notes: [String], MCPAnswerReader) {
    let values = try values(for: requests)
    let template = template
    let (answer, notes) = try await server.callTool { tool in
      template.filled(values, wantsText: tool.wantsText)
    }
    return (answer, notes, MCPAnswerReader(settings: settings, limits: LimitReader(nowMs: nowMs())))
  }

  package func shutDown() async { await server.shutDown() }

  /// The path under which a call for all assets names one: its image's, or that of the text that asks about it.
  package func path(of request: ExtractionRequest) -> String {
    template.words.contains(.briefs) ? Self.briefPath(of: request) : request.imagePath
  }

  private func values(
    for requests: [ExtractionRequest]
  ) throws(ExtractorRefusal) -> [ArgumentTemplate.Word: JSONValue] {
    guard let first = requests.first else { preconditionFailure("A call is about at least one asset.") }
    var values: [ArgumentTemplate.Word: JSONValue] = [:]
    for word in template.words {
      values[word] =
        switch word {
        case .path: .string(first.imagePath)
        case .base64: .string(try Self.base64(ofFileAt: first.imagePath))
        case .specs: first.specs
        case .assetID: .string(first.asset.text)
        case .prompt: .string(settings.batch ? Prompt.text : Prompt.text(for: first))
        case .idempotencyKey: .string(Self.idempotencyKey(of: requests))
        case .measured: Prompt.measured(first)
        case .brief: .string(try Self.writeBrief(of: first))
        case .paths: .array(Self.unique(requests.map(\.imagePath)).map(JSONValue.string))
        case .briefs: .array(Self.unique(try Self.writeBriefs(of: requests)).map(JSONValue.string))
        }
    }
    return values
  }

  /// Every path once: two assets may have the same bytes, and so one copy.
  private static func unique(_ paths: [String]) -> [String] {
    var seen: Set<String> = []
    return paths.filter { seen.insert($0).inserted }
  }

  /// The text file lies beside the image's copy, in a folder that is gone when the call has ended.
  private static func briefPath(of request: ExtractionRequest) -> String {
    let path = request.imagePath
    return (path.hasSuffix(".png") ? String(path.dropLast(4)) : path) + ".txt"
  }

  private static func writeBriefs(
    of requests: [ExtractionRequest]
  ) throws(ExtractorRefusal) -> [String] {
    var paths: [String] = []
    for request in requests { paths.append(try writeBrief(of: request)) }
    return paths
  }

  private static func writeBrief(of request: ExtractionRequest) throws(ExtractorRefusal) -> String {
    let path = briefPath(of: request)
    do {
      try Data(Prompt.text(for: request).utf8).write(to: URL(fileURLWithPath: path))
      return path
    } catch {
      throw .surroundings(
        message: "The question \"\(path)\" could not be written: \(error)")
    }
  }

  private static func idempotencyKey(of requests: [ExtractionRequest]) -> String {
    guard requests.count > 1 else { return requests.first?.idempotencyKey ?? "" }
    return Digest.sha256(requests.map(\.idempotencyKey).joined(separator: "\n").utf8).hex
  }

  private static func base64(ofFileAt path: String) throws(ExtractorRefusal) -> String {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path)).base64EncodedString()
    } catch {
      throw .surroundings(
        message: "The image's copy \"\(path)\" could not be read: \(error)")
    }
  }
}
