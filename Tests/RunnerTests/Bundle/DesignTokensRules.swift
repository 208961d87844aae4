import StrictJSON

@testable import Runner

/// The rules of the Design Tokens Format Module 2025.10 that a file of ours can break, as its published
/// schemas state them, written again here: names, reserved properties, one type for a token, and the values of
/// three types.
enum DesignTokensRules {
  /// Returns what breaks a rule, each with its path; empty for a valid file.
  static func violations(in file: JSONValue) -> [String] {
    guard case .object = file else { return ["the file is not an object"] }
    return group(file, path: "", inherited: nil)
  }

  private static func group(_ value: JSONValue, path: String, inherited: String?) -> [String] {
    let type = value["$type"]?.string ?? inherited
    return (value.members ?? []).flatMap { member -> [String] in
      let here = path + "/" + member.name
      if member.name.hasPrefix("$") { return reserved(member, here, ofToken: false) }
      if member.name.isEmpty || member.name.contains(where: { "{}.".contains($0) }) {
        return ["\(here): name"]
      }
      guard case .object = member.value else { return ["\(here): neither token nor group"] }
      return member.value["$value"] == nil
        ? group(member.value, path: here, inherited: type) : token(member.value, here, type)
    }
  }

  private static func reserved(_ member: JSONValue.Member, _ path: String, ofToken: Bool) -> [String] {
    switch (member.name, member.value) {
    case ("$description", .string), ("$extensions", .object): []
    case ("$type", .string(let type)) where ["color", "dimension", "number"].contains(type): []
    case ("$value", _) where ofToken: []
    default: ["\(path): not a property of the format"]
    }
  }

  private static func token(_ token: JSONValue, _ path: String, _ inherited: String?) -> [String] {
    var found = (token.members ?? []).flatMap { reserved($0, path + "/" + $0.name, ofToken: true) }
    guard let value = token["$value"] else { return found }
    switch token["$type"]?.string ?? inherited {
    case "color": found += colour(value, path)
    case "dimension":
      if Set(value.members?.map(\.name) ?? []) != ["value", "unit"] || value["value"]?.double == nil
        || !["px", "rem"].contains(value["unit"]?.string ?? "")
      {
        found.append("\(path): dimension")
      }
    case "number":
      if value.double == nil { found.append("\(path): number") }
    default: found.append("\(path): no type")
    }
    return found
  }

  private static func colour(_ value: JSONValue, _ path: String) -> [String] {
    let names = Set(value.members?.map(\.name) ?? [])
    var found: [String] = []
    if !names.isSubset(of: ["colorSpace", "components", "alpha", "hex"]) { found.append("\(path): colour") }
    if value["colorSpace"]?.string != "srgb" { found.append("\(path): colorSpace") }
    let components = value["components"]?.array?.compactMap(\.double) ?? []
    if components.count != 3 || !components.allSatisfy((0...1).contains) {
      found.append("\(path): components")
    }
    if let alpha = value["alpha"], !(0...1).contains(alpha.double ?? -1) { found.append("\(path): alpha") }
    if let hex = value["hex"]?.string, hex.wholeMatch(of: /#[0-9a-fA-F]{6}/) == nil {
      found.append("\(path): hex")
    }
    return found
  }
}
