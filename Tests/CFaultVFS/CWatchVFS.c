#include "CWatchVFS.h"

#include <CPassVFS.h>
#include <stdlib.h>
#include <string.h>

struct WatchVFS {
  PassVFS pass;
  watch_vfs_look look;
  void *context;
};

typedef struct {
  PassFile pass;
  int is_database;
} WatchFile;

static void look(sqlite3_file *file, int moment) {
  WatchVFS *vfs = (WatchVFS *)((PassFile *)file)->vfs;
  if (vfs->look) vfs->look(vfs->context, moment);
}

static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  look(f, WATCH_WRITE);
  return pass_real(f)->pMethods->xWrite(pass_real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) {
  look(f, WATCH_WRITE);
  return pass_real(f)->pMethods->xTruncate(pass_real(f), n);
}
static int x_sync(sqlite3_file *f, int flags) {
  look(f, WATCH_WRITE);
  return pass_real(f)->pMethods->xSync(pass_real(f), flags);
}
// Of SQLite's own locks in its shared memory the second is the checkpoint's; with the third it is taken by whoever reads a
// log from its start that no process had open.
static int x_shm_lock(sqlite3_file *f, int first, int count, int flags) {
  int takes = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
  if ((flags & takes) == takes && count == 1 && first == 1) look(f, WATCH_CHECKPOINT_LOCK);
  return pass_real(f)->pMethods->xShmLock(pass_real(f), first, count, flags);
}
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

static int x_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out) {
  WatchFile *ours = (WatchFile *)file;
  memset(ours, 0, sizeof *ours);
  ours->is_database = pass_kind(flags) == PASS_DATABASE;
  return pass_open((PassVFS *)base, name, file, flags, out);
}

WatchVFS *watch_vfs_make(const char *name, watch_vfs_look look, void *context) {
  WatchVFS *vfs = calloc(1, sizeof *vfs);
  if (!vfs) abort();
  pass_vfs_fill(&vfs->pass, sqlite3_vfs_find(0), name, sizeof(WatchFile));
  vfs->pass.base.xOpen = x_open;
  sqlite3_io_methods *methods = &vfs->pass.methods;
  // Version 3 has SQLite call xUnfetch.
  methods->iVersion = 3;
  methods->xWrite = x_write;
  methods->xTruncate = x_truncate;
  methods->xSync = x_sync;
  methods->xShmLock = x_shm_lock;
  methods->xFetch = x_fetch;
  methods->xUnfetch = x_unfetch;
  vfs->look = look;
  vfs->context = context;
  sqlite3_vfs_register(&vfs->pass.base, 0);
  return vfs;
}
