#ifndef CPOWERVFS_H
#define CPOWERVFS_H

#include <stdint.h>

// A SQLite file system for tests: the usual one, and beside it a book of what a disk would have kept.
//
// What is written is on disk once its file was synced, and a name once its folder was. Until then a power cut keeps,
// drops or garbles it. Syncs are those that really reach the system: this target has `fsync` and `fdatasync` of its
// own, which the whole process calls, SQLite's library included, and which then do what they always do.
typedef struct PowerVFS PowerVFS;

enum {
  POWER_DATABASE = 1,
  POWER_LOG = 2,
  POWER_JOURNAL = 4,
  POWER_FOLDER = 8,
};

// Registers a file system under a name that nobody else uses; it lives until the process ends.
PowerVFS *power_vfs_make(const char *name);

// Operations so far that wrote, cut, synced, made or removed a file.
int power_vfs_operations(PowerVFS *vfs);

// Ends everything before the `countdown`th operation from now on (from 1): whatever comes then fails and changes
// nothing. 0 lets everything continue.
void power_vfs_end_at(PowerVFS *vfs, int countdown);

// Whether the end has come.
int power_vfs_has_ended(PowerVFS *vfs);

// From now on the disk lies: syncs of such files are acknowledged and not done.
void power_vfs_lie(PowerVFS *vfs, int files);

// Writes into an empty folder what a power cut now may leave, chosen by the seed; returns how many operations
// were not on disk, or -1 where writing failed. Can be asked again with another seed.
int power_vfs_cut(PowerVFS *vfs, const char *folder, uint64_t seed);

// Forgets all files and continues.
void power_vfs_forget(PowerVFS *vfs);

#endif
