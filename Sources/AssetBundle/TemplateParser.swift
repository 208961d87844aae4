import Core

/// Parses a template and refuses what is not part of the language: partials, inheritance, other delimiters and
/// settings, and names that are not known. A partial would name another file; silence where a value was meant costs
/// more than an error.
package struct TemplateParser {
  private enum Scope {
    /// Names of a list's items; those of the scopes around it are seen too.
    case items(Set<String>)
    /// Within the specs any name goes.
    case specs
    case plain
  }

  /// A section whose end has not come yet.
  private struct Section {
    var name: String
    var isInverted: Bool
    var scope: Scope
    var line: Int
    /// What comes before it.
    var nodes: [Template.Node]
  }

  /// The deepest nesting of sections.
  package static let depthLimit = 16

  private let file: String
  private let bytes: [UInt8]
  /// Where the parser is, and on which line.
  private var index = 0
  private var line = 1
  private var nodes: [Template.Node] = []
  private var sections: [Section] = []

  /// Parses a string; the fault names its file and line.
  package static func parse(_ text: String, file: String) throws(Fault) -> Template {
    var parser = TemplateParser(file: file, bytes: Array(text.utf8))
    return try parser.parse()
  }

  private init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  private mutating func parse() throws(Fault) -> Template {
    while let tag = position(of: "{{", from: index) {
      let start = index
      advance(to: tag + 2)
      try parseTag(at: tag, textFrom: start)
    }
    addText(index..<bytes.count)
    if let section = sections.last {
      throw .templateInvalid(
        file: file, line: section.line, found: "{{#\(section.name)}} without its end",
        expected: "{{/\(section.name)}} after it")
    }
    return Template(nodes: nodes, sizeBytes: bytes.count)
  }

  /// Parses the tag whose braces are at a position; `textFrom` is where the text before it begins.
  private mutating func parseTag(at tag: Int, textFrom: Int) throws(Fault) {
    let kind = index < bytes.count ? bytes[index] : UInt8(ascii: " ")
    let closing = kind == UInt8(ascii: "{") ? "}}}" : "}}"
    guard let close = position(of: closing, from: index) else {
      throw refused("a tag without its end", "\(closing) behind it")
    }
    let content = text(index..<close)
    let tagEnd = close + closing.utf8.count
    var (textEnd, next) = (tag, tagEnd)
    if "#^/!".utf8.contains(kind), let whole = wholeLine(around: tag..<tagEnd) {
      (textEnd, next) = (whole.lowerBound, whole.upperBound)
    }
    addText(textFrom..<textEnd)
    switch kind {
    case UInt8(ascii: "!"): break
    case UInt8(ascii: "#"), UInt8(ascii: "^"):
      try open(name(content.dropFirst()), isInverted: kind == UInt8(ascii: "^"))
    case UInt8(ascii: "/"): try end(name(content.dropFirst()))
    case UInt8(ascii: "{"), UInt8(ascii: "&"): try use(name(content.dropFirst()))
    case UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "%"):
      throw refused("{{\(content)}}", "variables, sections and comments only, no other file or setting")
    default: try use(name(content[...]))
    }
    advance(to: next)
  }

  // MARK: - Tags

  private func name(_ content: Substring) throws(Fault) -> String {
    let trimmed = content.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
    let isKnown = trimmed.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isKnown, !trimmed.isEmpty else {
      throw refused("{{\(content)}}", "a name of letters, digits, \"_\", \"-\" and \".\"")
    }
    return String(decoding: trimmed, as: UTF8.self)
  }

  private mutating func use(_ name: String) throws(Fault) {
    try requireKnown(name)
    nodes.append(.variable(Template.Path(name)))
  }

  private mutating func open(_ name: String, isInverted: Bool) throws(Fault) {
    try requireKnown(name)
    guard sections.count < Self.depthLimit else {
      throw refused("{{#\(name)}}", "sections nested at most \(Self.depthLimit) deep")
    }
    let scope: Scope =
      if isInverted {
        .plain
      } else if let items = TemplateNames.items[name] {
        .items(items)
      } else {
        isSpecs(name) ? .specs : .plain
      }
    sections.append(Section(name: name, isInverted: isInverted, scope: scope, line: line, nodes: nodes))
    nodes = []
  }

  private mutating func end(_ name: String) throws(Fault) {
    guard let section = sections.popLast() else { throw refused("{{/\(name)}}", "{{#\(name)}} before it") }
    guard section.name == name else { throw refused("{{/\(name)}}", "{{/\(section.name)}}") }
    nodes = section.nodes + [.section(Template.Path(name), isInverted: section.isInverted, nodes)]
  }

  private func requireKnown(_ name: String) throws(Fault) {
    if isSpecs(name) || TemplateNames.root.contains(name) || TemplateNames.items[name] != nil { return }
    var known = TemplateNames.root.union(TemplateNames.items.keys)
    for section in sections {
      switch section.scope {
      case .specs: return
      case .items(let names): known.formUnion(names)
      case .plain: break
      }
    }
    guard known.contains(name) else {
      throw refused("{{\(name)}}", "one of \(known.sorted().joined(separator: ", ")), specs.…")
    }
  }

  private func isSpecs(_ name: String) -> Bool { name == "specs" || name.hasPrefix("specs.") }

  // MARK: - Bytes

  /// The complete line on which a tag is alone, its line feed included; nil where something else is on it, too.
  private func wholeLine(around tag: Range<Int>) -> Range<Int>? {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let before = bytes[..<tag.lowerBound].lastIndex { !isBlank($0) }
    if let before, bytes[before] != UInt8(ascii: "\n") { return nil }
    var end = bytes[tag.upperBound...].firstIndex { !isBlank($0) } ?? bytes.count
    if end < bytes.count {
      if bytes[end] == UInt8(ascii: "\r") { end += 1 }
      guard end < bytes.count, bytes[end] == UInt8(ascii: "\n") else { return nil }
      end += 1
    }
    return (before.map { $0 + 1 } ?? 0)..<end
  }

  private mutating func addText(_ range: Range<Int>) {
    if !range.isEmpty { nodes.append(.text(text(range))) }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func position(of braces: String, from start: Int) -> Int? {
    let wanted = Array(braces.utf8)
    guard bytes.count - start >= wanted.count else { return nil }
    return (start...(bytes.count - wanted.count)).first {
      bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }

  private mutating func advance(to end: Int) {
    // As editors count: a form feed, say, begins no line.
    for place in index..<end {
      let isFeed = bytes[place] == UInt8(ascii: "\n")
      let isAlone =
        bytes[place] == UInt8(ascii: "\r")
        && (place + 1 == bytes.count || bytes[place + 1] != UInt8(ascii: "\n"))
      if isFeed || isAlone { line += 1 }
    }
    index = end
  }

  private func refused(_ found: String, _ expected: String) -> Fault {
    .templateInvalid(file: file, line: line, found: String(found.prefix(100)), expected: expected)
  }
}
