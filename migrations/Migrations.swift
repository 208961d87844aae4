/// A step of the ledger's schema, applied once and never edited after its release.
public struct Migration: Sendable {
  /// The name of the file in `sql/`, without its ending.
  public let name: String
  /// The text that is run, byte for byte.
  public let sql: [UInt8]
  /// SHA-256, in hexadecimal, of the schema that stands once this step is done: see `SchemaFingerprint`.
  public let schema: String
}

/// The ledger's schema, one SQL text a version, oldest first; a test holds the list against the folder.
public enum Migrations {
  public static let all: [Migration] = [
    Migration(
      name: "0001_events", sql: PackageResources._001_events_sql,
      schema: "6def5ce7f27f68d45c80c2c51b0dabf2c3f5a83b04782a6a1f1b766a8bc17f78"),
    Migration(
      name: "0002_call_limits", sql: PackageResources._002_call_limits_sql,
      schema: "83af739546fc40de5693fd238181dea6ddb66f5255267defa8f5d1d82fd8005b"),
  ]
}
