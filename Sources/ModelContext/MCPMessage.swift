import StrictJSON

/// A JSON-RPC 2.0 message of a server, sorted by what it is.
package enum MCPMessage: Hashable, Sendable {
  /// An answer to one of our requests; `outcome` is nil where it holds neither a result nor an error.
  case reply(id: JSONValue, outcome: Outcome?)
  /// Something the server asks of us.
  case request(id: JSONValue, method: String)
  case notification(method: String, params: JSONValue)

  package enum Outcome: Hashable, Sendable {
    case result(JSONValue)
    case error(RPCError)
  }

  /// A JSON-RPC error as the server sent it.
  package struct RPCError: Error, Hashable, Sendable {
    package var code: Int64?
    package var message: String
    package var data: JSONValue?

    /// Tells whether the same question would be refused again: it is malformed, unknown, or has wrong parameters.
    package var isPermanent: Bool { [-32600, -32601, -32602, -32022].contains(code ?? 0) }
  }

  /// Sorts a JSON value; nil for one that is not a JSON-RPC message, such as a log line in JSON.
  package init?(_ value: JSONValue) {
    guard value["jsonrpc"]?.string == "2.0" || Self.isReplyWithoutVersion(value) else { return nil }
    let id = value.given("id")
    if let method = value["method"]?.string {
      if let id {
        self = .request(id: id, method: method)
      } else {
        self = .notification(method: method, params: value["params"] ?? .object([]))
      }
    } else if let error = value.given("error") {
      let code = error["code"].flatMap(Self.integer)
      let message = error["message"]?.string ?? "no message"
      let said = RPCError(code: code, message: message, data: error.given("data"))
      self = .reply(id: id ?? .null, outcome: .error(said))
    } else {
      self = .reply(id: id ?? .null, outcome: value["result"].map(Outcome.result))
    }
  }

  /// Tells whether a value is a reply to the letter but for `"jsonrpc"`, as servers written by hand send it.
  private static func isReplyWithoutVersion(_ value: JSONValue) -> Bool {
    guard value["jsonrpc"] == nil, value["method"] == nil, value.given("id") != nil else { return false }
    return value["result"]?.members != nil || value["error"]?["message"]?.string != nil
  }

  /// The number of ours that an id is, also where a server has made a string of it.
  package static func requestID(_ value: JSONValue) -> Int64? {
    integer(value) ?? value.string.flatMap { Int64($0) }
  }

  /// The integer of 64 bits that a JSON value is.
  package static func integer(_ value: JSONValue) -> Int64? {
    guard case .number(let text) = value, case .integer(let integer) = JSONNumber(text) else { return nil }
    return integer
  }

  /// One line that asks for an answer.
  package static func request(id: Int64, method: String, params: JSONValue) -> [UInt8] {
    line(["jsonrpc": "2.0", "id": JSONValue(id), "method": .string(method), "params": params])
  }

  /// One line that tells something.
  package static func notification(method: String, params: JSONValue?) -> [UInt8] {
    var members: [JSONValue.Member] = [.init("jsonrpc", "2.0"), .init("method", .string(method))]
    if let params { members.append(.init("params", params)) }
    return line(.object(members))
  }

  /// One line that answers a server's request: an empty result, or that we have no such method.
  package static func answer(to id: JSONValue, knowsMethod: Bool, method: String) -> [UInt8] {
    if knowsMethod { return line(["jsonrpc": "2.0", "id": id, "result": .object([])]) }
    let error: JSONValue = ["code": -32601, "message": .string("Method not found: \(method)")]
    return line(["jsonrpc": "2.0", "id": id, "error": error])
  }

  private static func line(_ value: JSONValue) -> [UInt8] {
    Array(JSONWriter.compact(value).utf8) + [UInt8(ascii: "\n")]
  }
}
