import ImageAnalysis

/// What is in a manifest's place and is clearly something else, as its first bytes show.
enum ForeignInput: Hashable, Sendable {
  /// Whether it is a PNG, and what it is called.
  case image(String, isPNG: Bool)
  case binary
  case utf16
  case markup(String)
  case yaml
  case table

  /// Nil where the bytes may be meant as JSON, however broken.
  init?(_ bytes: [UInt8]) {
    let start = bytes.prefix(4096)
    if start.starts(with: PNGHeader.signature) {
      self = .image("a PNG image", isPNG: true)
    } else if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
      self = .utf16
    } else if let name = Self.binaries.first(where: { start.starts(with: $0.start) })?.name {
      self = .image(name, isPNG: false)
    } else if start.prefix(512).contains(0), !Self.isObject(start) {
      self = .binary
    } else if let text = Self.ofText(String(decoding: start, as: UTF8.self)) {
      self = text
    } else {
      return nil
    }
  }

  /// Whether the first byte that says something begins a JSON object.
  private static func isObject(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
  }

  /// What it is, for a message.
  var name: String {
    switch self {
    case .image(let name, _): name
    case .binary: "a binary file"
    case .utf16: "text in UTF-16"
    case .markup(let name): name
    case .yaml: "YAML"
    case .table: "a table"
    }
  }

  private static let binaries: [(start: [UInt8], name: String)] = [
    ([0xFF, 0xD8, 0xFF], "a JPEG image"), (Array("GIF8".utf8), "a GIF image"),
    (Array("RIFF".utf8), "a WebP image"), (Array("%PDF".utf8), "a PDF"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive"),
    ([0x1F, 0x8B], "a gzip archive"), (Array("II*\0".utf8), "a TIFF image"),
    (Array("MM\0*".utf8), "a TIFF image"),
    ([0x89, 0x50, 0x4E, 0x47], "a damaged PNG image"),
  ]

  private static func ofText(_ text: String) -> ForeignInput? {
    let lines = text.split(whereSeparator: \.isNewline).filter { line in
      !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("#")
    }
    guard let line = lines.first.map({ $0.drop { $0.isWhitespace || $0 == "\u{FEFF}" } }),
      let first = line.first
    else { return nil }
    if first == "<" {
      let lower = text.lowercased()
      let isHTML = lower.contains("<!doctype html") || lower.contains("<html")
      return .markup(isHTML ? "an HTML page" : lower.contains("<svg") ? "an SVG image" : "XML")
    }
    guard !"{[\"".contains(first) else { return nil }
    let columns = line.split { ",;\t".contains($0) }.map {
      $0.trimming(while: { $0.isWhitespace || $0 == "\"" }).lowercased()
    }
    let known = ["path", "file", "file_path", "asset_id", "score", "name", "category"]
    if columns.count > 1, columns.contains(where: known.contains) { return .table }
    if line.hasPrefix("---") || line.hasPrefix("- ") { return .yaml }
    let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_-$".contains($0)) }
    let rest = line.dropFirst(name.count)
    return !name.isEmpty && (rest == ":" || rest.hasPrefix(": ")) ? .yaml : nil
  }
}

extension Substring {
  fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> Substring {
    var rest = drop(while: isTrimmed)
    while let last = rest.last, isTrimmed(last) { rest = rest.dropLast() }
    return rest
  }
}
