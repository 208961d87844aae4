import Yams

/// What a YAML text says, with places; types are for the reader to decide, so that `no` can be a text or a
/// mistake.
indirect enum YAMLTree: Sendable {
  /// `isPlain` where it stood without quotes.
  case scalar(String, isPlain: Bool, SourcePosition)
  case list([YAMLTree], SourcePosition)
  case mapping([Member], SourcePosition)

  struct Member: Sendable {
    var name: String
    var position: SourcePosition
    var value: YAMLTree
  }

  /// Why a text is no YAML that is read here.
  struct Problem: Error, Hashable {
    var message: String
    var position: SourcePosition?
    var hint: String?
  }

  static let maxBytes = 64 << 10

  var position: SourcePosition {
    switch self {
    case .scalar(_, _, let position), .list(_, let position), .mapping(_, let position): position
    }
  }

  /// Reads a text of one document; nil where it holds nothing. Aliases are refused before anything is
  /// expanded.
  static func read(_ bytes: [UInt8]) throws(Problem) -> YAMLTree? {
    guard bytes.count <= maxBytes else {
      throw Problem(message: "is too large: expected at most \(maxBytes) bytes, found \(bytes.count)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let source = SourceText(bytes)
      let offset = source.illFormedOffsets(limit: 1).first
      throw Problem(message: "is not UTF-8", position: offset.map(source.position(ofOffset:)))
    }
    if let offset = offsetOfAlias(bytes) {
      throw Problem(
        message: "has an anchor (&) and an alias (*): expected everything to be written out",
        position: SourceText(bytes).position(ofOffset: offset))
    }
    do {
      return try Yams.compose(yaml: text, .default, .default, .utf8).map(tree)
    } catch let problem as Problem {
      throw problem
    } catch let error as YamlError {
      throw problem(of: error, in: text)
    } catch {
      throw Problem(message: "is not valid YAML: \(error)")
    }
  }

  /// Finds something that may be an alias, if there is something that may be its anchor. Both signs within
  /// quoted texts count as well, for telling them apart would take a second YAML parser.
  private static func offsetOfAlias(_ bytes: [UInt8]) -> Int? {
    func first(_ sign: UInt8) -> Int? {
      bytes.indices.dropLast().first { bytes[$0] == sign && bytes[$0 + 1] > 0x20 }
    }
    guard first(UInt8(ascii: "&")) != nil else { return nil }
    return first(UInt8(ascii: "*"))
  }

  private static func tree(_ node: Node) throws -> YAMLTree {
    let position = SourcePosition(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    switch node {
    case .scalar(let scalar):
      return .scalar(scalar.string, isPlain: scalar.style == .plain, position)
    case .sequence(let sequence): return .list(try sequence.map(tree), position)
    case .mapping(let mapping):
      var names: Set<String> = []
      return .mapping(
        try mapping.map { key, value in
          let place = SourcePosition(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
          guard case .scalar(let name) = key else {
            throw Problem(message: "has a key that is not text: expected a name", position: place)
          }
          guard names.insert(name.string).inserted else {
            throw Problem(message: "has \"\(name.string)\" twice: expected every key once", position: place)
          }
          return Member(name: name.string, position: place, value: try tree(value))
        }, position)
    case .alias:
      throw Problem(message: "has an alias: expected everything to be written out", position: position)
    }
  }

  private static func hasTab(onLine line: Int, of text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.contains(line - 1) && lines[line - 1].contains("\t")
  }

  private static func problem(of error: YamlError, in text: String) -> Problem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      Problem(
        message: "is not valid YAML: \(problem)",
        position: SourcePosition(line: mark.line, column: mark.column),
        hint: hasTab(onLine: mark.line, of: text) ? "Indent with spaces: YAML takes no tabs." : nil)
    case .duplicatedKeysInMapping(let names, let context):
      Problem(
        message: "has \(names.map { "\"\($0)\"" }.joined(separator: ", ")) twice: expected every key once",
        position: SourcePosition(line: context.mark.line, column: context.mark.column))
    case .reader(let problem, let offset, _, _):
      Problem(
        message: "is not valid YAML: \(problem)",
        position: offset.map { SourceText(Array(text.utf8)).position(ofOffset: text.prefix($0).utf8.count) })
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      Problem(message: "is not YAML that can be read")
    }
  }
}
