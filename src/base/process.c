/* SPDX-License-Identifier: Apache-2.0 */
/* Child programs through fork and exec, fed and drained with poll. Depends on text, clock, file.
 *
 * Between fork and exec only async-signal-safe calls happen, so this may be used in a program with
 * threads. The child reports a failed chdir or exec through a pipe that exec closes. SIGPIPE (a
 * child that stops reading its input) is blocked for the calling thread while it is fed. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* Pipes exist for a moment without close-on-exec; no other thread of ours may fork then. */
static pthread_mutex_t fork_lock = PTHREAD_MUTEX_INITIALIZER;

enum { PIPE_IN, PIPE_OUT, PIPE_ERR, PIPE_EXEC, N_PIPES };

typedef struct {
    int fd[N_PIPES][2]; /* -1: closed */
    pid_t pid;
    size_t n_fed;
    int64_t deadline_us; /* 0: none */
} child;

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_all(child *c)
{
    for (int i = 0; i < N_PIPES; i++) {
        close_end(&c->fd[i][0]);
        close_end(&c->fd[i][1]);
    }
}

static bool is_program(const char *path)
{
    return !mote_path_is_dir(path) && access(path, X_OK) == 0;
}

/* Where PATH has `program`; false when nowhere. A name with a slash stands for itself. */
static bool find_program(const char *program, char *out, size_t out_bytes)
{
    if (strchr(program, '/'))
        return is_program(program) && mote_format(out, out_bytes, "%s", program);
    const char *path = mote_env("PATH");
    if (!program[0])
        return false;
    for (const char *p = path ? path : "/usr/bin:/bin"; p;
         p = strchr(p, ':') ? strchr(p, ':') + 1 : NULL) {
        size_t n = strcspn(p, ":");
        if (mote_format(out, out_bytes, "%.*s/%s", n ? (int)n : 1, n ? p : ".", program) &&
            is_program(out))
            return true;
    }
    return false;
}

bool mote_process_in_path(const char *program)
{
    char path[4096];
    return find_program(program, path, sizeof path);
}

static bool open_pipes(child *c)
{
    for (int i = 0; i < N_PIPES; i++) {
        if (pipe(c->fd[i]) != 0) {
            c->fd[i][0] = c->fd[i][1] = -1;
            return false;
        }
        for (int k = 0; k < 2; k++) {
            if (fcntl(c->fd[i][k], F_SETFD, FD_CLOEXEC) != 0)
                return false;
        }
    }
    return true;
}

/* In the child: never returns. dup2 clears close-on-exec on the copies; a pipe end that already
 * has its number (the parent ran without standard streams) is moved up first. */
_Noreturn static void become(const mote_process *p, const char *path, child *c)
{
    int from[3] = {c->fd[PIPE_IN][0], c->fd[PIPE_OUT][1], c->fd[PIPE_ERR][1]};
    int report = fcntl(c->fd[PIPE_EXEC][1], F_DUPFD_CLOEXEC, 3);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 0; i < 3; i++)
        from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 3);
    bool ok = report >= 0;
    if (p->own_group)
        ok = ok && setpgid(0, 0) == 0;
    for (int i = 0; i < 3; i++)
        ok = ok && from[i] >= 0 && dup2(from[i], i) == i;
    ok = ok && (!p->cwd || chdir(p->cwd) == 0);
    if (ok) {
        char *const *argv;
        memcpy(&argv, &p->argv, sizeof argv); /* exec's prototype lacks the const it keeps */
        (void)execv(path, argv);
    }
    int e = errno;
    ssize_t told = write(report >= 0 ? report : c->fd[PIPE_EXEC][1], &e, sizeof e);
    _exit(told == (ssize_t)sizeof e ? 127 : 126);
}

