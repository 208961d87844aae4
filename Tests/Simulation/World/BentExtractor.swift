import Core
import Extractors
import Runner

/// An extractor with one of the deliberate bugs of `Mutant`.
struct BentExtractor: Extractor {
  let sound: any Extractor
  let world: World
  let bug: Mutant

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) { try await sound.identity }
  }
  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    do throws(ExtractorRefusal) {
      var reply = try await sound.extract(request)
      // As if answers were told apart by their order.
      if bug == .answersMixedUp, world.watch.callsUnderWay > 0 {
        reply.said = ["narrative": "It shows another image."]
      }
      return reply
    } catch {
      if bug == .limitedSpendsAttempts, case .limited = error {
        throw .rejected(message: "429", retryable: true)
      }
      throw error
    }
  }
  func shutDown() async { await sound.shutDown() }
}

/// Locks that keep nobody from committing at the same time.
struct BentLocks: BatchLocks {
  let sound: any BatchLocks

  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock { try sound.acquire(batch) }
  func acquireCommit() async throws(Fault) -> any BatchLock { NoLock() }

  private struct NoLock: BatchLock {
    func release() {}
  }
}
