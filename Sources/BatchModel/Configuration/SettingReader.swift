import Core
import StrictJSON

/// Reads single settings as what they should be, collecting what is wrong with them.
package struct SettingReader {
  package var origin: ConfigurationOrigin
  package var faults: [Fault] = []

  package mutating func refuse(_ name: String, expected: String, found: YAMLTree, hint: String? = nil) {
    faults.append(
      .configurationValue(
        name, expected: expected, found: found.shown, from: origin,
        at: origin.path == nil ? nil : found.position, hint: hint))
  }

  package mutating func text(_ name: String, _ value: YAMLTree, mayBeEmpty: Bool = false) -> String? {
    guard case .scalar(let text, _, _) = value, mayBeEmpty || !text.isEmpty else {
      refuse(name, expected: "a string", found: value)
      return nil
    }
    guard !text.unicodeScalars.contains(where: \.isUnfitForPath) else {
      refuse(name, expected: "a string on one line without control characters", found: value)
      return nil
    }
    return text
  }

  package mutating func texts(_ name: String, _ value: YAMLTree) -> [String]? {
    guard case .list(let elements, _) = value else {
      refuse(name, expected: "a list of strings", found: value)
      return nil
    }
    let texts = elements.enumerated().map { index, element in text("\(name)[\(index)]", element) }
    return texts.contains(nil) ? nil : texts.compactMap { $0 }
  }

  package mutating func flag(_ name: String, _ value: YAMLTree) -> Bool? {
    if case .scalar(let text, true, _) = value {
      if ["true", "True", "TRUE"].contains(text) { return true }
      if ["false", "False", "FALSE"].contains(text) { return false }
    }
    refuse(name, expected: "true or false", found: value)
    return nil
  }

  package mutating func integer(_ name: String, _ value: YAMLTree, in range: ClosedRange<Int>) -> Int? {
    if case .scalar(let text, true, _) = value, let integer = Int(text), range.contains(integer),
      String(integer) == text
    {
      return integer
    }
    refuse(name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", found: value)
    return nil
  }

  package mutating func number(_ name: String, _ value: YAMLTree, in range: ClosedRange<Double>) -> Double? {
    if case .scalar(let text, true, _) = value, JSONScanner.isNumber(Array(text.utf8)),
      let number = JSONNumber(text)?.double, range.contains(number)
    {
      return number
    }
    let bounds = "\(JSONNumber(range.lowerBound).text) to \(JSONNumber(range.upperBound).text)"
    refuse(name, expected: "a number from \(bounds)", found: value)
    return nil
  }

  package mutating func duration(_ name: String, _ value: YAMLTree) -> Duration? {
    if case .scalar(let text, _, _) = value, let duration = DurationText.duration(text) { return duration }
    refuse(name, expected: DurationText.expected, found: value)
    return nil
  }

  package mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ value: YAMLTree
  ) -> Choice? where Choice.RawValue == String {
    if case .scalar(let text, _, _) = value, let choice = Choice(rawValue: text) { return choice }
    let all = Choice.allCases.map(\.rawValue)
    var hint: String?
    if case .scalar(let text, _, _) = value, let nearest = Spelling.nearest(to: text, among: all) {
      hint = "Did you mean \"\(nearest)\"?"
    }
    refuse(name, expected: "one of \(all.joined(separator: ", "))", found: value, hint: hint)
    return nil
  }

  /// Reads any value as the JSON it stands for, by the rules of YAML 1.2's JSON schema for what is without
  /// quotes.
  package mutating func json(_ name: String, _ value: YAMLTree) -> JSONValue? {
    switch value {
    case .scalar(let text, let isPlain, _):
      guard isPlain else { return .string(text) }
      switch text {
      case "", "~", "null", "Null", "NULL": return .null
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default:
        guard JSONScanner.isNumber(Array(text.utf8)) else { return .string(text) }
        guard let number = JSONNumber(text) else {
          refuse(name, expected: "a number that can be kept", found: value)
          return nil
        }
        return .number(number.text)
      }
    case .list(let elements, _):
      let values = elements.enumerated().map { index, element in json("\(name)[\(index)]", element) }
      return values.contains(nil) ? nil : .array(values.compactMap { $0 })
    case .mapping(let members, _):
      let values = members.map { member in
        json("\(name).\(member.name)", member.value).map { JSONValue.Member(member.name, $0) }
      }
      return values.contains(nil) ? nil : JSONValue.object(values.compactMap { $0 }).canonical
    }
  }
}

extension YAMLTree {
  /// The value in few words, for "found …".
  package var shown: String {
    switch self {
    case .scalar("", true, _): "nothing"
    case .scalar(let text, let isPlain, _): isPlain ? text.cut : JSONValue.string(text).shown
    case .list(let elements, _): "a list of \(elements.count)"
    case .mapping: "a mapping"
    }
  }

  /// True for what stands for nothing at all, such as a key without a value: the default holds.
  package var isNull: Bool {
    guard case .scalar(let text, true, _) = self else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }
}
