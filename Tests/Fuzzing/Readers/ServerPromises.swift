import Ledger
import Runner

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
    if let idf = try? ReplyReader(for: request).read(text) { try check(idf) }
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
    case .success(let reply): try check(reply.idf)
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

  /// An IDF that was read is valid, and read again the same.
  private static func check(_ idf: IDF) throws(BrokenPromise) {
    try promise(idf.dimensions == request.dimensions, "the IDF's dimensions are not the image's")
    let zones = [idf.densityZones.upperLeft, idf.densityZones.central, idf.densityZones.lowerRight]
    var members: [JSONValue.Member] = [
      .init("background", .string(idf.background)),
      .init(
        "palette",
        [
          "primary": .array(idf.palette.primary.map(JSONValue.string)),
          "accents": .array(idf.palette.accents.map(JSONValue.string)),
        ]),
      .init(
        "density_zones",
        [
          "upper_left": ["coverage": JSONValue(zones[0].coverage)],
          "central": ["coverage": JSONValue(zones[1].coverage)],
          "lower_right": ["coverage": JSONValue(zones[2].coverage)],
        ]),
      .init("specimens", .array(idf.specimens.map(JSONValue.string))),
    ]
    if let mode = idf.mode { members.append(.init("mode", .string(mode))) }
    if let purpose = idf.purpose { members.append(.init("purpose", .string(purpose))) }
    let again = try? IDFReader.read(.object(members), specs: [:], dimensions: request.dimensions)
    try promise(again == idf, "written and read again, the IDF is another one")
  }

  private static let request: ExtractionRequest = {
    guard let asset = AssetID("ASSET-3") else { preconditionFailure("The example's id is valid.") }
    return ExtractionRequest(
      asset: asset, imagePath: "/objects/a.png", image: .zero,
      dimensions: IDF.Dimensions(width: 512, height: 512), specs: ["mode": "Gallery"], idempotencyKey: "k")
  }()

  private static let reader: MCPAnswerReader = {
    var configured = ExtractorSettings()
    (configured.kind, configured.command, configured.env) = (.mcp, ["server"], ["KEY"])
    let settings = MCPSettings(configured, root: "/fuzz", environment: ["KEY": secret])
    return MCPAnswerReader(settings: settings, limits: LimitReader(nowMs: nowMs))
  }()
}
