#define _GNU_SOURCE
#include "Book.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPowerVFS.h"

enum { SECTOR = 512 };

// A write, or with no bytes a change of the file's size.
typedef struct Change {
  struct Change *next;
  int64_t offset, count;
  char *bytes;
} Change;

struct Inode {
  Inode *next_made;
  dev_t device;
  ino_t number;
  int kind;
  // What is on disk for sure, and what was done since.
  char *bytes;
  int64_t size;
  Change *first, **last;
};

// A name in a folder: what it leads to on disk, and what it has led to since, one after another (0: nothing).
typedef struct Name {
  struct Name *next;
  char *path;
  Inode **led;
  int count;
} Name;

struct Book {
  Book *next;
  pthread_mutex_t mutex;
  Name *names;
  Inode *inodes;
  int operations, countdown, has_ended, lies;
};

// All books of the process, for the syncs.
static Book *_Atomic books;

Book *book_make(void) {
  Book *book = calloc(1, sizeof *book);
  if (!book) abort();
  pthread_mutex_init(&book->mutex, 0);
  book->next = books;
  while (!atomic_compare_exchange_weak(&books, &book->next, book)) {
  }
  return book;
}

static void lock(Book *book) { pthread_mutex_lock(&book->mutex); }
static void unlock(Book *book) { pthread_mutex_unlock(&book->mutex); }

// Counts an operation; 0 if the end has come.
static int goes_on(Book *book) {
  if (!book->has_ended && book->countdown > 0 && --book->countdown == 0) book->has_ended = 1;
  if (!book->has_ended) book->operations++;
  return !book->has_ended;
}

static void *grown(void *memory, size_t size) {
  memory = realloc(memory, size ? size : 1);
  if (!memory) abort();
  return memory;
}

// Gives a file's bytes another size; what is new is zero.
static void resize(char **bytes, int64_t *size, int64_t new_size) {
  *bytes = grown(*bytes, (size_t)new_size);
  if (new_size > *size) memset(*bytes + *size, 0, (size_t)(new_size - *size));
  *size = new_size;
}

static void put(char **bytes, int64_t *size, int64_t offset, const char *from, int64_t count) {
  if (offset + count > *size) resize(bytes, size, offset + count);
  memcpy(*bytes + offset, from, (size_t)count);
}

static void note(Inode *inode, const void *bytes, int64_t count, int64_t offset) {
  Change *change = calloc(1, sizeof *change);
  if (!change) abort();
  change->offset = offset;
  change->count = count;
  if (bytes) {
    change->bytes = grown(0, (size_t)count);
    memcpy(change->bytes, bytes, (size_t)count);
  }
  *inode->last = change;
  inode->last = &change->next;
}

int book_write(Book *book, Inode *inode, const void *bytes, int count, int64_t offset) {
  lock(book);
  int may = goes_on(book);
  if (may && inode) note(inode, bytes, count, offset);
  unlock(book);
  return may;
}

int book_truncate(Book *book, Inode *inode, int64_t size) {
  lock(book);
  int may = goes_on(book);
  if (may && inode) note(inode, 0, 0, size);
  unlock(book);
  return may;
}

int book_begin_sync(Book *book) {
  lock(book);
  int may = goes_on(book);
  unlock(book);
  return may;
}

static Name *name_of(Book *book, const char *path) {
  for (Name *name = book->names; name; name = name->next)
    if (strcmp(name->path, path) == 0) return name;
  return 0;
}

static void lead(Name *name, Inode *inode) {
  name->led = grown(name->led, sizeof *name->led * (size_t)(name->count + 1));
  name->led[name->count++] = inode;
}

int book_delete(Book *book, const char *path) {
  lock(book);
  int may = goes_on(book);
  Name *name = name_of(book, path);
  if (may && name && name->led[name->count - 1]) lead(name, 0);
  unlock(book);
  return may;
}

