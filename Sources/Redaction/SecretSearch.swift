/// Finds values in a string in every spelling that a decoder undoes: JSON's escapes, percent, HTML's entities, base64
/// of either alphabet at any offset, hex, other case, parted by line breaks, and one of these within another.
///
/// Each spelling is undone on a copy that remembers where its bytes came from; what is found there is a place in the
/// string. How deep it looks and how much it reads is bounded.
package struct SecretSearch: Sendable {
  /// A copy of a string with some spelling undone; its byte i was `from[i]..<to[i]` of the string.
  private struct View {
    var bytes: [UInt8] = []
    var from: [Int] = []
    var to: [Int] = []

    mutating func append(_ byte: UInt8, _ range: Range<Int>) {
      bytes.append(byte)
      from.append(range.lowerBound)
      to.append(range.upperBound)
    }
  }

  private static let deepest = 4
  private static let shortestBase64 = 11
  private static let shortestHex = 16

  /// Lower case, longest first, by their first byte.
  private let secretsByFirstByte: [UInt8: [[UInt8]]]

  package init(_ secrets: [[UInt8]]) {
    let lowered = Set(secrets.map { $0.map(Self.lowered) })
    let longestFirst = lowered.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1)
    }
    secretsByFirstByte = Dictionary(grouping: longestFirst) { $0[0] }
  }

  /// The places of the values, in no order, perhaps overlapping.
  package func ranges(in text: [UInt8]) -> [Range<Int>] {
    guard !secretsByFirstByte.isEmpty else { return [] }
    var found: [Range<Int>] = []
    var budget = max(4 << 20, text.count * 6)
    search(View(bytes: text, from: Array(text.indices), to: text.indices.map { $0 + 1 }), 0, &budget, &found)
    return found
  }

  private func search(_ view: View, _ depth: Int, _ budget: inout Int, _ found: inout [Range<Int>]) {
    budget -= view.bytes.count
    guard budget >= 0, view.bytes.count >= 4 else { return }
    match(view, &found)
    guard depth < Self.deepest else { return }
    for undo in [Self.withoutEscapes, Self.withoutPercent, Self.withoutEntities, Self.withoutLineBreaks] {
      if let inner = undo(view) { search(inner, depth + 1, &budget, &found) }
    }
    for run in Self.runs(of: view.bytes, atLeast: Self.shortestHex, where: { Self.hexValue($0) != nil }) {
      for offset in 0..<2 { search(Self.hex(view, run, offset), depth + 1, &budget, &found) }
    }
    for run in Self.runs(of: view.bytes, atLeast: Self.shortestBase64, where: { Self.base64Value($0) != nil })
    {
      for offset in 0..<4 { search(Self.base64(view, run, offset), depth + 1, &budget, &found) }
    }
  }

  private func match(_ view: View, _ found: inout [Range<Int>]) {
    let bytes = view.bytes
    var index = 0
    while index < bytes.count {
      let candidates = secretsByFirstByte[Self.lowered(bytes[index])] ?? []
      let secret = candidates.first { secret in
        bytes.count - index >= secret.count
          && secret.indices.allSatisfy { Self.lowered(bytes[index + $0]) == secret[$0] }
      }
      if let secret {
        let part = index..<(index + secret.count)
        let start = part.map { view.from[$0] }.min() ?? 0
        let end = part.map { view.to[$0] }.max() ?? 0
        found.append(start..<end)
        index += secret.count
      } else {
        index += 1
      }
    }
  }

  // MARK: - Undoing one spelling; nil where there is none of it

  private static func rewritten(
    _ view: View, _ mark: UInt8, _ read: (ArraySlice<UInt8>) -> (bytes: [UInt8], count: Int)?
  ) -> View? {
    guard view.bytes.contains(mark) else { return nil }
    var result = View()
    var changed = false
    var index = 0
    while index < view.bytes.count {
      if view.bytes[index] == mark, let (bytes, count) = read(view.bytes[index...]) {
        let range = view.from[index]..<view.to[index + count - 1]
        for byte in bytes { result.append(byte, range) }
        index += count
        changed = true
      } else {
        result.append(view.bytes[index], view.from[index]..<view.to[index])
        index += 1
      }
    }
    return changed ? result : nil
  }

  private static func withoutEscapes(_ view: View) -> View? {
    rewritten(view, UInt8(ascii: "\\")) { rest in
      let text = Array(rest.prefix(12))
      guard text.count > 1 else { return nil }
      switch text[1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"): return ([text[1]], 2)
      case UInt8(ascii: "b"): return ([8], 2)
      case UInt8(ascii: "f"): return ([12], 2)
      case UInt8(ascii: "n"): return ([10], 2)
      case UInt8(ascii: "r"): return ([13], 2)
      case UInt8(ascii: "t"): return ([9], 2)
      case UInt8(ascii: "x"): return number(text[2...].prefix(2), exactly: 2).map { ([UInt8($0)], 4) }
      case UInt8(ascii: "u"): return unicodeEscape(text)
      default: return nil
      }
    }
  }

  private static func unicodeEscape(_ text: [UInt8]) -> (bytes: [UInt8], count: Int)? {
    guard let first = number(text[2...].prefix(4), exactly: 4) else { return nil }
    if (0xD800..<0xDC00).contains(first), text.count == 12, text[6] == UInt8(ascii: "\\"),
      text[7] == UInt8(ascii: "u"),
      let second = number(text[8...], exactly: 4), (0xDC00..<0xE000).contains(second)
    {
      return (utf8(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)), 12)
    }
    return (utf8(first), 6)
  }

  private static func withoutPercent(_ view: View) -> View? {
    rewritten(view, UInt8(ascii: "%")) { rest in
      number(rest.dropFirst().prefix(2), exactly: 2).map { ([UInt8($0)], 3) }
    }
  }

  private static func withoutEntities(_ view: View) -> View? {
    rewritten(view, UInt8(ascii: "&")) { rest in
      let text = String(decoding: rest.prefix(12), as: UTF8.self)
      guard let end = text.firstIndex(of: ";") else { return nil }
      let name = text[text.index(after: text.startIndex)..<end]
      let named: [Substring: UInt8] = ["amp": 38, "lt": 60, "gt": 62, "quot": 34, "apos": 39]
      if let byte = named[name] { return ([byte], name.utf8.count + 2) }
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let isHex = digits.hasPrefix("x") || digits.hasPrefix("X")
      guard let scalar = UInt32(isHex ? digits.dropFirst() : digits, radix: isHex ? 16 : 10) else {
        return nil
      }
      return (utf8(scalar), name.utf8.count + 2)
    }
  }

  private static func withoutLineBreaks(_ view: View) -> View? {
    let isBreak: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D }
    guard view.bytes.contains(where: isBreak) else { return nil }
    var result = View()
    for index in view.bytes.indices where !isBreak(view.bytes[index]) {
      result.append(view.bytes[index], view.from[index]..<view.to[index])
    }
    return result
  }

  private static func hex(_ view: View, _ run: Range<Int>, _ offset: Int) -> View {
    var result = View()
    let range = view.from[run.lowerBound]..<view.to[run.upperBound - 1]
    var index = run.lowerBound + offset
    while index + 1 < run.upperBound {
      let high = hexValue(view.bytes[index]) ?? 0
      let low = hexValue(view.bytes[index + 1]) ?? 0
      result.append(UInt8(high << 4 | low), range)
      index += 2
    }
    return result
  }

  private static func base64(_ view: View, _ run: Range<Int>, _ offset: Int) -> View {
    var result = View()
    let range = view.from[run.lowerBound]..<view.to[run.upperBound - 1]
    var bits: UInt32 = 0
    var count = 0
    for index in run.dropFirst(offset) {
      bits = (bits << 6 | UInt32(base64Value(view.bytes[index]) ?? 0)) & 0xFFFF
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)), range)
      }
    }
    return result
  }

  // MARK: - Bytes

  private static func runs(of bytes: [UInt8], atLeast shortest: Int, where fits: (UInt8) -> Bool) -> [Range<
    Int
  >] {
    var runs: [Range<Int>] = []
    var start = 0
    for index in 0...bytes.count where index == bytes.count || !fits(bytes[index]) {
      if index - start >= shortest { runs.append(start..<index) }
      start = index + 1
    }
    return runs
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static func hexValue(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte) - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte) - 55
    default: nil
    }
  }

  private static func base64Value(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) + 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>, exactly count: Int) -> UInt32? {
    guard digits.count == count else { return nil }
    var value: UInt32 = 0
    for digit in digits {
      guard let next = hexValue(digit) else { return nil }
      value = value << 4 | UInt32(next)
    }
    return value
  }

  private static func utf8(_ scalar: UInt32) -> [UInt8] {
    Array(String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8)
  }
}
