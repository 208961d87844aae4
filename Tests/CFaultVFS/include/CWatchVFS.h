#ifndef CWATCHVFS_H
#define CWATCHVFS_H

// A SQLite file system for tests: the usual one, which has someone look at chosen moments.
typedef struct WatchVFS WatchVFS;

enum {
  // A file is about to be written, cut or synced.
  WATCH_WRITE = 1,
  // SQLite's lock for a checkpoint is about to be taken.
  WATCH_CHECKPOINT_LOCK = 2,
  // A checkpoint has read the log's header, which others had changed, and not yet how far earlier checkpoints came.
  WATCH_LOG_READ = 3,
};

typedef void (*watch_vfs_look)(void *context, int moment);

// Registers a file system under a name that nobody else uses; it stays until the process ends.
WatchVFS *watch_vfs_make(const char *name, watch_vfs_look look, void *context);

#endif
