/// A revision of the Model Context Protocol that is spoken here. Raw values go over the wire.
public enum MCPVersion: String, CaseIterable, Sendable, Hashable {
  case v20241105 = "2024-11-05"
  case v20250326 = "2025-03-26"
  case v20250618 = "2025-06-18"
  case v20251125 = "2025-11-25"
  case v20260728 = "2026-07-28"

  /// Tells whether each request says who asks and in which version, instead of a handshake at the beginning.
  package var isStateless: Bool {
    switch self {
    case .v20241105, .v20250326, .v20250618, .v20251125: false
    case .v20260728: true
    }
  }

  package static let newestOfHandshake = MCPVersion.v20251125
  package static let newestStateless = MCPVersion.v20260728
}
