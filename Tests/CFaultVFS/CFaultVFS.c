#include "CFaultVFS.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct FaultVFS {
  sqlite3_vfs base;
  sqlite3_vfs *real;
  atomic_int operations, files, code, countdown, times;
  atomic_int counts[3][3];
};

typedef struct {
  sqlite3_file base;
  FaultVFS *vfs;
  int kind;
  sqlite3_file *real;
} FaultFile;

static sqlite3_file *real(sqlite3_file *file) { return ((FaultFile *)file)->real; }

static int position(int bit) { return bit == 1 ? 0 : bit == 2 ? 1 : 2; }

// Counts an operation; returns the code it fails with, or SQLITE_OK.
static int fault(sqlite3_file *file, int operation) {
  FaultFile *ours = (FaultFile *)file;
  FaultVFS *vfs = ours->vfs;
  if (ours->kind == 0) return SQLITE_OK;
  atomic_fetch_add(&vfs->counts[position(operation)][position(ours->kind)], 1);
  if (!(atomic_load(&vfs->operations) & operation) || !(atomic_load(&vfs->files) & ours->kind)) return SQLITE_OK;
  if (atomic_fetch_sub(&vfs->countdown, 1) > 1) return SQLITE_OK;
  return atomic_fetch_sub(&vfs->times, 1) > 0 ? atomic_load(&vfs->code) : SQLITE_OK;
}

static int x_close(sqlite3_file *file) {
  int code = real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
  sqlite3_free(real(file));
  return code;
}
static int x_read(sqlite3_file *f, void *b, int n, sqlite3_int64 o) { return real(f)->pMethods->xRead(real(f), b, n, o); }
static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  int code = fault(f, FAULT_WRITE);
  return code ? code : real(f)->pMethods->xWrite(real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) {
  int code = fault(f, FAULT_TRUNCATE);
  return code ? code : real(f)->pMethods->xTruncate(real(f), n);
}
static int x_sync(sqlite3_file *f, int flags) {
  int code = fault(f, FAULT_SYNC);
  return code ? code : real(f)->pMethods->xSync(real(f), flags);
}
static int x_size(sqlite3_file *f, sqlite3_int64 *n) { return real(f)->pMethods->xFileSize(real(f), n); }
static int x_lock(sqlite3_file *f, int level) { return real(f)->pMethods->xLock(real(f), level); }
static int x_unlock(sqlite3_file *f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
static int x_reserved(sqlite3_file *f, int *out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
static int x_control(sqlite3_file *f, int op, void *arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
static int x_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static int x_traits(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
static int x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
static int x_shm_lock(sqlite3_file *f, int o, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), o, n, flags); }
static void x_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int x_shm_unmap(sqlite3_file *f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

static const sqlite3_io_methods methods = {
  2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector,
  x_traits, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, 0, 0,
};

static int x_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out) {
  FaultVFS *vfs = (FaultVFS *)base;
  FaultFile *ours = (FaultFile *)file;
  memset(ours, 0, sizeof *ours);
  ours->vfs = vfs;
  ours->kind = flags & SQLITE_OPEN_MAIN_DB ? FAULT_IN_DATABASE
    : flags & SQLITE_OPEN_WAL              ? FAULT_IN_LOG
    : flags & SQLITE_OPEN_MAIN_JOURNAL     ? FAULT_IN_JOURNAL
                                           : 0;
  ours->real = sqlite3_malloc(vfs->real->szOsFile);
  if (!ours->real) return SQLITE_NOMEM;
  memset(ours->real, 0, vfs->real->szOsFile);
  int code = vfs->real->xOpen(vfs->real, name, ours->real, flags, out);
  if (code != SQLITE_OK && !ours->real->pMethods) {
    sqlite3_free(ours->real);
    return code;
  }
  ours->base.pMethods = &methods;
  return code;
}

FaultVFS *fault_vfs_make(const char *name) {
  FaultVFS *vfs = calloc(1, sizeof *vfs);
  if (!vfs) abort();
  vfs->real = sqlite3_vfs_find(0);
  vfs->base = *vfs->real;
  vfs->base.zName = strdup(name);
  vfs->base.szOsFile = sizeof(FaultFile);
  vfs->base.xOpen = x_open;
  vfs->base.pNext = 0;
  sqlite3_vfs_register(&vfs->base, 0);
  return vfs;
}

void fault_vfs_free(FaultVFS *vfs) {
  sqlite3_vfs_unregister(&vfs->base);
  free((void *)vfs->base.zName);
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
