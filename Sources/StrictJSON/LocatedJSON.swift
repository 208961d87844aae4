/// A JSON value together with the byte offset at which it, and every value within it, begins.
package struct LocatedJSON: Hashable, Sendable {
  package var content: Content
  package var offset: Int

  package enum Content: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([LocatedJSON])
    case object([Member])
    /// Takes the place of a value that could not be read; its problem has been reported.
    case broken
  }

  package struct Member: Hashable, Sendable {
    package var name: String
    package var nameOffset: Int
    package var value: LocatedJSON
  }

  /// A step from a value into one of its parts.
  package enum Step: Hashable, Sendable {
    case member(String)
    case element(Int)
  }

  package var isBroken: Bool { content == .broken }

  package var members: [Member]? {
    guard case .object(let members) = content else { return nil }
    return members
  }

  /// The field of that name; nil where there is none or this is not an object.
  package func member(_ name: String) -> Member? { members?.first { $0.name == name } }

  /// The value without its places; what was broken becomes null.
  package var value: JSONValue {
    switch content {
    case .null, .broken: .null
    case .bool(let bool): .bool(bool)
    case .number(let text): .number(text)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(\.value))
    case .object(let members): .object(members.map { JSONValue.Member($0.name, $0.value.value) })
    }
  }

  /// Tells whether this or anything within it could not be read.
  package var holdsBroken: Bool {
    switch content {
    case .broken: true
    case .array(let elements): elements.contains(where: \.holdsBroken)
    case .object(let members): members.contains(where: \.value.holdsBroken)
    case .null, .bool, .number, .string: false
    }
  }

  /// Finds the offset of a part; where the part is missing, that of the nearest value around it.
  package func offset(of path: [Step]) -> Int {
    guard let step = path.first else { return offset }
    switch (step, content) {
    case (.member(let name), .object):
      guard let member = member(name) else { return offset }
      return path.count == 1 ? member.value.offset : member.value.offset(of: Array(path.dropFirst()))
    case (.element(let index), .array(let elements)) where elements.indices.contains(index):
      return elements[index].offset(of: Array(path.dropFirst()))
    default: return offset
    }
  }
}

extension [LocatedJSON.Step] {
  /// The path as people write it, such as `palette.primary[2]`.
  package var text: String {
    reduce(into: "") { text, step in
      switch step {
      case .member(let name): text += text.isEmpty ? name : ".\(name)"
      case .element(let index): text += "[\(index)]"
      }
    }
  }
}
