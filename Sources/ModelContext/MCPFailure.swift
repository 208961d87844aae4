/// Why a request to a server brought no result.
package enum MCPFailure: Error, Hashable, Sendable {
  /// The server answered with a JSON-RPC error.
  case error(MCPMessage.RPCError)
  /// An answer came that can't be read.
  case unreadable(String)
  /// No answer came in time; `silent` where the server said nothing at all meanwhile.
  case timedOut(after: Duration, silent: Bool)
  /// The server is gone; how it ended and what it said last.
  case closed(String)
  /// What the server writes is not the protocol.
  case broken(String)
  /// A line came that is longer than is read; the next would be as long.
  case tooLarge(limitBytes: Int)
  /// Our environment failed: nothing is known of the server.
  case surroundings(String)
  case cancelled
}
