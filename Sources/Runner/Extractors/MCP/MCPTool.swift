/// A tool as a server lists it.
package struct MCPTool: Hashable, Sendable {
  var name: String
  var inputSchema: JSONValue
  var outputSchema: JSONValue?

  package init?(_ value: JSONValue) {
    guard let name = value["name"]?.string else { return nil }
    self.name = name
    inputSchema = value["inputSchema"] ?? .object([])
    outputSchema = value["outputSchema"]
  }

  /// Tells whether the schema of an argument asks for a text.
  func wantsText(_ argument: String) -> Bool {
    inputSchema["properties"]?[argument]?["type"]?.string == "string"
  }

  /// Tells whether what isn't an object comes as `{"result": …}`: marked so by FastMCP, or all that the
  /// schema has.
  var wrapsResult: Bool {
    if outputSchema?["x-fastmcp-wrap-result"] == .bool(true) { return true }
    return outputSchema?["properties"]?.members?.map(\.name) == ["result"]
  }
}
