import BatchModel
import Schemas
import StrictJSON

/// The JSON Schemas (2020-12) of what the command reads and writes.
package enum Schema {
  /// Every schema's name, in the order of the documents.
  package static let names = SchemaFiles.all.map(\.name)

  /// The schema of that name as it is shipped; nil for an unknown name.
  package static func named(_ name: String) -> [UInt8]? { SchemaFiles.all.first { $0.name == name }?.bytes() }

  /// The schema of that name with the limits of a configuration in the place of the defaults; nil for an
  /// unknown name. Only the manifest's depends on the configuration.
  package static func named(_ name: String, under configuration: Configuration) -> [UInt8]? {
    guard let shipped = named(name), name == "manifest", configuration != Configuration() else {
      return named(name)
    }
    guard let schema = try? JSONReader.value(of: shipped) else {
      preconditionFailure("The shipped schema \"\(name)\" is not valid JSON.")
    }
    let asset = ["$defs", "asset", "properties"]
    let text = JSONWriter.pretty(
      schema
        .replacing(["properties", "assets", "maxItems"], with: JSONValue(configuration.policy.maxAssets))
        .replacing(asset + ["score", "minimum"], with: JSONValue(configuration.policy.minScore))
        .replacing(
          asset + ["specs", "properties", "category", "enum"],
          with: .array(configuration.layout.categories.map { .string($0) })),
      sortingNames: false)
    return Array(text.utf8)
  }
}

extension JSONValue {
  /// The value with the part at a path of names replaced; a path that leads nowhere is the caller's mistake.
  fileprivate func replacing(_ path: [String], with part: JSONValue) -> JSONValue {
    guard let name = path.first else { return part }
    guard case .object(var members) = self, let index = members.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("The schema has no \"\(name)\".")
    }
    members[index].value = members[index].value.replacing(Array(path.dropFirst()), with: part)
    return .object(members)
  }
}
