#include "CFaultVFS.h"

#include <CPassVFS.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct FaultVFS {
  PassVFS pass;
  atomic_int operations, files, code, countdown, times;
  atomic_int counts[3][3];
};

typedef struct {
  PassFile pass;
  int kind;
} FaultFile;

_Static_assert(
  FAULT_IN_DATABASE == PASS_DATABASE && FAULT_IN_LOG == PASS_LOG && FAULT_IN_JOURNAL == PASS_JOURNAL, "kinds of files");

static int position(int bit) { return bit == 1 ? 0 : bit == 2 ? 1 : 2; }

// Counts an operation; returns the code it fails with, or SQLITE_OK.
static int fault(sqlite3_file *file, int operation) {
  FaultFile *ours = (FaultFile *)file;
  FaultVFS *vfs = (FaultVFS *)ours->pass.vfs;
  if (ours->kind == 0) return SQLITE_OK;
  atomic_fetch_add(&vfs->counts[position(operation)][position(ours->kind)], 1);
  if (!(atomic_load(&vfs->operations) & operation) || !(atomic_load(&vfs->files) & ours->kind)) return SQLITE_OK;
  if (atomic_fetch_sub(&vfs->countdown, 1) > 1) return SQLITE_OK;
  return atomic_fetch_sub(&vfs->times, 1) > 0 ? atomic_load(&vfs->code) : SQLITE_OK;
}

static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  int code = fault(f, FAULT_WRITE);
  return code ? code : pass_real(f)->pMethods->xWrite(pass_real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) {
  int code = fault(f, FAULT_TRUNCATE);
  return code ? code : pass_real(f)->pMethods->xTruncate(pass_real(f), n);
}
static int x_sync(sqlite3_file *f, int flags) {
  int code = fault(f, FAULT_SYNC);
  return code ? code : pass_real(f)->pMethods->xSync(pass_real(f), flags);
}

static int x_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out) {
  FaultFile *ours = (FaultFile *)file;
  memset(ours, 0, sizeof *ours);
  ours->kind = pass_kind(flags);
  return pass_open((PassVFS *)base, name, file, flags, out);
}

FaultVFS *fault_vfs_make(const char *name) {
  FaultVFS *vfs = calloc(1, sizeof *vfs);
  if (!vfs) abort();
  pass_vfs_fill(&vfs->pass, sqlite3_vfs_find(0), name, sizeof(FaultFile));
  vfs->pass.base.xOpen = x_open;
  vfs->pass.methods.xWrite = x_write;
  vfs->pass.methods.xTruncate = x_truncate;
  vfs->pass.methods.xSync = x_sync;
  sqlite3_vfs_register(&vfs->pass.base, 0);
  return vfs;
}

void fault_vfs_free(FaultVFS *vfs) {
  sqlite3_vfs_unregister(&vfs->pass.base);
  free((void *)vfs->pass.base.zName);
  free(vfs);
}

void fault_vfs_set(FaultVFS *vfs, int operations, int files, int code, int countdown, int times) {
  atomic_store(&vfs->operations, 0);
  atomic_store(&vfs->files, files);
  atomic_store(&vfs->code, code);
  atomic_store(&vfs->countdown, countdown);
  atomic_store(&vfs->times, times);
  atomic_store(&vfs->operations, times > 0 ? operations : 0);
}

int fault_vfs_count(FaultVFS *vfs, int operations, int files) {
  int sum = 0;
  for (int operation = 1; operation <= 4; operation *= 2)
    for (int file = 1; file <= 4; file *= 2)
      if (operations & operation && files & file) sum += atomic_load(&vfs->counts[position(operation)][position(file)]);
  return sum;
}
