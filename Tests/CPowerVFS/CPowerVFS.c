// The SQLite side: every call goes to the usual file system, and into the book if it changes something.
#define _GNU_SOURCE
#include "CPowerVFS.h"

#include <CPassVFS.h>
#include <stdlib.h>
#include <string.h>

#include "Book.h"

struct PowerVFS {
  PassVFS pass;
  Book *book;
};

typedef struct {
  PassFile pass;
  Book *book;
  Inode *inode;
} PowerFile;

_Static_assert(
  POWER_DATABASE == PASS_DATABASE && POWER_LOG == PASS_LOG && POWER_JOURNAL == PASS_JOURNAL, "kinds of files");

static int x_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 o) {
  PowerFile *ours = (PowerFile *)f;
  if (!book_write(ours->book, ours->inode, b, n, o)) return SQLITE_IOERR_WRITE;
  return pass_real(f)->pMethods->xWrite(pass_real(f), b, n, o);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) {
  PowerFile *ours = (PowerFile *)f;
  if (!book_truncate(ours->book, ours->inode, n)) return SQLITE_IOERR_TRUNCATE;
  return pass_real(f)->pMethods->xTruncate(pass_real(f), n);
}
static int x_sync(sqlite3_file *f, int flags) {
  PowerFile *ours = (PowerFile *)f;
  if (!book_begin_sync(ours->book)) return SQLITE_IOERR_FSYNC;
  // The book learns of it in fsync and fdatasync, if SQLite really calls them.
  return pass_real(f)->pMethods->xSync(pass_real(f), flags);
}

static int x_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out) {
  PowerVFS *vfs = (PowerVFS *)base;
  PowerFile *ours = (PowerFile *)file;
  memset(ours, 0, sizeof *ours);
  ours->book = vfs->book;
  int kind = pass_kind(flags);
  if (kind && !book_may_open(vfs->book, name, flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
  int code = pass_open(&vfs->pass, name, file, flags, out);
  if (code == SQLITE_OK && kind) ours->inode = book_opened(vfs->book, name, kind);
  return code;
}

static int x_delete(sqlite3_vfs *base, const char *name, int sync_folder) {
  PowerVFS *vfs = (PowerVFS *)base;
  if (!book_delete(vfs->book, name)) return SQLITE_IOERR_DELETE;
  return vfs->pass.real->xDelete(vfs->pass.real, name, sync_folder);
}

PowerVFS *power_vfs_make(const char *name) {
  PowerVFS *vfs = calloc(1, sizeof *vfs);
  if (!vfs) abort();
  pass_vfs_fill(&vfs->pass, sqlite3_vfs_find("unix"), name, sizeof(PowerFile));
  vfs->pass.base.xOpen = x_open;
  vfs->pass.base.xDelete = x_delete;
  // Nothing is mapped into memory but the readers' marks, which no power cut needs to keep.
  vfs->pass.methods.xWrite = x_write;
  vfs->pass.methods.xTruncate = x_truncate;
  vfs->pass.methods.xSync = x_sync;
  vfs->book = book_make();
  sqlite3_vfs_register(&vfs->pass.base, 0);
  return vfs;
}

int power_vfs_operations(PowerVFS *vfs) { return book_operations(vfs->book); }
void power_vfs_end_at(PowerVFS *vfs, int countdown) { book_end_at(vfs->book, countdown); }
int power_vfs_has_ended(PowerVFS *vfs) { return book_has_ended(vfs->book); }
void power_vfs_lie(PowerVFS *vfs, int files) { book_lie(vfs->book, files); }
int power_vfs_cut(PowerVFS *vfs, const char *folder, uint64_t seed) { return book_cut(vfs->book, folder, seed); }
void power_vfs_forget(PowerVFS *vfs) { book_forget(vfs->book); }
