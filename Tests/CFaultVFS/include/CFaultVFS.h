#ifndef CFAULTVFS_H
#define CFAULTVFS_H

#include "CWatchVFS.h"

// A SQLite file system for tests: the usual one, with faults on demand. Each has its own name and its own faults.
typedef struct FaultVFS FaultVFS;

enum {
  FAULT_WRITE = 1,
  FAULT_SYNC = 2,
  FAULT_TRUNCATE = 4,
};

enum {
  FAULT_IN_DATABASE = 1,
  FAULT_IN_LOG = 2,
  FAULT_IN_JOURNAL = 4,
};

// Registers a file system under a name that nobody else uses.
FaultVFS *fault_vfs_make(const char *name);
void fault_vfs_free(FaultVFS *vfs);

// Lets the operations of `operations` on files of `files` fail with `code` from the `countdown`th (from 1) on, `times`
// times; 0 times ends all faults.
void fault_vfs_set(FaultVFS *vfs, int operations, int files, int code, int countdown, int times);

// Operations of these kinds on these files so far, failed ones included.
int fault_vfs_count(FaultVFS *vfs, int operations, int files);

#endif
