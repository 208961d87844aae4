import BatchModel
import Core
import GitRepository

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds fields in a payload's bytes without reading the JSON.
///
/// Payloads are written by us on one line without white space, and a quote within a string has a backslash
/// before it: so `"name":"` is found where it is a field's name and nowhere else. Digests are 64 digits with
/// nothing to unescape.
struct PayloadDigests {
  private static let digest = Opening("\"digest\":\"", rarest: "g")
  private static let bundle = Opening("\"bundle\":\"", rarest: "u")
  private static let image = Opening("\"image\":{", rarest: "g")
  private static let from = Opening("\"from\":\"", rarest: "m")
  private static let setup = Opening("\"extractor.setup\",\"value\":\"", rarest: "x")
  private static let keyOpening = Array("\"key\":{".utf8)

  /// The digest of the stage's key, and those of the outputs.
  private(set) var key: DigestWords?
  private(set) var outputs: [DigestWords] = []

  /// Reads what `stage.completed` names.
  init(completion payload: UnsafeRawBufferPointer) {
    var rest = payload
    while let start = Self.digest.end(in: rest) {
      let isKey = rest[..<(start - Self.digest.count)].hasSuffix(Self.keyOpening)
      rest = UnsafeRawBufferPointer(rebasing: rest[start...])
      guard let digest = DigestWords(hexDigits: rest) else { continue }
      if isKey { key = digest } else { outputs.append(digest) }
    }
  }

  /// The digest of the extractor's configuration in the key of an extract's start.
  static func extractorSetup(in payload: UnsafeRawBufferPointer) -> DigestWords? {
    digest(after: setup, in: payload)
  }

  /// The bundle that `asset.packaged` names.
  static func bundle(in payload: UnsafeRawBufferPointer) -> DigestWords? {
    digest(after: bundle, in: payload)
  }

  /// The stage from which `asset.retried` opens the asset, where it brings no image; else nil.
  static func retriedStage(in payload: UnsafeRawBufferPointer) -> Stage? {
    guard image.end(in: payload) == nil, let start = from.end(in: payload) else { return nil }
    let word = payload[start...].prefix { $0 != UInt8(ascii: "\"") }
    return Stage(rawValue: String(decoding: word, as: UTF8.self))
  }

  private static func digest(after opening: Opening, in payload: UnsafeRawBufferPointer) -> DigestWords? {
    opening.end(in: payload).flatMap {
      DigestWords(hexDigits: UnsafeRawBufferPointer(rebasing: payload[$0...]))
    }
  }
}

/// A field's name with what follows it, looked for by the letter that payloads hold least of.
private struct Opening {
  private let text: [UInt8]
  private let rarest: Int

  init(_ text: String, rarest: Character) {
    self.text = Array(text.utf8)
    guard let byte = rarest.asciiValue, let index = self.text.firstIndex(of: byte) else {
      preconditionFailure("\"\(rarest)\" is a letter of \"\(text)\".")
    }
    self.rarest = index
  }

  var count: Int { text.count }

  /// Where the text ends in the bytes; nil if it isn't there.
  func end(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress else { return nil }
    return text.withUnsafeBytes { text in
      guard let wanted = text.baseAddress else { return nil }
      var from = rarest
      while from < bytes.count, let found = memchr(start + from, Int32(text[rarest]), bytes.count - from) {
        let offset = UnsafeRawPointer(found) - start - rarest
        if offset + text.count > bytes.count { return nil }
        if memcmp(start + offset, wanted, text.count) == 0 { return offset + text.count }
        from = offset + rarest + 1
      }
      return nil
    }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate func hasSuffix(_ bytes: [UInt8]) -> Bool { suffix(bytes.count).elementsEqual(bytes) }
}
