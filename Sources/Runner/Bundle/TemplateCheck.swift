/// Finds the tags of a template and refuses what is no part of the language: variables, sections, inverted
/// sections and comments, all with known names.
///
/// Partials, inheritance, other delimiters, pragmas and transforms are refused before the library sees the
/// text: a partial would name another file, a transform can undo an escape, and some unfinished tags stop the
/// library's parser.
struct TemplateCheck {
  private enum Scope {
    /// Names of a list's items; those of the scopes around it are seen too.
    case items(name: String, Set<String>)
    /// Within the specs any name goes.
    case specs(name: String)
    case plain(name: String)

    var name: String {
      switch self {
      case .items(let name, _), .specs(let name), .plain(let name): name
      }
    }
  }

  /// The deepest nesting of sections.
  static let depthLimit = 16

  private let file: String
  private var rest: Substring
  private var line = 1
  private var scopes: [(scope: Scope, line: Int)] = []

  /// Checks a template's text; the fault names its file and line.
  static func check(_ text: String, file: String) throws(Fault) {
    var check = TemplateCheck(file: file, rest: text[...])
    try check.run()
  }

  private init(file: String, rest: Substring) {
    self.file = file
    self.rest = rest
  }

  private mutating func run() throws(Fault) {
    while let open = rest.firstRange(of: "{{") {
      advance(to: open.upperBound)
      try tag()
    }
    if let (scope, line) = scopes.last {
      throw .templateInvalid(
        file: file, line: line, found: "{{#\(scope.name)}} without its end",
        expected: "{{/\(scope.name)}} after it")
    }
    // The library's parser reads one character beyond it.
    if rest.last == "{" {
      advance(to: rest.endIndex)
      throw refused("a brace at the very end", "a line feed after it")
    }
  }

  private mutating func advance(to index: Substring.Index) {
    // As editors count: a form feed, say, begins no line.
    line += rest[..<index].count { ["\n", "\r", "\r\n"].contains($0) }
    rest = rest[index...]
  }

  private mutating func tag() throws(Fault) {
    let kind = rest.first ?? " "
    let closing = kind == "{" ? "}}}" : "}}"
    guard let close = rest.firstRange(of: closing) else {
      throw refused("a tag without its end", "\(closing) behind it")
    }
    let content = rest[..<close.lowerBound]
    switch kind {
    case "!": break
    case "#", "^": try open(name(content.dropFirst()), inverted: kind == "^")
    case "/": try end(name(content.dropFirst()))
    case "{", "&": try use(name(content.dropFirst()))
    case ">", "<", "$", "=", "%":
      throw refused("{{\(content)}}", "variables, sections and comments only, no other file or setting")
    default: try use(name(content))
    }
    advance(to: close.upperBound)
  }

  private func name(_ content: Substring) throws(Fault) -> String {
    let name = content.trimmingPrefix { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    let text = String(name)
    let known = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard known, !text.isEmpty else {
      throw refused("{{\(content)}}", "a name of letters, digits, \"_\", \"-\" and \".\"")
    }
    return text
  }

  private mutating func open(_ name: String, inverted: Bool) throws(Fault) {
    try use(name)
    guard scopes.count < Self.depthLimit else {
      throw refused("{{#\(name)}}", "sections nested at most \(Self.depthLimit) deep")
    }
    let scope: Scope =
      if inverted {
        .plain(name: name)
      } else if let items = TemplateNames.items[name] {
        .items(name: name, items)
      } else if isSpecs(name) {
        .specs(name: name)
      } else {
        .plain(name: name)
      }
    scopes.append((scope, line))
  }

  private mutating func end(_ name: String) throws(Fault) {
    guard let scope = scopes.popLast()?.scope else {
      throw refused("{{/\(name)}}", "{{#\(name)}} before it")
    }
    guard scope.name == name else { throw refused("{{/\(name)}}", "{{/\(scope.name)}}") }
  }

  private func use(_ name: String) throws(Fault) {
    if isSpecs(name) || TemplateNames.root.contains(name) || TemplateNames.items[name] != nil { return }
    var known = TemplateNames.root.union(TemplateNames.items.keys)
    for (scope, _) in scopes {
      switch scope {
      case .specs: return
      case .items(_, let names): known.formUnion(names)
      case .plain: break
      }
    }
    guard known.contains(name) else {
      throw refused("{{\(name)}}", "one of \(known.sorted().joined(separator: ", ")), specs.…")
    }
  }

  private func isSpecs(_ name: String) -> Bool { name == "specs" || name.hasPrefix("specs.") }

  private func refused(_ found: String, _ expected: String) -> Fault {
    .templateInvalid(file: file, line: line, found: String(found.prefix(100)), expected: expected)
  }
}
