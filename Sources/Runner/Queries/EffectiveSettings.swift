#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Every setting in force and where it came from.
struct EffectiveSettings {
  struct Setting: Hashable, Sendable {
    /// Such as `limits.in_flight`.
    var name: String
    var value: JSONValue
    /// `default`, the variable's name, or the file's path.
    var origin: String
  }

  let all: [Setting]

  init(_ configuration: Configuration, file: String, environment: [String: String]) {
    let values = Self.values(of: configuration)
    let defaults = Self.values(of: Configuration())
    let variables = Dictionary(
      Configuration.environmentNames.map { ($0.value, $0.key) }, uniquingKeysWith: { $1 })
    all = values.map { name, value in
      var origin = "default"
      if let variable = variables[name], !(environment[variable] ?? "").isEmpty {
        origin = variable
      } else if defaults.first(where: { $0.0 == name })?.1 != value {
        origin = file
      }
      return Setting(name: name, value: value, origin: origin)
    }
  }

  var json: JSONValue {
    .array(all.map { ["name": .string($0.name), "value": $0.value, "origin": .string($0.origin)] })
  }

  /// The settings in the order of the documents, as JSON codes them.
  private static func values(of configuration: Configuration) -> [(String, JSONValue)] {
    guard let coded = try? JSONReader.value(of: CanonicalJSON.encode(configuration)) else { return [] }
    return ConfigurationReader.settings.flatMap { section, names -> [(String, JSONValue)] in
      if section == "drafts" { return [("drafts.prefix", .string(configuration.drafts.prefix))] }
      if names.isEmpty { return [(section, coded[section] ?? .null)] }
      return names.map { ("\(section).\($0)", coded[section]?[$0] ?? .null) }
    }
  }
}
