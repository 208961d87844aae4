import CSQLite

/// Which SQLite is in use.
package enum SQLiteVersion {
  /// Such as `3.40.1`.
  package static var text: String { String(cString: sqlite3_libversion()) }

  /// Whether a version can lose committed pages when two connections write or checkpoint at the same moment
  /// (sqlite.org/wal.html, "the WAL-reset bug"): all before 3.51.3, except on the branches that were fixed.
  package static func hasWALResetBug(_ version: String) -> Bool {
    let numbers = version.split(separator: ".").map { Int($0) ?? 0 } + [0, 0, 0]
    let found = Array(numbers.prefix(3))
    if found[0] == 3, found[1] == 50 { return found[2] < 7 }
    if found[0] == 3, found[1] == 44 { return found[2] < 6 }
    return found.lexicographicallyPrecedes([3, 51, 3])
  }
}
