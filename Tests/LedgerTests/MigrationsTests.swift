import Testing

@testable import Ledger
@testable import Migrations

@Suite("Migrations") struct MigrationsTests {
  static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/migrations/sql"

  @Test("The list of migrations is the folder's, in order and byte for byte")
  func listMatchesFolder() {
    let names = TemporaryFolder.names(in: Self.folder)
    #expect(Migrations.all.map { $0.name + ".sql" } == names)
    for (index, migration) in Migrations.all.enumerated() {
      #expect(migration.sql == TemporaryFolder.bytes(of: "\(Self.folder)/\(migration.name).sql"))
      let digits = String(index + 1)
      let number = String(repeating: "0", count: 4 - digits.count) + digits
      #expect(migration.name.hasPrefix(number + "_"))
    }
  }

  @Test("The schema each migration says it leaves is the one it leaves")
  func schemaMatches() throws {
    for count in 1...Migrations.all.count {
      let folder = TemporaryFolder()
      let ledger = LedgerFolder(folder.path)
      TemporaryFolder.write([], to: ledger.database)
      let connection = try Connection(ledger, access: .write)
      for migration in Migrations.all.prefix(count) {
        try connection.execute(String(decoding: migration.sql, as: UTF8.self))
      }
      #expect(try SchemaFingerprint(of: connection).digest.hex == Migrations.all[count - 1].schema)
    }
  }
}
