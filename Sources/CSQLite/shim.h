#ifndef LEDGER_CSQLITE_SHIM_H
#define LEDGER_CSQLITE_SHIM_H
#include <sqlite3.h>

// sqlite3_db_config is variadic, which Swift cannot call.
static inline int ledger_sqlite_configure(sqlite3 *database, int option, int value) {
  int now = -1;
  int code = sqlite3_db_config(database, option, value, &now);
  return code != SQLITE_OK ? code : (now == value ? SQLITE_OK : SQLITE_ERROR);
}

#ifdef __linux__
#include <sys/vfs.h>

// Glibc's Swift module leaves statfs out. Returns the file system's magic number, or 0.
static inline unsigned int ledger_file_system_kind(const char *path) {
  struct statfs system;
  return statfs(path, &system) == 0 ? (unsigned int)system.f_type : 0;
}
#endif
#endif
