import Extractors
import ModelContext
import Redaction
import Runner
import StrictJSON

/// What an outside program says is cut into the same lines however it arrives, is an IDF or a refusal, and
/// gives no secret away.
enum ServerPromises {
  private static let lineLimitBytes = 1 << 16
  private static let nowMs: Int64 = 1_764_000_000_000
  private static let secret = "sesame-sesame"

  static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
    let lines = framed(bytes, in: bytes.count)
    try promise(lines == framed(bytes, in: 1), "bytes one by one make other lines")
    try promise(lines == framed(bytes, in: 7), "bytes in sevens make other lines")
    for line in lines ?? [] { try answer(line) }
    try answer(asText: String(decoding: bytes, as: UTF8.self))
  }

  private static func framed(_ bytes: [UInt8], in pieces: Int) -> [[UInt8]]? {
    var framer = LineFramer(limitBytes: lineLimitBytes)
    var lines: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let end = min(start + max(1, pieces), bytes.count)
      guard let more = try? framer.append(Array(bytes[start..<end])) else { return nil }
      lines += more
      start = end
    }
    return lines
  }

  /// Reads a line as a server's answer to a call of the tool.
  private static func answer(_ line: [UInt8]) throws(BrokenPromise) {
    let limits = JSONReader.Limits(maxBytes: lineLimitBytes, maxDepth: 64, maxProblems: 1)
    guard let value = try? JSONReader.value(of: line, limits: limits) else { return }
    for case .reply(_, let outcome) in (value.array ?? [value]).compactMap(MCPMessage.init) {
      switch outcome {
      case .result(let result):
        guard let tool = MCPTool(["name": "generate_idf", "outputSchema": result["schema"] ?? [:]]) else {
          continue
        }
        try check { () throws(ExtractorRefusal) in
          try reader.reply(.result(result, tool), to: request, notes: [])
        }
      case .error(let error):
        try check { () throws(ExtractorRefusal) in
          try reader.reply(.failure(.error(error)), to: request, notes: [])
        }
      case nil: break
      }
    }
    if let results = BatchResults(value, paths: ["/objects/a.png", "/objects/b.png"]) {
      try promise(results.answers.count == 2, "an aggregated answer speaks of \(results.answers.count) files")
    }
  }

  /// Reads everything as a program's text: an answer, and an error.
  private static func answer(asText text: String) throws(BrokenPromise) {
    if case .answer(let said)? = try? ReplyReader().read(text) { try check(said) }
    let limits = LimitReader(nowMs: nowMs)
    for limit in [
      limits.limit(inError: text, place: "stderr"), limits.limit(inAnswer: text, place: "stdout"),
      limits.limit(beside: "exit 75", text: text),
    ] {
      guard let wait = limit?.retryAfterMs else { continue }
      try promise((1...10 * 365 * 86_400_000).contains(wait), "a wait of \(wait) ms was believed")
    }
    let redacted = Redactor(secrets: [secret]).redact(text)
    try promise(!redacted.contains(secret), "a secret got through")
  }

  private static func check(
    _ read: () throws(ExtractorRefusal) -> ExtractionReply
  ) throws(BrokenPromise) {
    let outcome = Result(catching: read)
    switch outcome {
    case .success(let reply): try check(reply.said)
    case .failure(let refusal): try check(refusal)
    }
  }

  private static func check(_ refusal: ExtractorRefusal) throws(BrokenPromise) {
    switch refusal {
    case .limited(let wait, let source, _, let message):
      try promise(wait.map { $0 > 0 } ?? true, "a wait of \(wait ?? 0) ms was believed")
      try promise(!source.isEmpty, "a limit has no source")
      try promise(!message.contains(secret), "a secret got through")
    case .badReply(let message, _, _), .rejected(let message, _), .unavailable(_, let message),
      .protocolBroken(let message, _), .surroundings(let message):
      try promise(!message.isEmpty && message.utf8.count < 8000, "a refusal says \(message.utf8.count) bytes")
      try promise(!message.contains(secret), "a secret got through")
    case .cancelled: throw BrokenPromise("nobody cancelled anything")
    }
  }

  /// Whatever was said, the IDF made of it is valid, and keeps what was measured.
  private static func check(_ said: JSONValue) throws(BrokenPromise) {
    try promise(said.members != nil, "an answer is not an object")
    let merged = FactsMerge.merged(
      measured, specs: StatedFacts(), reply: .init(facts: StatedFacts(said), source: .described))
    let idf = merged.idf
    try promise(idf.dimensions == measured.dimensions, "the IDF's dimensions are not the image's")
    try promise(idf.densityZones == measured.densityZones, "the IDF's zones were not measured")
    try promise(
      ([idf.background] + idf.palette.primary + idf.palette.accents).allSatisfy {
        $0.utf8.count == 7 && $0.hasPrefix("#")
      },
      "the IDF has a colour that is not one")
    try promise(
      merged.notes.allSatisfy { $0.utf8.count < 8000 && !$0.contains(secret) }, "a note is too long or leaks")
  }

  private static let measured = Measurement(
    dimensions: .init(width: 512, height: 512), background: "#1a1714",
    palette: .init(primary: ["#c45c4b"], accents: []),
    densityZones: .init(
      upperLeft: .init(coverage: 0.1), central: .init(coverage: 0.6), lowerRight: .init(coverage: 0.2)),
    transparency: 0, edges: .init(leftRight: true, topBottom: true),
    colours: [.init(hex: "#1a1714", share: 0.7)])

  private static let request: ExtractionRequest = {
    guard let asset = AssetID("ASSET-3") else { preconditionFailure("The example's id is valid.") }
    return ExtractionRequest(
      asset: asset, imagePath: "/objects/a.png", fileName: "a.png", image: .zero, measured: measured.idf,
      specs: ["mode": "Gallery"], idempotencyKey: "k")
  }()

  private static let reader: MCPAnswerReader = {
    var configured = ExtractorSettings()
    (configured.kind, configured.command, configured.env) = (.mcp, ["server"], ["KEY"])
    let settings = MCPSettings(configured, root: "/fuzz", environment: ["KEY": secret])
    return MCPAnswerReader(settings: settings, limits: LimitReader(nowMs: nowMs))
  }()
}
