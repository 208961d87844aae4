/// The value that a JSON number's text stands for: an integer of 64 bits kept exactly, anything else as the
/// nearest double, as RFC 8785 has it. Two spellings of one value, such as `92` and `9.20e1`, are equal.
package enum JSONNumber: Hashable, Sendable {
  case integer(Int64)
  case natural(UInt64)
  case double(Double)

  /// Reads a number's text; nil if it is not a number that a double can hold. A number that is not zero, but that a
  /// double can hold only as zero, is refused.
  package init?(_ text: String) {
    if let integer = Int64(text) {
      self = .integer(integer)
    } else if let natural = UInt64(text) {
      self = .natural(natural)
    } else if let double = Double(text), double.isFinite, double != 0 || Self.isZero(text) {
      self.init(double)
    } else {
      return nil
    }
  }

  /// Takes a finite double; one that is an integer of 64 bits becomes that integer.
  package init(_ double: Double) {
    if let integer = Int64(exactly: double) {
      self = .integer(integer)
    } else if let natural = UInt64(exactly: double) {
      self = .natural(natural)
    } else {
      self = .double(double)
    }
  }

  /// The one spelling of this value that digests are made of; valid JSON.
  package var text: String {
    switch self {
    case .integer(let integer): String(integer)
    case .natural(let natural): String(natural)
    case .double(let double): double.description
    }
  }

  package var double: Double {
    switch self {
    case .integer(let integer): Double(integer)
    case .natural(let natural): Double(natural)
    case .double(let double): double
    }
  }

  private static func isZero(_ text: String) -> Bool {
    text.utf8.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
      .allSatisfy { !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
  }
}
