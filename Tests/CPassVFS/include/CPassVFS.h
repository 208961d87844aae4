#ifndef CPASSVFS_H
#define CPASSVFS_H

#include <sqlite3.h>

// What the SQLite file systems of the tests begin with: every call goes to a usual file system. One that wants more
// puts a PassVFS and a PassFile first in its own structures and replaces some of the methods.
typedef struct {
  sqlite3_vfs base;
  sqlite3_vfs *real;
  // Of this file system's files; at first all hand on.
  sqlite3_io_methods methods;
} PassVFS;

typedef struct {
  sqlite3_file base;
  PassVFS *vfs;
  sqlite3_file *real;
} PassFile;

static inline sqlite3_file *pass_real(sqlite3_file *file) { return ((PassFile *)file)->real; }

// Fills in a file system over `real` under a name of its own, with files of `file_bytes`. The caller registers it.
void pass_vfs_fill(PassVFS *vfs, sqlite3_vfs *real, const char *name, int file_bytes);

// Opens a file of it in memory that has been set to zero.
int pass_open(PassVFS *vfs, const char *name, sqlite3_file *file, int flags, int *out);

// What is opened: the database, its log, its journal, or 0 for anything else.
enum { PASS_DATABASE = 1, PASS_LOG = 2, PASS_JOURNAL = 4 };
int pass_kind(int flags);

#endif
