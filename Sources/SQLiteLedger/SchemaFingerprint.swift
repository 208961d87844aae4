import Core
import EventLog
import Migrations

/// What a database holds besides rows: its tables, indexes, triggers and views, as they were declared.
///
/// The fingerprint is the SHA-256 over type, name, table and declaration of each, in the order of their
/// names, each string with its length before it. SQLite's own objects are left out.
struct SchemaFingerprint {
  let digest: Digest
  /// Each object's type, name and declaration, for a message.
  let objects: [(type: String, name: String, sql: String)]

  var isEmpty: Bool { objects.isEmpty }

  init(of connection: Connection) throws(StoreError) {
    let statement = try connection.prepare(
      """
      SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema
      WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name
      """)
    var hasher = SHA256()
    var objects: [(type: String, name: String, sql: String)] = []
    while try statement.step() {
      for column in Int32(0)..<4 {
        let text = statement.rawText(column)
        withUnsafeBytes(of: Int64(text.count).bigEndian) { hasher.update($0) }
        hasher.update(text)
      }
      objects.append((statement.text(0), statement.text(1), statement.text(3)))
    }
    self.objects = objects
    digest = hasher.finish()
  }

  /// Describes the first object that no migration declares, or says that something is missing or altered.
  func difference(from migrations: some Collection<Migration>) -> String {
    let declared = migrations.map { String(decoding: $0.sql, as: UTF8.self) }.joined()
    if let stranger = objects.first(where: { !declared.contains($0.sql) }) {
      return "unexpected \(stranger.type) \"\(stranger.name)\""
    }
    return "its schema is not that of version \(migrations.count)"
  }
}
