/// The ledger's schema, one SQL text a version, oldest first.
public enum Migrations {
  public static let all: [(name: String, sql: [UInt8])] = []
}