static mote_status start(const mote_process *p, const char *path, child *c, mote_err *err)
{
    pthread_mutex_lock(&fork_lock);
    bool piped = open_pipes(c);
    c->pid = piped ? fork() : -1;
    if (c->pid == 0)
        become(p, path, c);
    int saved = errno;
    pthread_mutex_unlock(&fork_lock);
    errno = saved;
    if (c->pid < 0)
        return mote_fail_errno(err, "start '%s'", p->argv[0]);

    close_end(&c->fd[PIPE_IN][0]);
    close_end(&c->fd[PIPE_OUT][1]);
    close_end(&c->fd[PIPE_ERR][1]);
    close_end(&c->fd[PIPE_EXEC][1]);
    int e = 0;
    ssize_t n;
    do {
        n = read(c->fd[PIPE_EXEC][0], &e, sizeof e);
    } while (n < 0 && errno == EINTR);
    close_end(&c->fd[PIPE_EXEC][0]);
    if (n != (ssize_t)sizeof e)
        return MOTE_OK;
    errno = e;
    if (p->cwd)
        return mote_fail_errno(err, "start '%s' in '%s'", p->argv[0], p->cwd);
    return mote_fail_errno(err, "start '%s'", p->argv[0]);
}

/* Feed what the pipe takes now; close it when all is fed or the child reads no more. */
static void feed(const mote_process *p, child *c)
{
    const char *bytes = p->input;
    ssize_t n = write(c->fd[PIPE_IN][1], bytes + c->n_fed, p->input_bytes - c->n_fed);
    if (n > 0)
        c->n_fed += (size_t)n;
    bool again = n < 0 && (errno == EAGAIN || errno == EINTR);
    if ((n < 0 && !again) || c->n_fed == p->input_bytes)
        close_end(&c->fd[PIPE_IN][1]);
}

static mote_status drain(int *fd, mote_buf *out, const mote_process *p, mote_err *err)
{
    char piece[16384];
    ssize_t n = read(*fd, piece, sizeof piece);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return MOTE_OK;
    if (n <= 0) {
        close_end(fd);
        return MOTE_OK;
    }
    if (!out)
        return MOTE_OK;
    mote_buf_add(out, piece, (size_t)n);
    mote_status st = mote_buf_status(out, err);
    return st == MOTE_OK ? st : mote_wrap(err, st, "output of '%s'", p->argv[0]);
}

/* Milliseconds that poll may wait; false when the time is up. */
static bool time_left(const child *c, int *wait_ms)
{
    *wait_ms = -1;
    if (c->deadline_us == 0)
        return true;
    int64_t left_us = c->deadline_us - mote_clock_mono_us();
    int64_t ms = (left_us + 999) / 1000;
    *wait_ms = ms > 60000 ? 60000 : (int)ms;
    return left_us > 0;
}

static mote_status timed_out(const mote_process *p, mote_err *err)
{
    return mote_fail(err, MOTE_TIMEOUT, "'%s' did not end within %lld ms", p->argv[0],
                     (long long)p->timeout_ms);
}

static mote_status exchange(const mote_process *p, child *c, mote_err *err)
{
    int *in = &c->fd[PIPE_IN][1];
    int *out = &c->fd[PIPE_OUT][0];
    int *err_out = &c->fd[PIPE_ERR][0];
    if (p->input_bytes == 0)
        close_end(in);
    else if (fcntl(*in, F_SETFL, O_NONBLOCK) != 0)
        return mote_fail_errno(err, "feed '%s'", p->argv[0]);
    while (*in >= 0 || *out >= 0 || *err_out >= 0) {
        int wait_ms;
        if (!time_left(c, &wait_ms))
            return timed_out(p, err);
        struct pollfd fds[3] = {{.fd = *in, .events = POLLOUT},
                                {.fd = *out, .events = POLLIN},
                                {.fd = *err_out, .events = POLLIN}};
        if (poll(fds, 3, wait_ms) < 0 && errno != EINTR)
            return mote_fail_errno(err, "wait for '%s'", p->argv[0]);
        if (*in >= 0 && fds[0].revents)
            feed(p, c);
        if (*out >= 0 && fds[1].revents)
            MOTE_TRY(drain(out, p->out, p, err));
        if (*err_out >= 0 && fds[2].revents)
            MOTE_TRY(drain(err_out, p->err_out, p, err));
    }
    return MOTE_OK;
}

