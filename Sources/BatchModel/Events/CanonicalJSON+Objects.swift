import Core
import StrictJSON

extension CanonicalJSON {
  /// Reads one of our own objects back; `what` names it in the error.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], what: String
  ) throws(Fault) -> Value {
    do {
      return try JSONTapeDecoder.decode(type, from: bytes)
    } catch {
      throw Fault.objectUnreadable(what)
    }
  }
}
