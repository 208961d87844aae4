import BatchModel
import Core
import Files
import GitRepository
import StrictJSON

/// Every setting in force and where it came from.
package struct EffectiveSettings: Sendable {
  package struct Setting: Hashable, Sendable {
    /// Such as `limits.in_flight`.
    package var name: String
    package var value: JSONValue
    /// `default`, `flag`, the variable's name, or the file's path and line.
    package var origin: String
  }

  package let all: [Setting]
  /// The file that is read, whether it is there or not.
  package let file: String

  package init(
    _ configuration: Configuration, file: String, environment: [String: String],
    overrides: Configuration.Overrides = .init()
  ) {
    self.file = file
    let values = Self.values(of: configuration)
    let lines = Self.lines(in: file)
    let flags = Self.flags(overrides)
    let variables = Dictionary(
      Configuration.environmentNames.map { ($0.value, $0.key) }, uniquingKeysWith: { $1 })
    all = values.map { name, value in
      var origin = "default"
      if flags.contains(name) {
        origin = "flag"
      } else if let variable = variables[name], !(environment[variable] ?? "").isEmpty {
        origin = variable
      } else if let line = lines[name] {
        origin = "\(file):\(line)"
      }
      return Setting(name: name, value: value, origin: origin)
    }
  }

  /// The settings that a configuration holds, with their values.
  package static func values(of configuration: Configuration) -> [(name: String, value: JSONValue)] {
    guard let coded = try? JSONReader.value(of: CanonicalJSON.encode(configuration)) else { return [] }
    return ConfigurationReader.settings.flatMap { section, names -> [(name: String, value: JSONValue)] in
      if names.isEmpty { return [(section, coded[section] ?? .null)] }
      return names.map { name in
        let isPrefix = section == "drafts" && name == "prefix"
        let value = isPrefix ? .string(configuration.drafts.prefix) : coded[section]?[name]
        return ("\(section).\(name)", value ?? .null)
      }
    }
  }

  var json: JSONValue {
    .array(all.map { ["name": .string($0.name), "value": $0.value, "origin": .string($0.origin)] })
  }

  private static func flags(_ overrides: Configuration.Overrides) -> Set<String> {
    var names: Set<String> = []
    if overrides.extractorKind != nil { names.insert("extractor.kind") }
    if overrides.branch != nil { names.insert("commit.branch") }
    if overrides.maxWait != nil { names.insert("limits.max_wait") }
    if overrides.inFlight != nil { names.insert("limits.in_flight") }
    return names
  }

  /// The line of every setting that a file makes.
  private static func lines(in file: String) -> [String: Int] {
    guard let bytes = try? InputFile.beginning(of: file, limitBytes: YAMLTree.maxBytes),
      case .mapping(let sections, _)? = try? YAMLTree.read(bytes)
    else { return [:] }
    var lines: [String: Int] = [:]
    for section in sections where !section.value.isNull {
      lines[section.name] = section.position.line
      guard case .mapping(let members, _) = section.value else { continue }
      for member in members where !member.value.isNull {
        lines["\(section.name).\(member.name)"] = member.position.line
      }
    }
    return lines
  }
}

extension Project {
  /// The settings in force at an address, each with its origin; nothing is made where there is no ledger.
  package static func settings(
    at address: ProjectAddress, _ overrides: Configuration.Overrides = .init()
  ) throws -> EffectiveSettings {
    let file = try place(address).layout.configuration
    let configuration = try Configuration.load(
      file: file, environment: address.environment, overrides: overrides)
    return EffectiveSettings(
      configuration, file: file, environment: address.environment, overrides: overrides)
  }

  /// The settings that a batch was registered with.
  package func settings(of batch: BatchID) async throws(Fault) -> [(name: String, value: JSONValue)] {
    guard let registration = try await state(of: batch).registration else { throw .batchUnknown(batch.text) }
    return EffectiveSettings.values(of: registration.configuration)
  }
}
