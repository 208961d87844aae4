import Ledger

/// Counts the events of a ledger by type, without writing anything: ReadLedger FOLDER
@main struct ReadLedger {
  static func main() async throws {
    let folder = LedgerFolder(CommandLine.arguments[1] + "/.ledger")
    let store = try SQLiteEventStore(folder, mode: .readOnly, nowMs: 0)
    let events = try await store.events(matching: EventQuery())
    for (type, group) in Dictionary(grouping: events, by: \.type).sorted(by: { $0.key < $1.key }) {
      print(group.count, type)
    }
    await store.close()
  }
}
