#define _GNU_SOURCE
#include "CFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>

#if defined(__linux__)
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static int rename_with(int folder, const char *from, const char *to, unsigned flags) {
  return syscall(SYS_renameat2, folder, from, folder, to, flags) == 0 ? 0 : errno;
}

int cfiles_rename_without_replacing(int folder, const char *from, const char *to) {
  return rename_with(folder, from, to, RENAME_NOREPLACE);
}

int cfiles_exchange(int folder, const char *one, const char *other) {
  return rename_with(folder, one, other, RENAME_EXCHANGE);
}

int cfiles_clone(int source, int destination) {
  return ioctl(destination, FICLONE, source) == 0 ? 0 : errno;
}

static int type_of(const char *path, int64_t *type) {
  struct statfs facts;
  if (statfs(path, &facts) != 0) return errno;
  *type = (int64_t)(uint32_t)facts.f_type;
  return 0;
}
#else
int cfiles_rename_without_replacing(int folder, const char *from, const char *to) {
  return renameatx_np(folder, from, folder, to, RENAME_EXCL) == 0 ? 0 : errno;
}

int cfiles_exchange(int folder, const char *one, const char *other) {
  return renameatx_np(folder, one, folder, other, RENAME_SWAP) == 0 ? 0 : errno;
}

int cfiles_clone(int source, int destination) {
  (void)source;
  (void)destination;
  return ENOTSUP;
}

static int type_of(const char *path, int64_t *type) {
  (void)path;
  *type = 0;
  return 0;
}
#endif

int cfiles_file_system(const char *path, int64_t *type, int64_t *free_bytes) {
  struct statvfs facts;
  if (statvfs(path, &facts) != 0) return errno;
  *free_bytes = (int64_t)facts.f_bavail * (int64_t)facts.f_frsize;
  return type_of(path, type);
}
