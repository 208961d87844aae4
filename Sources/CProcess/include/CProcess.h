#ifndef CPROCESS_H
#define CPROCESS_H

#include <sys/types.h>

/// What a child is started with. Nothing is copied: it must hold until `cprocess_spawn` returns.
struct cprocess_spec {
  const char *path;        ///< the program, absolute; no search takes part
  char *const *arguments;  ///< ends with NULL
  char *const *environment; ///< ends with NULL; the whole of it
  const char *directory;
  int standard_input;
  int standard_output;
  int standard_error;
  int survives_parent;     ///< 1: is not killed when this process dies
  pid_t group;             ///< the process group to join; 0 for one of its own
};

/// Starts a child, in a process group of its own if it is to join none; on Linux the child is killed when this process dies, unless
/// it survives. Returns 0, or the errno of what failed, in the child too; `*in_directory` is then 1 if it was
/// the change of directory.
int cprocess_spawn(const struct cprocess_spec *spec, pid_t *child, int *in_directory);

/// A descriptor that polls as readable once the child has ended, or -1 where the system has none.
int cprocess_exit_descriptor(pid_t child);

/// Tells whether the child has ended, and leaves it unreaped so that its number can't be taken by another.
int cprocess_has_ended(pid_t child);

/// Waits until the child has ended and reaps it. One of code and signal is set, the other is -1.
void cprocess_reap(pid_t child, int *code, int *signal);

/// Makes a pipe whose ends are close-on-exec. Returns 0 or -1 with errno.
int cprocess_pipe(int ends[2]);

/// Makes reads and writes of a descriptor return rather than wait. Returns 0 or -1 with errno.
int cprocess_set_nonblocking(int descriptor);

/// Writes as `write` does, but a pipe without a reader is EPIPE and never SIGPIPE.
ssize_t cprocess_write(int descriptor, const void *bytes, size_t count);

/// Keeps the environment and the memory of this process from other processes of the user, and out of core dumps (on
/// Linux). To be called before other threads read the environment.
void cprocess_hide_memory(void);

#endif
