import StrictJSON

/// A tool as a server lists it.
package struct MCPTool: Hashable, Sendable {
  package var name: String
  package var inputSchema: JSONValue
  package var outputSchema: JSONValue?

  package init?(_ value: JSONValue) {
    guard let name = value["name"]?.string else { return nil }
    self.name = name
    inputSchema = value["inputSchema"] ?? .object([])
    outputSchema = value["outputSchema"]
  }

  /// Tells whether the schema of an argument takes a string, and neither an object nor a list.
  package func wantsText(_ argument: String) -> Bool {
    guard let schema = inputSchema["properties"]?[argument] else { return false }
    let types = types(in: schema, depth: 0)
    return types.contains("string") && types.isDisjoint(with: ["object", "array"])
  }

  private static let deepest = 8

  /// The types that a schema allows as far as it names any, through alternatives and references.
  private func types(in schema: JSONValue, depth: Int) -> Set<String> {
    guard depth < Self.deepest else { return [] }
    var types: Set<String> = []
    if let type = schema["type"]?.string { types.insert(type) }
    types.formUnion((schema["type"]?.array ?? []).compactMap(\.string))
    if types.isEmpty {
      let values = (schema["enum"]?.array ?? []) + (schema["const"].map { [$0] } ?? [])
      types.formUnion(values.map { $0.string == nil ? "other" : "string" })
    }
    for name in ["anyOf", "oneOf", "allOf"] {
      for part in schema[name]?.array ?? [] { types.formUnion(self.types(in: part, depth: depth + 1)) }
    }
    if let reference = schema["$ref"]?.string, let target = target(of: reference) {
      types.formUnion(self.types(in: target, depth: depth + 1))
    }
    return types
  }

  /// What a reference within the schema leads to, such as `#/$defs/Context`.
  private func target(of reference: String) -> JSONValue? {
    guard reference.hasPrefix("#/") else { return nil }
    var value: JSONValue? = inputSchema
    for part in reference.dropFirst(2).split(separator: "/").map(String.init) {
      value = value?[part.replacing("~1", with: "/").replacing("~0", with: "~")]
    }
    return value
  }

  /// Tells whether what isn't an object comes as `{"result": …}`: marked so by FastMCP, or all that the
  /// schema has.
  package var wrapsResult: Bool {
    if outputSchema?["x-fastmcp-wrap-result"] == .bool(true) { return true }
    return outputSchema?["properties"]?.members?.map(\.name) == ["result"]
  }
}
