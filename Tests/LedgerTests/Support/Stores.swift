import Core
import Ledger
import Testing

/// The implementations that must behave the same.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
  case memory, sqlite
  var testDescription: String { rawValue }

  /// Runs a body with a fresh, empty store, and ends the store.
  func withStore<Value>(_ body: (any EventStore) async throws -> Value) async throws -> Value {
    let folder = TemporaryFolder()
    let store: any EventStore =
      switch self {
      case .memory: MemoryEventStore()
      case .sqlite: try SQLiteEventStore.fresh(in: folder)
      }
    do {
      let value = try await body(store)
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }
}

extension SQLiteEventStore {
  static func fresh(
    in folder: TemporaryFolder, options: Options = Options()
  ) throws(StoreError) -> SQLiteEventStore {
    try SQLiteEventStore(
      LedgerFolder(folder.path + "/.ledger"), mode: .readWrite(create: true), nowMs: 1_700_000_000_000,
      options: options)
  }
}

extension NewEvent {
  static func sample(
    _ type: String = "stage.started", timeMs: Int64 = 1_000, run: String = "run-1", asset: String? = nil,
    stage: String? = nil, attempt: Int64? = nil, payload: String = "{}", key: Digest? = nil
  ) -> NewEvent {
    NewEvent(
      timeMs: timeMs, run: run, type: type, asset: asset, stage: stage, attempt: attempt,
      payload: Array(payload.utf8), key: key)
  }
}

extension AppendRequest {
  init(_ batch: String, _ expecting: Int64, _ events: NewEvent..., state: String = "open") {
    self.init(batch: batch, expecting: expecting, events: events, state: state)
  }
}

extension Moment {
  static func boot(_ boot: String = "boot-1", ms: Int64, wallMs: Int64? = nil) -> Moment {
    Moment(wallMs: wallMs ?? 1_700_000_000_000 + ms, bootMs: ms, boot: boot)
  }
}

/// Returns what a body throws, or nil if it doesn't.
func failure(of body: () async throws -> Void) async -> StoreError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? StoreError
  }
}
