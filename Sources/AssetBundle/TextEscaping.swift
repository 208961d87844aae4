import Core
import StrictJSON

/// How text from outside is written into a document so that it stays text there.
package enum TextEscaping: Hashable, Sendable {
  case markdown
  /// Element content and quoted attributes.
  case html
  /// Strings and comments of CSS.
  case css
  /// Between the quotes of JSON, JavaScript and TypeScript strings.
  case json
  /// A line without control characters and marks that change how it is read.
  case plain

  /// Chooses by the ending of a file's name.
  package init(fileName: String) {
    let ending = fileName.lowercased().split(separator: ".").last ?? ""
    self =
      switch ending {
      case "md", "mdx", "markdown": .markdown
      case "html", "htm", "svg", "xml", "vue", "svelte", "jsx", "tsx": .html
      case "css", "scss", "sass", "less": .css
      case "json", "js", "mjs", "cjs", "ts": .json
      default: .plain
      }
  }

  /// Returns the text escaped; nil if nothing of it would be seen, so that a section for it is left out.
  package func escaped(_ text: String?) -> String? {
    let result = of(text ?? "")
    return result.isEmpty ? nil : result
  }

  /// Returns the text escaped.
  package func of(_ text: String) -> String {
    switch self {
    case .markdown: MarkdownText.of(text)
    case .html: Self.html(VisibleText.line(text))
    case .css: Self.css(VisibleText.line(text))
    case .json:
      String(JSONWriter.compact(.string(VisibleText.line(text))).dropFirst().dropLast())
        .replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("'", with: "\\u0027")
        .replacing("`", with: "\\u0060").replacing("$", with: "\\u0024").replacing("*", with: "\\u002a")
    case .plain: VisibleText.line(text)
    }
  }

  /// Escapes for element content and quoted attributes; braces too, which JSX and Vue evaluate.
  package static func html(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "`": result += "&#96;"
      case "{": result += "&#123;"
      case "}": result += "&#125;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// Escapes every ASCII character that isn't a letter, a digit, a space, a hyphen or an underscore as CSS
  /// does: a backslash, the code point in hexadecimal, and a space.
  private static func css(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isSafe =
        !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || " -_".unicodeScalars.contains(scalar)
      if isSafe {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\" + String(scalar.value, radix: 16) + " "
      }
    }
    return result
  }
}
