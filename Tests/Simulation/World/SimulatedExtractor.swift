import Extractors
import GitRepository
import Runner
import StrictJSON

/// An extractor that always finds the same facts in the same image, unless an injected fault has it say something else.
struct SimulatedExtractor: Extractor {
  let world: World
  let process: SimulatedProcess
  let configuration: Configuration

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) {
      await world.pause(process)
      guard process.isAlive else { throw .cancelled }
      switch world.arrive(.identity, "identity", process) {
      case .crashBefore, .crashWithin, .crashAfter: world.kill(process)
      case .fail, .failAfter: throw .surroundings(message: "Too many files.")
      case .answer(let answer):
        let refusal = Self.refusal(answer)
        world.noteRefusal(refusal, nil)
        throw refusal
      case .plain, .early: break
      }
      guard process.isAlive else { throw .cancelled }
      return ExtractorIdentity(
        kind: configuration.extractor.kind.rawValue, parts: ["name": "simulated", "version": "1"])
    }
  }

  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    if try await answersPartly(request) { throw incomplete(request.asset) }
    return ExtractionReply(said: Self.facts(of: request), raw: "{}")
  }

  /// Refuses an asset that an answer left out.
  func incomplete(_ asset: AssetID) -> ExtractorRefusal {
    let refusal = Self.refusal(.partly)
    world.noteRefusal(refusal, asset)
    return refusal
  }

  /// Makes the call; whether its answer leaves the last asset out.
  func answersPartly(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> Bool {
    guard process.isAlive else { throw .cancelled }
    // Nothing but an instant is between the last look at the clock and the call: a process sleeps before or after.
    world.noteCall(request, by: process)
    await world.pause(process)
    guard process.isAlive else {
      world.noteCallEnded(request, by: process)
      throw .cancelled
    }
    defer { world.noteCallEnded(request, by: process) }
    let turn = world.arrive(.extract, "extract \(request.asset)", process)
    guard process.isAlive else { throw .cancelled }
    switch turn {
    case .crashBefore, .crashWithin, .crashAfter:
      world.kill(process)
      throw .cancelled
    case .fail, .failAfter: throw .surroundings(message: "Too many files.")
    case .answer(.partly): return true
    case .answer(let answer):
      let refusal = Self.refusal(answer)
      world.noteRefusal(refusal, request.asset)
      await world.pause(process)
      throw refusal
    case .plain, .early: break
    }
    await withUnsafeContinuation { continuation in
      world.queue.at(world.queue.nowMs + 20) { continuation.resume() }
    }
    await world.pause(process)
    guard process.isAlive, !Task.isCancelled else { throw .cancelled }
    return false
  }

  func shutDown() async {}

  static func refusal(_ answer: FaultPlan.Answer) -> ExtractorRefusal {
    switch answer {
    case .limited(let ms): .limited(retryAfterMs: ms, source: "retryDelay", daily: false, message: "429")
    case .dailyQuota: .limited(retryAfterMs: nil, source: "text", daily: true, message: "daily quota")
    case .gone: .unavailable(reason: .exit, message: "It went away.")
    case .killed: .unavailable(reason: .killed, message: "It was ended from outside.")
    case .timeout: .unavailable(reason: .timeout, message: "It took too long.")
    case .protocolBroken: .protocolBroken(message: "No JSON.")
    case .nonsense: .badReply(message: "No IDF.", raw: "nonsense", retryable: true)
    case .nonsenseForEver: .badReply(message: "No IDF.", raw: "nonsense", retryable: false)
    case .surroundings: .surroundings(message: "Too many files.")
    case .partly: .badReply(message: "No answer for this asset.", raw: "[]", retryable: true)
    }
  }

  static func facts(of request: ExtractionRequest) -> JSONValue {
    ["narrative": .string("It shows \(request.image.hex.prefix(12)).")]
  }
}

/// The same, asked once for all assets that wait; an injected fault strikes the whole call.
struct SimulatedBatchExtractor: BatchExtractor {
  let sound: SimulatedExtractor

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) { try await sound.identity }
  }

  func extractAll(
    _ requests: [ExtractionRequest]
  ) async -> [AssetID: Result<ExtractionReply, ExtractorRefusal>] {
    guard let first = requests.first, let last = requests.last else { return [:] }
    var answers: [AssetID: Result<ExtractionReply, ExtractorRefusal>] = [:]
    do throws(ExtractorRefusal) {
      let isPartial = try await sound.answersPartly(first)
      for request in requests {
        answers[request.asset] = .success(
          ExtractionReply(said: SimulatedExtractor.facts(of: request), raw: "{}"))
      }
      if isPartial { answers[last.asset] = .failure(sound.incomplete(last.asset)) }
    } catch {
      for request in requests { answers[request.asset] = .failure(error) }
      for request in requests.dropFirst() { sound.world.noteRefusal(error, request.asset) }
    }
    return answers
  }

  func shutDown() async {}
}
