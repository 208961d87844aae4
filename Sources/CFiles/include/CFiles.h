#ifndef CFILES_H
#define CFILES_H

#include <stdint.h>

/* System calls that Swift's C library modules don't show. Each returns 0 or an errno value. */

/* Renames within one folder; EEXIST where the new name is taken. */
int cfiles_rename_without_replacing(int folder, const char *from, const char *to);

/* Swaps what two names of one folder stand for, in one step. */
int cfiles_exchange(int folder, const char *one, const char *other);

/* Makes an open, empty file share the blocks of another, where the file system can. */
int cfiles_clone(int source, int destination);

/* Reports the file system's type number (Linux), and free bytes for an ordinary user. */
int cfiles_file_system(const char *path, int64_t *type, int64_t *free_bytes);

#endif
