import Redaction

extension Redactor {
  /// Returns the error with every secret in its strings replaced.
  func redact(_ error: MCPMessage.RPCError) -> MCPMessage.RPCError {
    MCPMessage.RPCError(code: error.code, message: redact(error.message), data: error.data.map(redact))
  }
}
