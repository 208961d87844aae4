import Ledger
import Runner

/// An extractor that always finds the same facts in the same image, unless a misfortune has it say something else.
struct SimulatedExtractor: Extractor {
  let world: World
  let process: SimulatedProcess
  let configuration: Configuration

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) {
      ExtractorIdentity(
        kind: configuration.extractor.kind.rawValue, parts: ["name": "simulated", "version": "1"])
    }
  }

  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    await world.pause(process)
    guard process.isAlive else { throw .cancelled }
    world.noteCall(request, by: process)
    defer { world.noteCallEnded(request, by: process) }
    let turn = world.arrive(.extract, "extract \(request.asset)", process)
    guard process.isAlive else { throw .cancelled }
    switch turn {
    case .crashBefore, .crashWithin, .crashAfter:
      world.kill(process)
      throw .cancelled
    case .fail: throw .surroundings(message: "Too many files.")
    case .answer(let answer):
      let refusal = Self.refusal(answer)
      world.noteRefusal(refusal, request.asset)
      await world.pause(process)
      throw refusal
    case .plain: break
    }
    await withUnsafeContinuation { continuation in
      world.queue.at(world.queue.nowMs + 20) { continuation.resume() }
    }
    await world.pause(process)
    guard process.isAlive, !Task.isCancelled else { throw .cancelled }
    return ExtractionReply(idf: Self.facts(of: request), raw: "{}")
  }

  func shutDown() async {}

  static func refusal(_ answer: FaultPlan.Answer) -> ExtractorRefusal {
    switch answer {
    case .limited(let ms): .limited(retryAfterMs: ms, source: "retryDelay", daily: false, message: "429")
    case .dailyQuota: .limited(retryAfterMs: nil, source: "text", daily: true, message: "daily quota")
    case .gone: .unavailable(reason: "exit", message: "It went away.")
    case .timeout: .unavailable(reason: "timeout", message: "It took too long.")
    case .protocolBroken: .protocolBroken(message: "No JSON.")
    case .nonsense: .badReply(message: "No IDF.", raw: "nonsense", retryable: true)
    case .nonsenseForEver: .badReply(message: "No IDF.", raw: "nonsense", retryable: false)
    case .surroundings: .surroundings(message: "Too many files.")
    }
  }

  static func facts(of request: ExtractionRequest) -> IDF {
    let digits = request.image.hex
    return IDF(
      dimensions: request.dimensions, background: "#\(digits.prefix(6))",
      palette: .init(
        primary: ["#\(digits.dropFirst(6).prefix(6))"], accents: ["#\(digits.dropFirst(12).prefix(6))"]),
      densityZones: .init(
        upperLeft: .init(coverage: 0.25), central: .init(coverage: 0.5), lowerRight: .init(coverage: 0.125)),
      specimens: request.specs["specimens"]?.array?.compactMap(\.string) ?? [])
  }
}

/// The same, asked once for all assets that wait; a misfortune strikes the whole call.
struct SimulatedBatchExtractor: BatchExtractor {
  let sound: SimulatedExtractor

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) { try await sound.identity }
  }

  func extractAll(
    _ requests: [ExtractionRequest]
  ) async -> [AssetID: Result<ExtractionReply, ExtractorRefusal>] {
    guard let first = requests.first else { return [:] }
    let answer: Result<ExtractionReply, ExtractorRefusal>
    do throws(ExtractorRefusal) { answer = .success(try await sound.extract(first)) } catch {
      answer = .failure(error)
      for request in requests.dropFirst() { sound.world.noteRefusal(error, request.asset) }
    }
    return Dictionary(
      uniqueKeysWithValues: requests.map { request in
        (
          request.asset,
          answer.map { _ in ExtractionReply(idf: SimulatedExtractor.facts(of: request), raw: "{}") }
        )
      })
  }

  func shutDown() async {}
}
