#include "CWatchVFS.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct WatchVFS {
  sqlite3_vfs base;
  sqlite3_vfs *real;
  watch_vfs_look look;
  void *context;
};

typedef struct {
  sqlite3_file base;
  WatchVFS *vfs;
  int is_database;
  sqlite3_file *real;
} WatchFile;

static sqlite3_file *real(sqlite3_file *file) { return ((WatchFile *)file)->real; }

static void look(sqlite3_file *file, int moment) {
  WatchVFS *vfs = ((WatchFile *)file)->vfs;
  if (vfs->look) vfs->look(vfs->context, moment);
}

static int x_close(sqlite3_file *file) {
  int code = real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
  sqlite3_free(real(file));
  return code;
}
static int x_read(sqlite3_file *f, void *b, int n, sqlite3_int64 o) { return real(f)->pMethods->xRead(real(f), b, n, o); }
static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  look(f, WATCH_WRITE);
  return real(f)->pMethods->xWrite(real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) {
  look(f, WATCH_WRITE);
  return real(f)->pMethods->xTruncate(real(f), n);
}
static int x_sync(sqlite3_file *f, int flags) {
  look(f, WATCH_WRITE);
  return real(f)->pMethods->xSync(real(f), flags);
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
// Of SQLite's own locks in its shared memory the second is the checkpoint's; with the third it is taken by whoever reads a
// log anew that no process had open.
static int x_shm_lock(sqlite3_file *f, int first, int count, int flags) {
  int takes = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
  if ((flags & takes) == takes && count == 1 && first == 1) look(f, WATCH_CHECKPOINT_LOCK);
  return real(f)->pMethods->xShmLock(real(f), first, count, flags);
}
static void x_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int x_shm_unmap(sqlite3_file *f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }
static int x_fetch(sqlite3_file *f, sqlite3_int64 offset, int count, void **out) {
  (void)f, (void)offset, (void)count;
  *out = 0;
  return SQLITE_OK;
}
// Called without a page as soon as a checkpoint has read that others have written since its connection last looked, and
// before it looks how far earlier checkpoints came.
static int x_unfetch(sqlite3_file *f, sqlite3_int64 offset, void *page) {
  (void)offset;
  if (!page && ((WatchFile *)f)->is_database) look(f, WATCH_LOG_READ);
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
  3, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector,
  x_traits, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, x_fetch, x_unfetch,
};

static int x_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out) {
  WatchVFS *vfs = (WatchVFS *)base;
  WatchFile *ours = (WatchFile *)file;
  memset(ours, 0, sizeof *ours);
  ours->vfs = vfs;
  ours->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
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

WatchVFS *watch_vfs_make(const char *name, watch_vfs_look look, void *context) {
  WatchVFS *vfs = calloc(1, sizeof *vfs);
  if (!vfs) abort();
  vfs->real = sqlite3_vfs_find(0);
  vfs->base = *vfs->real;
  vfs->base.zName = strdup(name);
  vfs->base.szOsFile = sizeof(WatchFile);
  vfs->base.xOpen = x_open;
  vfs->base.pNext = 0;
  vfs->look = look;
  vfs->context = context;
  sqlite3_vfs_register(&vfs->base, 0);
  return vfs;
}
