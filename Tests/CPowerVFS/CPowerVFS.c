// The SQLite side: every call goes to the usual file system, and into the book if it changes something.
#define _GNU_SOURCE
#include "CPowerVFS.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "Book.h"

struct PowerVFS {
  sqlite3_vfs base;
  sqlite3_vfs *real;
  Book *book;
};

typedef struct {
  sqlite3_file base;
  Book *book;
  Inode *inode;
  sqlite3_file *real;
} PowerFile;

static sqlite3_file *real(sqlite3_file *file) { return ((PowerFile *)file)->real; }

static int x_close(sqlite3_file *f) {
  int code = real(f)->pMethods ? real(f)->pMethods->xClose(real(f)) : SQLITE_OK;
  sqlite3_free(real(f));
  return code;
}
static int x_read(sqlite3_file *f, void *b, int n, sqlite3_int64 o) { return real(f)->pMethods->xRead(real(f), b, n, o); }
static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  PowerFile *ours = (PowerFile *)f;
  if (!book_write(ours->book, ours->inode, b, n, o)) return SQLITE_IOERR_WRITE;
  return real(f)->pMethods->xWrite(real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) {
  PowerFile *ours = (PowerFile *)f;
  if (!book_truncate(ours->book, ours->inode, n)) return SQLITE_IOERR_TRUNCATE;
  return real(f)->pMethods->xTruncate(real(f), n);
}
static int x_sync(sqlite3_file *f, int flags) {
  PowerFile *ours = (PowerFile *)f;
  if (!book_begin_sync(ours->book)) return SQLITE_IOERR_FSYNC;
  // The book learns of it in fsync and fdatasync, if SQLite really calls them.
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
static int x_shm_lock(sqlite3_file *f, int o, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), o, n, flags); }
static void x_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int x_shm_unmap(sqlite3_file *f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

// Version 2: nothing is mapped into memory but the readers' marks, which no power cut needs to keep.
static const sqlite3_io_methods methods = {
  2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector,
  x_traits, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, 0, 0,
};

static int x_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out) {
  PowerVFS *vfs = (PowerVFS *)base;
  PowerFile *ours = (PowerFile *)file;
  memset(ours, 0, sizeof *ours);
  ours->book = vfs->book;
  int kind = flags & SQLITE_OPEN_MAIN_DB ? POWER_DATABASE
    : flags & SQLITE_OPEN_WAL            ? POWER_LOG
    : flags & SQLITE_OPEN_MAIN_JOURNAL   ? POWER_JOURNAL
                                         : 0;
  if (kind && !book_may_open(vfs->book, name, flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
  ours->real = sqlite3_malloc(vfs->real->szOsFile);
  if (!ours->real) return SQLITE_NOMEM;
  memset(ours->real, 0, vfs->real->szOsFile);
  int code = vfs->real->xOpen(vfs->real, name, ours->real, flags, out);
  if (code != SQLITE_OK && !ours->real->pMethods) {
    sqlite3_free(ours->real);
    return code;
  }
  if (code == SQLITE_OK && kind) ours->inode = book_opened(vfs->book, name, kind);
  ours->base.pMethods = &methods;
  return code;
}

static int x_delete(sqlite3_vfs *base, const char *name, int sync_folder) {
  PowerVFS *vfs = (PowerVFS *)base;
  if (!book_delete(vfs->book, name)) return SQLITE_IOERR_DELETE;
  return vfs->real->xDelete(vfs->real, name, sync_folder);
}

PowerVFS *power_vfs_make(const char *name) {
  PowerVFS *vfs = calloc(1, sizeof *vfs);
  if (!vfs) abort();
  vfs->real = sqlite3_vfs_find("unix");
  vfs->base = *vfs->real;
  vfs->base.zName = strdup(name);
  vfs->base.szOsFile = sizeof(PowerFile);
  vfs->base.xOpen = x_open;
  vfs->base.xDelete = x_delete;
  vfs->base.pNext = 0;
  vfs->book = book_make();
  sqlite3_vfs_register(&vfs->base, 0);
  return vfs;
}

int power_vfs_operations(PowerVFS *vfs) { return book_operations(vfs->book); }
void power_vfs_end_at(PowerVFS *vfs, int countdown) { book_end_at(vfs->book, countdown); }
int power_vfs_has_ended(PowerVFS *vfs) { return book_has_ended(vfs->book); }
void power_vfs_lie(PowerVFS *vfs, int files) { book_lie(vfs->book, files); }
int power_vfs_cut(PowerVFS *vfs, const char *folder, uint64_t seed) { return book_cut(vfs->book, folder, seed); }
void power_vfs_forget(PowerVFS *vfs) { book_forget(vfs->book); }
