import CSQLite
import Core
import EventLog

/// A prepared statement, kept for as long as its connection and run again and again.
///
/// Parameters count from 1, columns from 0, as in SQLite. Strings and bytes are copied when bound.
final class Statement {
  private let handle: OpaquePointer
  private let connection: Connection
  private var bindFailure = SQLITE_OK

  init(_ sql: String, on connection: Connection) throws(StoreError) {
    var handle: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    guard sqlite3_prepare_v3(connection.handle, sql, -1, flags, &handle, nil) == SQLITE_OK, let handle
    else { throw connection.error(sql) }
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  /// Goes to the next row; false and reset when there is none.
  func step() throws(StoreError) -> Bool {
    guard bindFailure == SQLITE_OK else {
      defer { reset() }
      throw StoreError.failed(
        operation: sql, code: bindFailure, message: String(cString: sqlite3_errstr(bindFailure)))
    }
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      reset()
      return false
    default:
      defer { reset() }
      throw connection.error(sql)
    }
  }

  /// Runs a statement that returns no rows, or whose rows don't matter.
  func run() throws(StoreError) {
    while try step() {}
  }

  /// Ends the statement's read, so that no snapshot stays open; bound values stay.
  func reset() {
    sqlite3_reset(handle)
    bindFailure = SQLITE_OK
  }

  /// The ledger's file, for messages.
  var path: String { connection.path }

  private var sql: String { String(cString: sqlite3_sql(handle)) }

  // MARK: - Parameters

  func bind(_ index: Int32, _ number: Int64) { note(sqlite3_bind_int64(handle, index, number)) }

  func bind(_ index: Int32, _ number: Int64?) {
    if let number { bind(index, number) } else { note(sqlite3_bind_null(handle, index)) }
  }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      let code = bytes.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text64(
          handle, index, $0.baseAddress, UInt64($0.count), Self.copied, UInt8(SQLITE_UTF8))
      }
      // Without an address SQLite would take an empty text for NULL.
      note(bytes.baseAddress == nil ? sqlite3_bind_text(handle, index, "", 0, Self.copied) : code)
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { note(sqlite3_bind_null(handle, index)) }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes {
      note(
        $0.isEmpty
          ? sqlite3_bind_zeroblob(handle, index, 0)
          : sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.copied))
    }
  }

  private func note(_ code: Int32) {
    if code != SQLITE_OK { bindFailure = code }
  }

  /// SQLITE_TRANSIENT, a macro that Swift doesn't import: SQLite makes its own copy.
  private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

  // MARK: - Columns

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  /// A string; bytes that are not UTF-8 are replaced.
  func text(_ column: Int32) -> String { String(decoding: rawText(column), as: UTF8.self) }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func blob(_ column: Int32) -> [UInt8] { Array(rawBlob(column)) }

  /// A string's bytes where SQLite has them: gone with the next step or reset.
  func rawText(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_text(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  /// A string's bytes where SQLite has them, or nil for NULL: gone with the next step or reset.
  func rawOptionalText(_ column: Int32) -> UnsafeRawBufferPointer? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  /// A blob's bytes where SQLite has them: gone with the next step or reset.
  func rawBlob(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  /// A digest, or nil if the column doesn't hold 32 bytes.
  func digest(_ column: Int32) -> Digest? {
    let bytes = rawBlob(column)
    return bytes.count == 32 ? Digest(bytes: bytes) : nil
  }
}
