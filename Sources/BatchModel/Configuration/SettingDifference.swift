import Core
import StrictJSON

/// A setting with another value than before.
package struct SettingDifference: Hashable, Sendable {
  /// Such as `extractor.command`.
  package var name: String
  package var old: JSONValue
  package var new: JSONValue

  /// The value it has now, in few words.
  package var newText: String { Self.shown(new) }
  package var oldText: String { Self.shown(old) }

  private static func shown(_ value: JSONValue) -> String {
    switch value {
    case .null: "not set"
    case .array(let elements): elements.isEmpty ? "empty" : elements.map(\.shown).joined(separator: " ").cut
    case .object: JSONWriter.compact(value).cut
    case .bool, .number, .string: value.shown
    }
  }

  /// The settings in which two configurations, or the same parts of them, differ, in the order of the documents.
  package static func all(from old: some Encodable, to new: some Encodable) -> [SettingDifference] {
    guard let old = try? JSONReader.value(of: CanonicalJSON.encode(old)),
      let new = try? JSONReader.value(of: CanonicalJSON.encode(new)), old != new
    else { return [] }
    return ConfigurationReader.settings.flatMap { section, names -> [SettingDifference] in
      guard !names.isEmpty else {
        return difference(section, old[section], new[section]).map { [$0] } ?? []
      }
      return names.compactMap { difference("\(section).\($0)", old[section]?[$0], new[section]?[$0]) }
    }
  }

  private static func difference(
    _ name: String, _ old: JSONValue?, _ new: JSONValue?
  ) -> SettingDifference? {
    let (old, new) = (old ?? .null, new ?? .null)
    return old == new ? nil : SettingDifference(name: name, old: old, new: new)
  }
}
