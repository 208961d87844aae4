import StrictJSON
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A small generator (SplitMix64) whose seed is printed with a failure.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite("JSON values at random")
struct JSONRandomTests {
  static func value(depth: Int, using random: inout SeededGenerator) -> JSONValue {
    let texts = ["", "a", "é", "\u{1f600}", "\n\t\u{1}\"\\/", "{{x}}", "\u{202e}", "</script>", "\u{7f}"]
    let numbers = [
      "0", "-0", "1", "1.50", "1e3", "-2.5E-7", "9223372036854775807", "-9223372036854775808",
      "9223372036854775808",
      "18446744073709551615", "18446744073709551616", "0.1", "123456789.123456789123456789", "1e300",
      "5e-324", "92.0",
    ]
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return nil
    case 1: return .bool(.random(using: &random))
    case 2, 3: return .number(numbers.randomElement(using: &random) ?? "0")
    case 4, 5: return .string(texts.randomElement(using: &random) ?? "")
    case 6:
      return .array(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth - 1, using: &random) })
    default:
      let names = Set(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in texts.randomElement(using: &random) ?? "" })
      return .object(
        names.sorted().shuffled(using: &random).map { .init($0, value(depth: depth - 1, using: &random)) })
    }
  }

  private static let spare = Array("{}[]\",:\\u0dD8/*#'e+-.0159 \n\u{0}\u{e9}".utf8) + [0xFF, 0xED, 0xA0]

  /// Replaces, adds or removes up to two bytes of a JSON text.
  static func damage(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 0..<3, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes[place] = spare.randomElement(using: &random) ?? 0
      case 1: bytes.insert(spare.randomElement(using: &random) ?? 0, at: place)
      default: if bytes.count > 1 { bytes.remove(at: place) }
      }
    }
  }

  static func withoutNumbers(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number: .number("0")
    case .array(let elements): .array(elements.map(withoutNumbers))
    case .object(let members): .object(members.map { .init($0.name, withoutNumbers($0.value)) })
    case .null, .bool, .string: value
    }
  }

  @Test("What is written is read back the same, compact and pretty, and its canonical form says the same")
  func roundTrips() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let value = Self.value(depth: 4, using: &random)
      #expect(try JSONReader.value(of: Array(JSONWriter.compact(value).utf8)) == value, "seed \(seed)")
      let pretty = try JSONReader.value(of: Array(JSONWriter.pretty(value).utf8))
      #expect(pretty.canonical == value.canonical, "seed \(seed)")
      let canonical = JSONWriter.canonical(value)
      #expect(try JSONReader.value(of: canonical) == value.canonical, "seed \(seed)")
      #expect(JSONWriter.canonical(value.canonical) == canonical, "seed \(seed)")
    }
  }

  @Test("A value that went through Swift's coders has the same canonical bytes, any number of times")
  func survivesCoding() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let value = JSONValue.array([Self.value(depth: 4, using: &random)])
      let coded = try JSONEncoder().encode(value)
      let decoded = try JSONDecoder().decode(JSONValue.self, from: coded)
      #expect(decoded == value.canonical, "seed \(seed)")
      #expect(JSONWriter.canonical(decoded) == JSONWriter.canonical(value), "seed \(seed)")
      #expect(
        try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(decoded)) == decoded,
        "seed \(seed)")
    }
  }

  @Test("Damaged text never crashes the reader, and what it accepts, Swift's own decoder reads the same")
  func survivesDamage() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    for _ in 0..<3_000 {
      var bytes = Array(JSONWriter.compact(.array([Self.value(depth: 3, using: &random)])).utf8)
      Self.damage(&bytes, using: &random)
      let document = JSONReader.read(bytes)
      // RFC 8259 has 0e1, which Swift's decoder refuses.
      let text = String(decoding: bytes, as: UTF8.self)
      guard document.problems.isEmpty, !text.lowercased().contains("0e") else { continue }
      accepted += 1
      let value = document.root.value
      guard let other = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
        Issue.record("seed \(seed), refused by Swift's decoder: \(text.debugDescription)")
        continue
      }
      #expect(Self.withoutNumbers(other) == Self.withoutNumbers(value.canonical), "seed \(seed), \(text)")
      // Swift's decoder takes a long number with a fraction for an integer, so numbers are compared as we
      // write them.
      let again = try JSONDecoder().decode(JSONValue.self, from: Data(JSONWriter.canonical(value)))
      #expect(again == value.canonical, "seed \(seed), \(text)")
    }
    #expect(accepted > 500, "seed \(seed)")
  }
}
