#include "CPassVFS.h"

#include <string.h>

static sqlite3_file *real(sqlite3_file *file) { return pass_real(file); }

static int x_close(sqlite3_file *file) {
  int code = real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
  sqlite3_free(real(file));
  return code;
}
static int x_read(sqlite3_file *f, void *b, int n, sqlite3_int64 o) { return real(f)->pMethods->xRead(real(f), b, n, o); }
static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  return real(f)->pMethods->xWrite(real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) { return real(f)->pMethods->xTruncate(real(f), n); }
static int x_sync(sqlite3_file *f, int flags) { return real(f)->pMethods->xSync(real(f), flags); }
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

// Version 2: the database itself is not mapped into memory.
static const sqlite3_io_methods methods = {
  2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector,
  x_traits, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, 0, 0,
};

void pass_vfs_fill(PassVFS *vfs, sqlite3_vfs *real, const char *name, int file_bytes) {
  vfs->real = real;
  vfs->methods = methods;
  vfs->base = *real;
  vfs->base.zName = strdup(name);
  vfs->base.szOsFile = file_bytes;
  vfs->base.pNext = 0;
}

int pass_open(PassVFS *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
  PassFile *ours = (PassFile *)file;
  ours->vfs = vfs;
  ours->real = sqlite3_malloc(vfs->real->szOsFile);
  if (!ours->real) return SQLITE_NOMEM;
  memset(ours->real, 0, vfs->real->szOsFile);
  int code = vfs->real->xOpen(vfs->real, name, ours->real, flags, out);
  if (code != SQLITE_OK && !ours->real->pMethods) {
    sqlite3_free(ours->real);
    return code;
  }
  ours->base.pMethods = &vfs->methods;
  return code;
}

int pass_kind(int flags) {
  return flags & SQLITE_OPEN_MAIN_DB   ? PASS_DATABASE
    : flags & SQLITE_OPEN_WAL          ? PASS_LOG
    : flags & SQLITE_OPEN_MAIN_JOURNAL ? PASS_JOURNAL
                                       : 0;
}