int book_may_open(Book *book, const char *path, int makes) {
  struct stat there;
  if (stat(path, &there) == 0) {
    // A file that the book has not met is on disk as it is.
    lock(book);
    int is_known = name_of(book, path) != 0;
    unlock(book);
    if (!is_known) book_opened(book, path, 0);
    return 1;
  }
  if (!makes) return 1;
  lock(book);
  int may = goes_on(book);
  if (may && !name_of(book, path)) {
    Name *name = calloc(1, sizeof *name);
    if (!name) abort();
    name->path = strdup(path);
    name->next = book->names;
    book->names = name;
    lead(name, 0);
  }
  unlock(book);
  return may;
}

static Inode *inode_of(Book *book, const struct stat *there) {
  for (Inode *inode = book->inodes; inode; inode = inode->next_made)
    if (inode->device == there->st_dev && inode->number == there->st_ino) return inode;
  return 0;
}

static void load(Inode *inode, const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat there;
  if (file < 0 || fstat(file, &there) != 0) abort();
  inode->bytes = grown(inode->bytes, (size_t)there.st_size);
  inode->size = pread(file, inode->bytes, (size_t)there.st_size, 0);
  close(file);
}

Inode *book_opened(Book *book, const char *path, int kind) {
  lock(book);
  struct stat there;
  if (stat(path, &there) != 0) abort();
  Name *name = name_of(book, path);
  int is_met_on_disk = !name;
  if (!name) {
    name = calloc(1, sizeof *name);
    if (!name) abort();
    name->path = strdup(path);
    name->next = book->names;
    book->names = name;
  }
  Inode *current = name->count ? name->led[name->count - 1] : 0;
  if (!current) {
    // A number may be used again after its file is gone: one that no name leads to now is forgotten.
    Inode *stale = inode_of(book, &there);
    if (stale) stale->number = 0;
    current = calloc(1, sizeof *current);
    if (!current) abort();
    current->last = &current->first;
    current->device = there.st_dev;
    current->number = there.st_ino;
    current->next_made = book->inodes;
    book->inodes = current;
    if (is_met_on_disk) load(current, path);
    lead(name, current);
  }
  if (kind) current->kind = kind;
  unlock(book);
  return current;
}

static void empty(Inode *inode) {
  while (inode->first) {
    Change *change = inode->first;
    inode->first = change->next;
    free(change->bytes);
    free(change);
  }
  inode->last = &inode->first;
}

// Everything done to the file is on disk from now on.
static void settle(Inode *inode) {
  for (Change *change = inode->first; change; change = change->next) {
    if (change->bytes) put(&inode->bytes, &inode->size, change->offset, change->bytes, change->count);
    else resize(&inode->bytes, &inode->size, change->offset);
  }
  empty(inode);
}

static void settle_folder(Book *book, const char *folder) {
  size_t length = strlen(folder);
  for (Name *name = book->names; name; name = name->next) {
    const char *base = strrchr(name->path, '/');
    if ((size_t)(base - name->path) != length || strncmp(name->path, folder, length) != 0) continue;
    name->led[0] = name->led[name->count - 1];
    name->count = 1;
  }
}

// Tells every book of a sync that has succeeded.
static void synced(int file) {
  if (!books) return;
  struct stat there;
  if (fstat(file, &there) != 0) return;
  char path[PATH_MAX] = "", link[64];
  if (S_ISDIR(there.st_mode)) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, path, sizeof path - 1);
    path[count > 0 ? count : 0] = 0;
  }
  for (Book *book = books; book; book = book->next) {
    lock(book);
    if (!book->has_ended) {
      if (S_ISDIR(there.st_mode)) {
        if (!(book->lies & POWER_FOLDER)) settle_folder(book, path);
      } else {
        Inode *inode = inode_of(book, &there);
        if (inode && !(book->lies & inode->kind)) settle(inode);
      }
    }
    unlock(book);
  }
}

int fsync(int file) {
  int code = (int)syscall(SYS_fsync, file);
  if (code == 0) synced(file);
  return code;
}

