import Core
import StrictJSON

/// What makes a stage's result what it is: named parts, and the digest over them.
///
/// Two stages with the same key have the same outputs; never a time, an inode, a host or an absolute path is among the
/// parts. They are kept with the event, so that `explain` can say which one differed.
public struct StageKey: Hashable, Sendable, Codable {
  public var digest: Digest
  /// In a fixed order a stage.
  public var parts: [Part]

  /// One named part: `name` says what it is, `value` is its text or the hexadecimal digits of its digest.
  public struct Part: Hashable, Sendable, Codable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Keys are most of what a replay reads, so what is stored is read without a container for each part.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    digest = try members.decode(Digest.self, forKey: .digest)
    if let pairs = (decoder as? JSONTapeDecoder)?.pairs(in: "parts", of: ("name", "value")) {
      parts = pairs.map(Part.init)
    } else {
      parts = try members.decode([Part].self, forKey: .parts)
    }
  }

  /// Hashes the parts, each with its length in front: no two lists of parts give the same bytes.
  public init(_ parts: [Part]) {
    var hasher = SHA256()
    hasher.update(Self.framed("ledgerctl/key/v1"))
    for part in parts {
      hasher.update(Self.framed(part.name))
      hasher.update(Self.framed(part.value))
    }
    self.parts = parts
    self.digest = hasher.finish()
  }

  /// The same key without the part that makes a stage run again on request: what was asked then is what others ask.
  package var asAsked: StageKey { StageKey(parts.filter { $0.name != Self.saltName }) }

  package static let saltName = "retry"

  /// A string's UTF-8 bytes behind their count as 8 bytes, the highest first.
  private static func framed(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { Array($0) } + bytes
  }
}
