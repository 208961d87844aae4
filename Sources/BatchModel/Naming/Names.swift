/// Identifies a batch: 1 to 64 of letters, digits, `_` and `-`, the first a letter or digit.
public struct BatchID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String
  public init?(_ text: String) {
    guard isIdentifier(text) else { return nil }
    self.text = text
  }
  public var description: String { text }
  public static func < (left: BatchID, right: BatchID) -> Bool { left.text < right.text }
}

/// Identifies an asset within its batch; spelt like a batch's id.
public struct AssetID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String
  public init?(_ text: String) {
    guard isIdentifier(text) else { return nil }
    self.text = text
  }
  public var description: String { text }
  public static func < (left: AssetID, right: AssetID) -> Bool { left.text < right.text }
}

/// Tells whether a string matches `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`.
private func isIdentifier(_ text: String) -> Bool {
  let bytes = text.utf8
  guard (1...64).contains(bytes.count) else { return false }
  return bytes.enumerated().allSatisfy { index, byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "_"), UInt8(ascii: "-"): index > 0
    default: false
    }
  }
}

extension BatchID: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decodeIdentifier(from: decoder, BatchID.init)
  }
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}

extension AssetID: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decodeIdentifier(from: decoder, AssetID.init)
  }
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}

private func decodeIdentifier<ID>(
  from decoder: any Decoder, _ make: (String) -> ID?
) throws -> ID {
  let container = try decoder.singleValueContainer()
  guard let id = make(try container.decode(String.self)) else {
    throw DecodingError.dataCorruptedError(
      in: container, debugDescription: "expected an identifier of letters, digits, '_' and '-'")
  }
  return id
}

/// One step of work, in the order in which an asset, then its batch, goes through them. Raw values are stored.
public enum Stage: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
  case validate, extract, render, package
  case place, commit

  /// The stages an asset goes through, in order.
  public static let ofAsset: [Stage] = [.validate, .extract, .render, .package]

  /// Its place in the order, from 0.
  package var index: Int {
    switch self {
    case .validate: 0
    case .extract: 1
    case .render: 2
    case .package: 3
    case .place: 4
    case .commit: 5
    }
  }

  public static func < (left: Stage, right: Stage) -> Bool { left.index < right.index }
}
