import Core

/// One way in which bytes are not the strict JSON that is read here, and where.
package struct JSONProblem: Hashable, Sendable {
  package var kind: Kind
  /// The byte it was found at, from 0.
  package var offset: Int
  package var position: SourcePosition

  package init(kind: Kind, offset: Int, position: SourcePosition) {
    self.kind = kind
    self.offset = offset
    self.position = position
  }

  package enum Kind: Hashable, Sendable {
    case tooLarge(limitBytes: Int)
    case tooDeep(limit: Int)
    case invalidUTF8
    case byteOrderMark
    case empty
    case contentAfterEnd
    case unclosed(opening: Character)
    case mismatched(found: Character, expected: Character)
    case expectedValue(found: String)
    case expectedName(found: String)
    case expectedColon(found: String)
    case missingComma(found: String)
    case trailingComma
    case unquotedName(String)
    case singleQuotes
    case comment
    case unexpectedCharacter(String)
    case unknownWord(String)
    case duplicateName(String, firstLine: Int)
    case unterminatedString
    case controlCharacter(UInt8)
    case nulCharacter
    case invalidEscape(String)
    case loneSurrogate(String)
    case invalidNumber(String)
    case numberOutOfRange(String)
    case tooManyProblems(limit: Int)
  }
}

/// Everything that was found wrong with a JSON text, by position; never empty.
package struct JSONProblems: Error, Hashable, Sendable, CustomStringConvertible {
  package var all: [JSONProblem]

  package init(all: [JSONProblem]) {
    self.all = all
  }

  package var description: String {
    all.map { "line \($0.position.line), column \($0.position.column): \($0.kind)" }.joined(separator: "; ")
  }
}

extension JSONProblem.Kind: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let limitBytes): "the text is too large: expected at most \(limitBytes) bytes"
    case .tooDeep(let limit): "nested too deeply: expected at most \(limit) levels"
    case .invalidUTF8: "invalid UTF-8"
    case .byteOrderMark: "a byte order mark: expected the JSON text to start at once"
    case .empty: "nothing there: expected a JSON value"
    case .contentAfterEnd: "something follows the end of the JSON value"
    case .unclosed(let opening): "\"\(opening)\" is never closed"
    case .mismatched(let found, let expected): "expected \"\(expected)\", found \"\(found)\""
    case .expectedValue(let found): "expected a value, found \(found)"
    case .expectedName(let found): "expected a field's name in double quotes, found \(found)"
    case .expectedColon(let found): "expected \":\" after the field's name, found \(found)"
    case .missingComma(let found): "expected \",\" or the end, found \(found)"
    case .trailingComma: "a comma with nothing after it"
    case .unquotedName(let name): "the field's name \"\(name)\" is not in double quotes"
    case .singleQuotes: "a string in single quotes: expected double quotes"
    case .comment: "a comment: JSON has none"
    case .unexpectedCharacter(let text): "unexpected \"\(text)\""
    case .unknownWord(let word):
      "\"\(word)\" is not a JSON value: expected true, false, null, a number or a string"
    case .duplicateName(let name, let line): "the field \"\(name)\" is there twice: first on line \(line)"
    case .unterminatedString: "a string that does not end on its line: expected a closing double quote"
    case .controlCharacter(let byte):
      "a raw control character in a string: expected \"\\u00\(Hexadecimal.text(of: [byte]))\""
    case .nulCharacter: "a NUL character in a string"
    case .invalidEscape(let text): "\"\(text)\" is not an escape"
    case .loneSurrogate(let text): "\"\(text)\" is half of a surrogate pair"
    case .invalidNumber(let text): "\"\(text)\" is not spelt as JSON spells numbers"
    case .numberOutOfRange(let text): "the number \"\(text)\" is too large, too small or too long to be kept"
    case .tooManyProblems(let limit): "more than \(limit) problems: the rest is not listed"
    }
  }
}
