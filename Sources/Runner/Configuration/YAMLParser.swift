import BatchModel
import CYAML
import StrictJSON

/// Reads YAML with libyaml, event by event. Anchors are passed over, and an alias is refused: nothing is expanded.
///
/// Places are as libyaml has them, counted from one, columns in code points.
final class YAMLParser {
  private var parser = yaml_parser_t()
  private let bytes: [UInt8]
  private var event = yaml_event_t()
  /// Deeper than any configuration; far from what overflows the stack.
  private static let depthLimit = 32

  /// Reads a string of one document; nil where it holds nothing.
  static func tree(of text: String) throws(YAMLTree.Problem) -> YAMLTree? {
    try YAMLParser(text).document()
  }

  private init(_ text: String) {
    bytes = Array(text.utf8)
    yaml_parser_initialize(&parser)
  }

  deinit {
    yaml_event_delete(&event)
    yaml_parser_delete(&parser)
  }

  private func document() throws(YAMLTree.Problem) -> YAMLTree? {
    // The bytes are read while this call lasts, and outlive it: they are this object's own.
    let result: Result<YAMLTree?, YAMLTree.Problem> = bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      do throws(YAMLTree.Problem) { return .success(try root()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func root() throws(YAMLTree.Problem) -> YAMLTree? {
    try next()
    try next()
    guard event.type == YAML_DOCUMENT_START_EVENT else { return nil }
    try next()
    let tree = try value()
    // The end of the document, then that of the text.
    try next()
    try next()
    guard event.type == YAML_STREAM_END_EVENT else {
      throw YAMLTree.Problem(
        message: "is not valid YAML: expected a single document", position: position(event.start_mark))
    }
    return tree
  }

  /// The value that the present event begins; afterwards the present event is its last.
  private func value(depth: Int = 0) throws(YAMLTree.Problem) -> YAMLTree {
    let place = position(event.start_mark)
    guard depth < Self.depthLimit else {
      throw YAMLTree.Problem(
        message: "is nested too deeply: expected at most \(Self.depthLimit) levels", position: place)
    }
    switch event.type {
    case YAML_SCALAR_EVENT:
      return .scalar(text(), isPlain: event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE, place)
    case YAML_SEQUENCE_START_EVENT:
      var items: [YAMLTree] = []
      try next()
      while event.type != YAML_SEQUENCE_END_EVENT {
        items.append(try value(depth: depth + 1))
        try next()
      }
      return .list(items, place)
    case YAML_MAPPING_START_EVENT: return .mapping(try members(depth: depth + 1), place)
    default:
      throw YAMLTree.Problem(
        message: "has an alias: expected everything to be written out", position: place)
    }
  }

  private func members(depth: Int) throws(YAMLTree.Problem) -> [YAMLTree.Member] {
    var members: [YAMLTree.Member] = []
    var names: Set<String> = []
    try next()
    while event.type != YAML_MAPPING_END_EVENT {
      let place = position(event.start_mark)
      guard event.type == YAML_SCALAR_EVENT else {
        throw YAMLTree.Problem(message: "has a key that is not text: expected a name", position: place)
      }
      let name = text()
      guard names.insert(name).inserted else {
        throw YAMLTree.Problem(message: "has \"\(name)\" twice: expected every key once", position: place)
      }
      try next()
      members.append(YAMLTree.Member(name: name, position: place, value: try value(depth: depth)))
      try next()
    }
    return members
  }

  /// The scalar of the present event.
  private func text() -> String {
    let scalar = event.data.scalar
    return String(
      decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
  }

  private func next() throws(YAMLTree.Problem) {
    yaml_event_delete(&event)
    guard yaml_parser_parse(&parser, &event) == 1 else { throw problem() }
  }

  private func problem() -> YAMLTree.Problem {
    let words = parser.problem.map { String(cString: $0) } ?? "it can't be read"
    switch parser.error {
    case YAML_MEMORY_ERROR: return YAMLTree.Problem(message: "is not YAML that can be read")
    case YAML_READER_ERROR:
      return YAMLTree.Problem(
        message: "is not valid YAML: \(words)",
        position: SourceText(bytes).position(ofOffset: min(Int(parser.problem_offset), bytes.count)))
    default:
      let place = position(parser.problem_mark)
      return YAMLTree.Problem(
        message: "is not valid YAML: \(words)", position: place,
        hint: hasTab(onLine: place.line) ? "Indent with spaces: YAML takes no tabs." : nil)
    }
  }

  private func hasTab(onLine line: Int) -> Bool {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.indices.contains(line - 1) && lines[line - 1].contains(UInt8(ascii: "\t"))
  }

  private func position(_ mark: yaml_mark_t) -> SourcePosition {
    SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
