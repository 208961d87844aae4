import Core
import Ledger
import Runner
import StrictJSON

/// An event as JSON: its payload is spliced in as the exact bytes that were hashed.
enum EventJSON {
  /// The event on one line, line feed included.
  static func line(_ event: Event) -> [UInt8] { Array(text(event)) + [UInt8(ascii: "\n")] }

  /// The event without a line feed.
  static func text(_ event: Event) -> [UInt8] {
    var head: [JSONValue.Member] = [
      .init("schema", "ledgerctl/event/v1"), .init("position", JSONValue(event.position)),
      .init("batch", .string(event.batch)), .init("version", JSONValue(event.version)),
      .init("run", .string(event.run)), .init("time", .string(CivilTime.rfc3339(ms: event.timeMs))),
      .init("type", .string(event.type)),
    ]
    if let asset = event.asset { head.append(.init("asset", .string(asset))) }
    if let stage = event.stage { head.append(.init("stage", .string(stage))) }
    if let attempt = event.attempt { head.append(.init("attempt", JSONValue(attempt))) }
    let tail: JSONValue = ["hash": .string(event.hash.hex), "previous": .string(event.previous.hex)]
    var bytes = Array(JSONWriter.compact(.object(head)).utf8.dropLast())
    bytes += Array(#","data":"#.utf8)
    bytes += event.payload
    bytes += Array(",".utf8)
    bytes += JSONWriter.compact(tail).utf8.dropFirst()
    return bytes
  }
}
