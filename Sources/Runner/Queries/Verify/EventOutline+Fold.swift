import Ledger

extension BatchEvent {
  /// Reads an event for the batch's phase alone: facts that no phase depends on are left empty.
  ///
  /// The fold is the same as ever; what is spared is reading JSON that says nothing of the phase, which is
  /// most of it.
  init(phaseOf outline: EventOutline) throws(UnreadableEvent) {
    switch outline.type {
    case "stage.started": self = .stageStarted(try outline.ref(), StageStart())
    case "stage.completed":
      self = .stageCompleted(
        try outline.ref(), StageCompletion(how: .reused, key: nil, outputs: [], durationMs: 0))
    case "stage.failed":
      self = .stageFailed(
        try outline.ref(), StageFailure(code: "", message: "", retryable: false, durationMs: 0))
    case "stage.deferred":
      self = .stageDeferred(
        try outline.ref(),
        StageDeferral(
          reason: .surroundings, code: "", message: "", exit: .canGoOn, until: nil, source: nil,
          worthWaiting: false))
    case "stage.interrupted":
      self = .stageInterrupted(try outline.ref(), StageInterruption(run: "", inDoubt: false))
    case "stage.invalidated":
      self = .stageInvalidated(try outline.ref(), StageInvalidation(code: "", message: ""))
    case "run.started": self = .runStarted(RunStart(host: "", process: 0, toolVersion: ""))
    case "run.finished":
      self = .runFinished(RunFinish(exit: .done, code: nil, retryAt: nil, durationMs: 0, held: false))
    case "run.interrupted": self = .runInterrupted(RunInterruption(run: ""))
    case "asset.packaged":
      guard let asset = outline.asset.flatMap(AssetID.init),
        let bundle = PayloadDigests.bundle(in: outline.payload)
      else {
        self = try BatchEvent(outline.event)
        return
      }
      self = .assetPackaged(asset, AssetPackage(bundle: bundle.digest))
    case "asset.retried":
      guard let asset = outline.asset.flatMap(AssetID.init),
        let from = PayloadDigests.retriedStage(in: outline.payload)
      else {
        self = try BatchEvent(outline.event)
        return
      }
      self = .assetRetried(asset, AssetRetry(by: "", from: from))
    default: self = try BatchEvent(outline.event)
    }
  }
}

extension EventOutline {
  /// The event with what an outline lacks left empty.
  var event: Event {
    Event(
      position: position, version: version, timeMs: timeMs, batch: "", run: "", type: type, asset: asset,
      stage: stage, attempt: attempt, payload: payload, previous: .zero, hash: .zero)
  }

  fileprivate func ref() throws(UnreadableEvent) -> StageRef {
    guard let stage = stage.flatMap(Stage.init(rawValue:)), let attempt else {
      throw UnreadableEvent(position: position, type: type, finding: "no known stage or no attempt")
    }
    guard let asset else { return StageRef(nil, stage, attempt: Int(attempt)) }
    guard let id = AssetID(asset) else {
      throw UnreadableEvent(position: position, type: type, finding: "no asset id where one belongs")
    }
    return StageRef(id, stage, attempt: Int(attempt))
  }
}

/// Finds members in a payload's bytes without reading the JSON.
///
/// Payloads are written by us on one line without white space, and a quote within a text has a backslash
/// before it: so `"name":"` is found where it is a member's name and nowhere else. Digests are 64 digits with
/// nothing to unescape.
struct PayloadDigests {
  private static let digest = Array("\"digest\":\"".utf8)
  private static let bundle = Array("\"bundle\":\"".utf8)
  private static let image = Array("\"image\":{".utf8)
  private static let from = Array("\"from\":\"".utf8)
  private static let keyOpening = Array("\"key\":{".utf8)
  private static let setup = Array("\"extractor.setup\",\"value\":\"".utf8)

  /// The digest of the stage's key, and those of the outputs.
  private(set) var key: DigestWords?
  private(set) var outputs: [DigestWords] = []

  /// Reads what `stage.completed` names.
  init(completion payload: [UInt8]) {
    payload.withUnsafeBytes { bytes in
      var from = 0
      while let start = Self.end(of: Self.digest, in: bytes, from: from) {
        if let digest = Self.read(bytes, at: start) {
          if Self.stands(Self.keyOpening, before: start - Self.digest.count, in: bytes) {
            key = digest
          } else {
            outputs.append(digest)
          }
        }
        from = start
      }
    }
  }

  /// The digest of the extractor's configuration in the key of an extract's start.
  static func extractorSetup(in payload: [UInt8]) -> String? {
    payload.withUnsafeBytes { bytes in
      guard let start = end(of: setup, in: bytes, from: 0) else { return nil }
      return read(bytes, at: start)?.digest.hex
    }
  }

  /// The bundle that `asset.packaged` names.
  static func bundle(in payload: [UInt8]) -> DigestWords? {
    payload.withUnsafeBytes { bytes in
      end(of: bundle, in: bytes, from: 0).flatMap { read(bytes, at: $0) }
    }
  }

  /// The stage from which `asset.retried` opens the asset, where it brings no image; else nil.
  static func retriedStage(in payload: [UInt8]) -> Stage? {
    payload.withUnsafeBytes { bytes in
      guard end(of: image, in: bytes, from: 0) == nil, let start = end(of: from, in: bytes, from: 0) else {
        return nil
      }
      let word = bytes[start...].prefix { $0 != UInt8(ascii: "\"") }
      return Stage(rawValue: String(decoding: word, as: UTF8.self))
    }
  }

  private static func read(_ bytes: UnsafeRawBufferPointer, at start: Int) -> DigestWords? {
    guard start + 64 <= bytes.count else { return nil }
    return DigestWords(hexDigits: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + 64)]))
  }

  private static func stands(_ text: [UInt8], before end: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
    end >= text.count && bytes[(end - text.count)..<end].elementsEqual(text)
  }

  /// Where a text ends in the bytes from a place on; nil if it isn't there.
  private static func end(of text: [UInt8], in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
    text.withUnsafeBufferPointer { text in
      var index = from
      let last = bytes.count - text.count
      while index <= last {
        // The second byte tells more than the first, which is a quote.
        if bytes[index + 1] == text[1], bytes[index] == text[0] {
          var offset = 2
          while offset < text.count, bytes[index + offset] == text[offset] { offset += 1 }
          if offset == text.count { return index + text.count }
        }
        index += 1
      }
      return nil
    }
  }
}
