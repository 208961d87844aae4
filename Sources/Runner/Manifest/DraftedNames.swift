/// Makes ids and names from the names of image files.
struct DraftedNames: Hashable, Sendable {
  /// Such as `ASSET`.
  var prefix: String

  private static let separators: Set<Character> = ["-", "_", " ", "."]

  /// The id that a file's name gives: the prefix, a separator and a number, followed by the end or a separator.
  func id(inStem stem: String) -> String? {
    number(inStem: stem).map { "\(prefix)-\($0)" }
  }

  /// The name for people, in words; nil where nothing remains.
  func name(inStem stem: String) -> String? {
    var rest = stem[...]
    if let number = number(inStem: stem) { rest = rest.dropFirst(prefix.count + 1 + number.count) }
    if rest.lowercased().hasSuffix("-validated") { rest = rest.dropLast("-validated".count) }
    let words = rest.split { Self.separators.contains($0) && $0 != "." }
    let name = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    return name.isEmpty ? nil : name
  }

  /// The number of an id of this prefix; nil for every other id.
  func number(of id: String) -> Int? {
    guard id.lowercased().hasPrefix(prefix.lowercased()) else { return nil }
    let rest = id.dropFirst(prefix.count)
    guard let separator = rest.first, separator == "-" || separator == "_" else { return nil }
    let digits = rest.dropFirst()
    return digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }

  private func number(inStem stem: String) -> String? {
    guard stem.lowercased().hasPrefix(prefix.lowercased()) else { return nil }
    let rest = stem.dropFirst(prefix.count)
    guard let separator = rest.first, Self.separators.contains(separator) else { return nil }
    let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
    guard (1...9).contains(digits.count) else { return nil }
    let end = rest.dropFirst(1 + digits.count)
    guard end.first.map(Self.separators.contains) ?? true else { return nil }
    return String(digits)
  }

  /// A batch's id from a folder's name and a date, such as `downloads-2026-11-27`; the first that is not taken.
  static func batchID(folder: String, date: String, isTaken: (String) -> Bool) -> String {
    let words = folder.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map { $0.lowercased() }
    let name = words.joined(separator: "-").prefix(40)
    let id = (name.isEmpty ? "batch" : name) + "-" + date
    if !isTaken(id) { return id }
    for letter in "bcdefghijklmnopqrstuvwxyz" where !isTaken("\(id)-\(letter)") { return "\(id)-\(letter)" }
    return (26...).lazy.map { "\(id)-\($0)" }.first { !isTaken($0) } ?? id
  }
}
