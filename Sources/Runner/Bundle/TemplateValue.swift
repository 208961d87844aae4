import Mustache

/// A list that templates walk; named as a variable it shows its items, joined by commas.
struct TemplateList: MustacheSequence, MustacheCustomRenderable {
  let items: [any Sendable]

  var isNull: Bool { items.isEmpty }
  var renderText: String {
    items.map { ($0 as? any MustacheCustomRenderable)?.renderText ?? "\($0)" }.joined(separator: ", ")
  }

  func makeIterator() -> AnyIterator<Any> {
    var iterator = items.makeIterator()
    let budget = TemplateBudget.current
    return AnyIterator { () -> Any? in
      if let budget, !budget.spend() { return nil }
      return iterator.next()
    }
  }
}

/// An object that templates look into; named as a variable it shows what `text` says.
struct TemplateObject: MustacheParent, MustacheCustomRenderable {
  let members: [String: any Sendable]
  var text = ""

  var isNull: Bool { members.isEmpty }
  var renderText: String { text }
  func child(named name: String) -> Any? { members[name] }
}

enum TemplateValue {
  /// Makes a part of the specs readable for templates: texts escaped, what is null or empty left
  /// out.
  static func of(_ value: JSONValue, _ escaping: TextEscaping) -> (any Sendable)? {
    switch value {
    case .null: return nil
    case .bool(let bool): return bool
    case .number(let text): return text
    case .string(let text): return escaping.escaped(text)
    case .array(let elements): return TemplateList(items: elements.compactMap { of($0, escaping) })
    case .object(let members):
      var object: [String: any Sendable] = [:]
      for member in members { object[member.name] = of(member.value, escaping) }
      return TemplateObject(members: object, text: escaping.of(JSONWriter.compact(value)))
    }
  }
}