/* Until the child has ended; it is not yet reaped. It may have closed its streams long before;
 * without a deadline we just wait. */
static mote_status await(const mote_process *p, child *c, mote_err *err)
{
    int64_t nap_ms = 1;
    for (;;) {
        siginfo_t info = {0};
        int failed =
            waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | (c->deadline_us ? WNOHANG : 0));
        if (failed && errno != EINTR)
            return mote_fail_errno(err, "wait for '%s'", p->argv[0]);
        if (!failed && info.si_pid == c->pid)
            return MOTE_OK;
        int wait_ms;
        if (!time_left(c, &wait_ms))
            return timed_out(p, err);
        if (c->deadline_us) {
            mote_clock_sleep_ms(nap_ms < wait_ms ? nap_ms : wait_ms);
            nap_ms = nap_ms < 50 ? nap_ms * 2 : 50;
        }
    }
}

static mote_status run_child(const mote_process *p, const char *path, child *c, int *wait_status,
                             mote_err *err)
{
    mote_status st = start(p, path, c, err);
    if (c->pid < 0)
        return st;
    if (st == MOTE_OK)
        st = exchange(p, c, err);
    if (st == MOTE_OK)
        st = await(p, c, err);
    /* Not yet reaped, so the number is still its own. */
    if (p->own_group)
        (void)kill(-c->pid, SIGKILL);
    if (st != MOTE_OK)
        (void)kill(c->pid, SIGKILL);
    while (waitpid(c->pid, wait_status, 0) < 0 && errno == EINTR)
        continue;
    return st;
}

mote_status mote_process_run(const mote_process *p, int *exit_code, mote_err *err)
{
    char path[4096];
    if (!find_program(p->argv[0], path, sizeof path))
        return mote_fail(err, MOTE_MISSING_TOOL, "the program '%s' is not installed or not in PATH",
                         p->argv[0]);
    child c = {.pid = -1};
    memset(c.fd, -1, sizeof c.fd);
    if (p->timeout_ms > 0)
        c.deadline_us = mote_clock_mono_us() + p->timeout_ms * 1000;

    sigset_t pipe_signal;
    sigset_t before;
    sigset_t pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    int wait_status = 0;
    mote_status st = run_child(p, path, &c, &wait_status, err);
    close_all(&c);
    const struct timespec now = {0};
    while (!sigismember(&pending, SIGPIPE) && sigtimedwait(&pipe_signal, NULL, &now) > 0)
        continue; /* take back the SIGPIPE that was ours */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (st != MOTE_OK)
        return st;
    *exit_code = WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
    return MOTE_OK;
}

mote_status mote_process_open(const mote_process *p, mote_process_stream *out, mote_err *err)
{
    char path[4096];
    if (!find_program(p->argv[0], path, sizeof path))
        return mote_fail(err, MOTE_MISSING_TOOL, "the program '%s' is not installed or not in PATH",
                         p->argv[0]);
    child c = {.pid = -1};
    memset(c.fd, -1, sizeof c.fd);
    mote_status st = start(p, path, &c, err);
    if (st != MOTE_OK) {
        close_all(&c);
        while (c.pid > 0 && waitpid(c.pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        return st;
    }
    close_end(&c.fd[PIPE_IN][1]);
    *out = (mote_process_stream){c.pid, c.fd[PIPE_OUT][0], c.fd[PIPE_ERR][0]};
    return MOTE_OK;
}

void mote_process_close(mote_process_stream *s, int *exit_code, char *said, size_t said_bytes)
{
    size_t n = 0;
    int status = 0;
    *exit_code = 0;
    said[0] = 0;
    if (s->pid <= 0)
        return;
    (void)kill((pid_t)s->pid, SIGTERM);
    close_end(&s->fd);
    while (n + 1 < said_bytes) {
        ssize_t got = read(s->complaints, said + n, said_bytes - 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close_end(&s->complaints);
    while (waitpid((pid_t)s->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == '\r'))
        n--;
    said[n] = 0;
    *exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    s->pid = 0;
}
