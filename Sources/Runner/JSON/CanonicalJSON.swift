#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Encodes values as JSON with sorted keys: the same value gives the same bytes.
enum CanonicalJSON {
  static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value))
    } catch {
      preconditionFailure("Our own values always encode: they hold no number that JSON lacks.")
    }
  }

  /// Reads one of our own objects back; `what` names it in the error.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], what: String
  ) throws(Fault) -> Value {
    do {
      return try JSONTapeDecoder.decode(type, from: bytes)
    } catch {
      throw Fault.objectUnreadable(what)
    }
  }
}
