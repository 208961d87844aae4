/// What something costs, exactly: such as `0.002 USD`.
public struct Price: Hashable, Sendable {
  /// The amount without its point.
  package var mantissa: Int64
  /// Digits behind the point.
  package var decimals: Int
  /// Three capitals, as ISO 4217 has them.
  public var currency: String

  /// Reads an amount and a currency; nil for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[1].count == 3,
      words[1].utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else { return nil }
    let parts = words[0].split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }),
      words[0].count <= 16, let mantissa = Int64(parts.joined())
    else { return nil }
    self.mantissa = mantissa
    decimals = parts.count == 2 ? parts[1].count : 0
    currency = String(words[1])
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The price of `count` calls.
  public func times(_ count: Int) -> Price {
    var price = self
    price.mantissa = mantissa.multipliedReportingOverflow(by: Int64(count)).partialValue
    return price
  }

  /// The sum of two prices of one currency; nil for those of two.
  public func plus(_ other: Price) -> Price? {
    guard currency == other.currency else { return nil }
    var (one, two) = (self, other)
    while one.decimals < two.decimals {
      one.mantissa *= 10
      one.decimals += 1
    }
    while two.decimals < one.decimals {
      two.mantissa *= 10
      two.decimals += 1
    }
    one.mantissa += two.mantissa
    return one
  }

  /// `0.002 USD`
  public var text: String {
    let digits = String(mantissa)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    guard decimals > 0 else { return "\(padded) \(currency)" }
    return "\(padded.dropLast(decimals)).\(padded.suffix(decimals)) \(currency)"
  }

  /// Sums by currency, in the order of the currencies' names.
  package static func sums(_ prices: some Sequence<Price>) -> [Price] {
    var sums: [String: Price] = [:]
    for price in prices { sums[price.currency] = sums[price.currency].flatMap { $0.plus(price) } ?? price }
    return sums.values.sorted { $0.currency < $1.currency }
  }
}
