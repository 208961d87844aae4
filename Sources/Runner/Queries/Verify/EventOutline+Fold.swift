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
/// before it: so
/// `"name":"` is found where it is a member's name and nowhere else. Digests are 64 digits with nothing to
/// unescape.
struct PayloadDigests {
  private static let digest = Array("\"digest\":\"".utf8)
  private static let keyOpening = Array("\"key\":{".utf8)
  private static let setup = Array("\"extractor.setup\",\"value\":\"".utf8)

  /// The digest of the stage's key, and those of the outputs.
  private(set) var key: Digest?
  private(set) var outputs: [Digest] = []

  /// Reads what `stage.completed` names.
  init(completion payload: [UInt8]) {
    payload.withUnsafeBytes { bytes in
      var from = 0
      while let found = Self.find(Self.digest, in: bytes, from: from) {
        let start = found + Self.digest.count
        if let digest = Self.read(bytes, at: start) {
          if Self.stands(Self.keyOpening, before: found, in: bytes) {
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
      guard let found = find(setup, in: bytes, from: 0) else { return nil }
      return read(bytes, at: found + setup.count)?.hex
    }
  }

  private static func read(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Digest? {
    guard start + 64 <= bytes.count else { return nil }
    return Digest(hex: String(decoding: bytes[start..<(start + 64)], as: UTF8.self))
  }

  private static func stands(_ text: [UInt8], before end: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
    end >= text.count && bytes[(end - text.count)..<end].elementsEqual(text)
  }

  private static func find(_ text: [UInt8], in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
    guard let first = text.first, bytes.count >= text.count else { return nil }
    var index = from
    let last = bytes.count - text.count
    while index <= last {
      if bytes[index] == first {
        var offset = 1
        while offset < text.count, bytes[index + offset] == text[offset] { offset += 1 }
        if offset == text.count { return index }
      }
      index += 1
    }
    return nil
  }
}