int fdatasync(int file) {
  int code = (int)syscall(SYS_fdatasync, file);
  if (code == 0) synced(file);
  return code;
}

int book_operations(Book *book) {
  lock(book);
  int operations = book->operations;
  unlock(book);
  return operations;
}

void book_end_at(Book *book, int countdown) {
  lock(book);
  book->countdown = countdown;
  book->has_ended = 0;
  unlock(book);
}

int book_has_ended(Book *book) {
  lock(book);
  int has_ended = book->has_ended;
  unlock(book);
  return has_ended;
}

void book_lie(Book *book, int files) {
  lock(book);
  book->lies = files;
  unlock(book);
}

void book_forget(Book *book) {
  lock(book);
  while (book->names) {
    Name *name = book->names;
    book->names = name->next;
    free(name->path);
    free(name->led);
    free(name);
  }
  while (book->inodes) {
    Inode *inode = book->inodes;
    book->inodes = inode->next_made;
    empty(inode);
    free(inode->bytes);
    free(inode);
  }
  unlock(book);
}

// MARK: - The cut

static uint64_t random_of(uint64_t *state) {
  uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

static int below(uint64_t *state, int limit) { return (int)(random_of(state) % (uint64_t)limit); }

// Puts a write on disk sector by sector: whole, not at all, as zeros, or as noise.
static void tear(char **bytes, int64_t *size, const Change *change, uint64_t *random) {
  int64_t done = 0;
  while (done < change->count) {
    int64_t piece = SECTOR - (change->offset + done) % SECTOR;
    if (piece > change->count - done) piece = change->count - done;
    char sector[SECTOR];
    memcpy(sector, change->bytes + done, (size_t)piece);
    int fate = below(random, 8);
    if (fate == 1) memset(sector, 0, (size_t)piece);
    if (fate == 2)
      for (int64_t at = 0; at < piece; at++) sector[at] = (char)random_of(random);
    if (fate < 5) put(bytes, size, change->offset + done, sector, piece);
    done += piece;
  }
}

// How a file's writes fare: all lost, all kept, kept up to a point, each by itself, or each by itself and torn.
enum { LOST, KEPT, UP_TO_A_POINT, ANY, TORN, FATES };

static int leave(const Inode *inode, const char *path, uint64_t *random) {
  int64_t size = 0;
  char *bytes = 0;
  resize(&bytes, &size, inode->size);
  if (inode->size) memcpy(bytes, inode->bytes, (size_t)inode->size);
  int changes = 0;
  for (const Change *change = inode->first; change; change = change->next) changes++;
  int fate = below(random, FATES), point = below(random, changes + 1), index = 0;
  for (const Change *change = inode->first; change; change = change->next, index++) {
    int keeps = fate == KEPT || (fate == UP_TO_A_POINT && index < point) || (fate >= ANY && below(random, 2));
    int tears = change->bytes && ((fate == TORN && below(random, 2)) || (fate == UP_TO_A_POINT && index == point));
    if (tears) tear(&bytes, &size, change, random);
    else if (!keeps) continue;
    else if (change->bytes) put(&bytes, &size, change->offset, change->bytes, change->count);
    else resize(&bytes, &size, change->offset);
  }
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int is_written = file >= 0 && pwrite(file, bytes, (size_t)size, 0) == size;
  if (file >= 0) close(file);
  free(bytes);
  return is_written ? changes : -1;
}

int book_cut(Book *book, const char *folder, uint64_t seed) {
  lock(book);
  int unsettled = 0;
  for (Name *name = book->names; name && unsettled >= 0; name = name->next) {
    unsettled += name->count - 1;
    Inode *inode = name->led[below(&seed, name->count)];
    if (!inode) continue;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", folder, strrchr(name->path, '/'));
    int left = leave(inode, path, &seed);
    unsettled = left < 0 ? -1 : unsettled + left;
  }
  unlock(book);
  return unsettled;
}
