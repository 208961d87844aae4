#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#else
#include <sys/event.h>
#endif

struct failure {
  int number;
  int in_directory;
};

// MARK: - In the child: async-signal-safe calls only, and no write to the parent's memory, which a vfork
// shares.

static void give_up(int report, int number, int in_directory) {
  struct failure failure = {number, in_directory};
  ssize_t ignored = write(report, &failure, sizeof failure);
  (void)ignored;
  _exit(127);
}

static void close_on_exec_from(int first, int last) {
#if defined(__linux__) && defined(SYS_close_range)
  // 4 is CLOSE_RANGE_CLOEXEC, which older headers lack.
  if (syscall(SYS_close_range, (unsigned)first, ~0U, 4U) == 0) return;
#endif
  for (int descriptor = first; descriptor < last; descriptor++) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

static int above_standard(int descriptor) {
  return descriptor > 2 ? descriptor : fcntl(descriptor, F_DUPFD, 3);
}

static void become(const struct cprocess_spec *spec, int report, pid_t parent, int descriptors) {
  report = above_standard(report);
  int input = above_standard(spec->standard_input);
  int output = above_standard(spec->standard_output);
  int error = above_standard(spec->standard_error);
  if (report < 0 || input < 0 || output < 0 || error < 0) give_up(report, errno, 0);

  if (setpgid(0, spec->group) != 0) give_up(report, errno, 0);
#ifdef __linux__
  if (!spec->survives_parent && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(report, errno, 0);
  // The parent may have died before the line above: then nobody waits for us.
  if (getppid() != parent) _exit(127);
#else
  (void)parent;
#endif

  struct sigaction standard;
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);

  if (chdir(spec->directory) != 0) give_up(report, errno, 1);
  if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) give_up(report, errno, 0);
  close_on_exec_from(3, descriptors);

  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(spec->path, spec->arguments, spec->environment);
  give_up(report, errno, 0);
}

// MARK: - The one thread that forks

// Linux sends the death signal when the thread that forked ends, not the process; so one thread, which never
// ends, forks.
struct request {
  const struct cprocess_spec *spec;
  pid_t child;
  struct failure failure;
  int done;
  struct request *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static struct request *first_request;
static int thread_runs;

static void fork_and_exec(struct request *request) {
  int report[2];
  if (cprocess_pipe(report) != 0) {
    request->failure.number = errno;
    return;
  }
  long limit = sysconf(_SC_OPEN_MAX);
  int descriptors = limit > 0 && limit < 65536 ? (int)limit : 65536;
  pid_t parent = getpid();
#ifdef __linux__
  pid_t child = vfork();
#else
  pid_t child = fork();
#endif
  if (child == 0) become(request->spec, report[1], parent, descriptors);
  if (child < 0) request->failure.number = errno;
  close(report[1]);
  if (child > 0) {
    struct failure failure;
    ssize_t count;
    do count = read(report[0], &failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    if (count == (ssize_t)sizeof failure) {
      request->failure = failure;
      int code, signal;
      cprocess_reap(child, &code, &signal);
    } else if (count < 0) {
      // What became of it can't be told; it hasn't been given any input yet.
      request->failure.number = errno;
      int code, signal;
      kill(child, SIGKILL);
      cprocess_reap(child, &code, &signal);
    } else {
      request->child = child;
    }
  }
  close(report[0]);
}

static void *serve(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  for (;;) {
    while (first_request == NULL) pthread_cond_wait(&asked, &lock);
    struct request *request = first_request;
    first_request = request->next;
    pthread_mutex_unlock(&lock);
    fork_and_exec(request);
    pthread_mutex_lock(&lock);
    request->done = 1;
    pthread_cond_broadcast(&answered);
  }
  return NULL;
}

/// Starts the thread with every signal blocked, so that no handler of ours ever runs in a child. Called under
/// the lock.
static int start_thread(void) {
  if (thread_runs) return 0;
  // Inherited as ignored, SIGCHLD would let the system throw away how a child ended.
  struct sigaction child_ended;
  if (sigaction(SIGCHLD, NULL, &child_ended) == 0 && child_ended.sa_handler == SIG_IGN) {
    signal(SIGCHLD, SIG_DFL);
  }
  sigset_t every, before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  pthread_t thread;
  int number = pthread_create(&thread, NULL, serve, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (number == 0) {
    pthread_detach(thread);
    thread_runs = 1;
  }
  return number;
}

int cprocess_spawn(const struct cprocess_spec *spec, pid_t *child, int *in_directory) {
  struct request request = {.spec = spec, .child = -1};
  pthread_mutex_lock(&lock);
  int number = start_thread();
  if (number == 0) {
    struct request **last = &first_request;
    while (*last != NULL) last = &(*last)->next;
    *last = &request;
    pthread_cond_signal(&asked);
    while (!request.done) pthread_cond_wait(&answered, &lock);
    number = request.failure.number;
  }
  pthread_mutex_unlock(&lock);
  *child = request.child;
  *in_directory = request.failure.in_directory;
  return number;
}

// MARK: - The end of a child

int cprocess_exit_descriptor(pid_t child) {
#if defined(__linux__) && defined(SYS_pidfd_open)
  return (int)syscall(SYS_pidfd_open, child, 0U);
#elif defined(__APPLE__)
  int queue = kqueue();
  if (queue < 0) return -1;
  struct kevent change;
  EV_SET(&change, child, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT, 0, NULL);
  if (kevent(queue, &change, 1, NULL, 0, NULL) == 0) return queue;
  close(queue);
  return -1;
#else
  (void)child;
  return -1;
#endif
}

int cprocess_has_ended(pid_t child) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int result;
  do result = waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT);
  while (result < 0 && errno == EINTR);
  return result < 0 || info.si_pid == child;
}

void cprocess_reap(pid_t child, int *code, int *signal) {
  int status = 0;
  pid_t result;
  do result = waitpid(child, &status, 0);
  while (result < 0 && errno == EINTR);
  *code = result == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  *signal = result == child && WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

// MARK: - Pipes

int cprocess_pipe(int ends[2]) {
#ifdef __linux__
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETNOSIGPIPE, 1);
  return 0;
#endif
}

int cprocess_set_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

ssize_t cprocess_write(int descriptor, const void *bytes, size_t count) {
#ifdef __linux__
  // SIGPIPE goes to the writing thread: blocked for the length of the write, it can be taken away again
  // unseen.
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  int pending_before = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t written = write(descriptor, bytes, count);
  int number = errno;
  if (written < 0 && number == EPIPE && !pending_before) {
    struct timespec at_once = {0, 0};
    while (sigtimedwait(&pipe_signal, NULL, &at_once) < 0 && errno == EINTR) continue;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = number;
  return written;
#else
  return write(descriptor, bytes, count);
#endif
}

extern char **environ;

void cprocess_hide_memory(void) {
#ifdef __linux__
  prctl(PR_SET_DUMPABLE, 0);
  // What /proc/PID/environ shows is the block that the kernel made; a superuser's child reads it all the same. The
  // variables move, and the block is cleared.
  for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
    char *copy = strdup(*variable);
    if (copy == NULL) return;
    char *old = *variable;
    *variable = copy;
    explicit_bzero(old, strlen(old));
  }
#endif
}
