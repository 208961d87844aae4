import BatchModel
import StrictJSON

extension YAMLTree {
  /// Reads the bytes of one document; nil where they hold nothing. Aliases are refused before anything is
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
    return try YAMLParser.tree(of: text)
  }

  /// Finds something that may be an alias, if there is something that may be its anchor. Both signs within
  /// quoted strings count as well: it is a look at the bytes before they are parsed.
  private static func offsetOfAlias(_ bytes: [UInt8]) -> Int? {
    func first(_ sign: UInt8) -> Int? {
      bytes.indices.dropLast().first { bytes[$0] == sign && bytes[$0 + 1] > 0x20 }
    }
    guard first(UInt8(ascii: "&")) != nil else { return nil }
    return first(UInt8(ascii: "*"))
  }
}
