import Core

/// Finds the addresses in a string that GitHub makes links of, and writes them such that they stay those links.
///
/// Nothing that escapes Markdown works within such an address: a backslash becomes part of it. What could act
/// there is written in percent, which means the same.
package enum WebAddress {
  private static let schemes = ["https://", "http://", "www."].map { Array($0.unicodeScalars) }
  /// What belongs to the sentence if it ends an address.
  private static let sentenceMarks: Set<Unicode.Scalar> = ["?", "!", ".", ",", ":", ";", "'", "\""]

  /// The end of the address that begins at an index; nil where none begins.
  package static func end(in line: [Unicode.Scalar], from start: Int) -> Int? {
    let rest = line[start...]
    guard let scheme = schemes.first(where: { rest.starts(with: $0) }) else { return nil }
    if start > 0 {
      let before = line[start - 1]
      let opens: Set<Unicode.Scalar> = [" ", "*", "_", "~", "("]
      guard scheme[0] == "w" ? opens.contains(before) : !isLetterOrDigit(before) else { return nil }
    }
    let domain = rest.dropFirst(scheme.count).prefix { isLetterOrDigit($0) || $0 == "-" || $0 == "." }
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    let isLocal = domain.elementsEqual("localhost".unicodeScalars)
    let isWhole = labels.dropLast().allSatisfy { !$0.isEmpty } && labels.first?.isEmpty == false
    guard isWhole, isLocal || labels.count > 1 || scheme[0] == "w" else { return nil }
    let end = rest.firstIndex { $0 == " " || $0 == "<" } ?? line.endIndex
    return withoutSentenceMarks(line[start..<end])
  }

  private static func withoutSentenceMarks(_ address: ArraySlice<Unicode.Scalar>) -> Int {
    var address = address
    while let last = address.last {
      let closesMore = last == ")" && address.count { $0 == ")" } > address.count { $0 == "(" }
      guard sentenceMarks.contains(last) || closesMore else { break }
      address.removeLast()
    }
    return address.endIndex
  }

  /// An address as it is written in Markdown.
  package static func text(_ address: ArraySlice<Unicode.Scalar>) -> String.UnicodeScalarView {
    let emphasis: Set<Unicode.Scalar> = ["*", "_", "~"]
    // At its end these would begin emphasis instead of belonging to it.
    let plainEnd = address.lastIndex { !emphasis.contains($0) } ?? address.startIndex
    var text = String.UnicodeScalarView()
    for index in address.indices {
      switch address[index] {
      case "\"", "'", ">", "`", "|", "\\", "$": text += percent(address[index])
      case "*", "_", "~":
        if index > plainEnd { text += percent(address[index]) } else { text.append(address[index]) }
      default: text.append(address[index])
      }
    }
    return text
  }

  /// An ASCII character as `%` and two digits.
  private static func percent(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    ("%" + Hexadecimal.text(of: [UInt8(scalar.value)]).uppercased()).unicodeScalars
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
  }
}
