/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, crash-safe writes, maps, locks, the environment. Folders are in dir.c.
 * Depends on mem, text and status; used by everything that touches the disk. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define LONGEST_PATH      4096
#define NO_WRITER_MS      2000 /* a pipe is given to find its writer */
#define NO_WRITER_STEP_MS 20

/* Steps left before the failure that a test has ordered; negative: none. */
static _Atomic int64_t steps_left = -1;
static _Atomic bool step_kills;

void mote_io_fail_after(int64_t n, bool kill_process)
{
    atomic_store(&step_kills, kill_process);
    atomic_store(&steps_left, n);
}

bool mote_io_step_fails(void)
{
    if (atomic_load_explicit(&steps_left, memory_order_relaxed) < 0)
        return false;
    int64_t left = atomic_load(&steps_left);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&steps_left, &left, left - 1))
            return false;
    }
    if (left < 0)
        return false;
    if (atomic_load(&step_kills))
        (void)raise(SIGKILL);
    errno = EIO;
    return true;
}

void mote_file_scoped(FILE **f)
{
    if (*f)
        (void)fclose(*f);
    *f = NULL;
}

mote_status mote_file_open(FILE **out, const char *path, const char *mode, mote_err *err)
{
    FILE *f = fopen(path, mode);
    if (!f)
        return mote_fail_errno(err, "open '%s'", path);
    struct stat st;
    if (fcntl(fileno(f), F_SETFD, FD_CLOEXEC) != 0 || fstat(fileno(f), &st) != 0) {
        mote_status status = mote_fail_errno(err, "open '%s'", path);
        (void)fclose(f);
        return status;
    }
    if (S_ISDIR(st.st_mode)) { /* fopen accepts a folder for reading */
        (void)fclose(f);
        errno = EISDIR;
        return mote_fail_errno(err, "open '%s'", path);
    }
    *out = f;
    return MOTE_OK;
}

static mote_status too_long(const char *path, size_t max_bytes, mote_err *err)
{
    return mote_fail(err, MOTE_LIMIT, "read '%s': longer than the limit of %zu bytes", path,
                     max_bytes);
}

/* Read to the end, growing: the size that stat tells is a hint (pipes and /proc tell 0). */
static mote_status read_all(int fd, const char *path, size_t max_bytes, mote_buf *b, mote_err *err)
{
    char piece[65536];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mote_fail_errno(err, "read '%s'", path);
        if (n == 0)
            return MOTE_OK;
        mote_buf_add(b, piece, (size_t)n);
        if (b->status == MOTE_LIMIT)
            return too_long(path, max_bytes, err);
        MOTE_TRY(mote_buf_status(b, err));
    }
}

/* A regular file: one allocation of the size it has, then one more read to see that it ended. */
static mote_status read_sized(int fd, const char *path, size_t size, mote_buf *b, mote_err *err)
{
    b->data = mote_alloc(size + 1, 1);
    if (!b->data)
        return mote_fail(err, MOTE_NOMEM, "read '%s': no memory for %zu bytes", path, size);
    b->capacity = size + 1;
    b->data[0] = '\0';
    while (b->len < size) {
        ssize_t n = read(fd, b->data + b->len, size - b->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mote_fail_errno(err, "read '%s'", path);
        if (n == 0)
            break;
        b->len += (size_t)n;
        b->data[b->len] = '\0';
    }
    return MOTE_OK;
}

/* Wait for somebody to write into a pipe: a read of one without a writer ends at once, one with a
 * silent writer would block. What is read already goes into b. */
static mote_status await_writer(int fd, const char *path, mote_buf *b, mote_err *err)
{
    for (int waited_ms = 0; waited_ms < NO_WRITER_MS; waited_ms += NO_WRITER_STEP_MS) {
        char piece[4096];
        ssize_t n = read(fd, piece, sizeof piece);
        if (n > 0)
            mote_buf_add(b, piece, (size_t)n);
        if (n > 0 || (n < 0 && errno == EAGAIN))
            return MOTE_OK;
        if (n < 0 && errno != EINTR)
            return mote_fail_errno(err, "read '%s'", path);
        struct pollfd end = {.fd = fd, .events = POLLIN};
        if (poll(&end, 1, 0) == 1 && (end.revents & POLLHUP) != 0)
            return MOTE_OK; /* there was one, and it has ended */
        mote_clock_sleep_ms(NO_WRITER_STEP_MS);
    }
    return mote_fail(err, MOTE_IO,
                     "read '%s': it is a pipe (fifo) that nobody writes to, not a file", path);
}

/* Open for reading without waiting for ever: opening a pipe blocks until somebody writes to it. */
static mote_status open_to_read(const char *path, mote_buf *b, int *out, mote_err *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return mote_fail_errno(err, "read '%s'", path);
    mote_status st = MOTE_OK;
    if (fstat(fd, &info) != 0)
        st = mote_fail_errno(err, "read '%s'", path);
    else if (S_ISFIFO(info.st_mode))
        st = await_writer(fd, path, b, err);
    if (st == MOTE_OK && fcntl(fd, F_SETFL, 0) != 0)
        st = mote_fail_errno(err, "read '%s'", path);
    if (st != MOTE_OK) {
        (void)close(fd);
        return st;
    }
    *out = fd;
    return MOTE_OK;
}

mote_status mote_file_read(const char *path, size_t max_bytes, char **out, size_t *len,
                           mote_err *err)
{
    int fd = -1;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, max_bytes);
    MOTE_TRY(open_to_read(path, &b, &fd, err));
    struct stat info;
    mote_status st = MOTE_OK;
    if (fstat(fd, &info) != 0)
        st = mote_fail_errno(err, "read '%s'", path);
    else if (S_ISREG(info.st_mode) && (uint64_t)info.st_size > max_bytes)
        st = too_long(path, max_bytes, err);
    else if (S_ISREG(info.st_mode) && info.st_size > 0)
        st = read_sized(fd, path, (size_t)info.st_size, &b, err);
    if (st == MOTE_OK)
        st = read_all(fd, path, max_bytes, &b, err);
    (void)close(fd);
    if (st != MOTE_OK)
        return st;
    size_t n;
    char *data = mote_buf_take(&b, &n);
    if (!data)
        return mote_fail(err, MOTE_NOMEM, "read '%s': no memory", path);
    *out = data;
    *len = n;
    return MOTE_OK;
}

/* --- crash-safe write --- */

static mote_status write_all(int fd, const char *path, const void *bytes, size_t n, mote_err *err)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t wrote = mote_io_step_fails() ? -1 : write(fd, p, n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return mote_fail_errno(err, "write '%s'", path);
        p += wrote;
        n -= (size_t)wrote;
    }
    return MOTE_OK;
}

/* The folder part of a path ("." without one), into out[LONGEST_PATH]. */
static bool dir_of(const char *path, char *out)
{
    const char *base = mote_path_base(path);
    size_t n = (size_t)(base - path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return mote_format(out, LONGEST_PATH, "%.*s", n ? (int)n : 1, n ? path : ".");
}

/* Contents and access rights (those of the file that is replaced) into the open temporary file,
 * down to the disk. */
static mote_status fill(int fd, const char *path, const void *bytes, size_t n, mote_err *err)
{
    struct stat old;
    MOTE_TRY(write_all(fd, path, bytes, n, err));
    mode_t most = mote_path_is_private(path) ? 0600 : 0777;
    if (stat(path, &old) == 0 && fchmod(fd, old.st_mode & most) != 0)
        return mote_fail_errno(err, "write '%s'", path);
    if (mote_io_step_fails() || fsync(fd) != 0)
        return mote_fail_errno(err, "write '%s' to the disk", path);
    return MOTE_OK;
}

mote_status mote_file_write(const char *path, const void *bytes, size_t n, mote_err *err)
{
    static _Atomic uint64_t counter; /* tells the temporary files of two threads apart */
    char dir[LONGEST_PATH];
    char temp[LONGEST_PATH];
    /* The name starts with a dot, so that no walk over the folder takes it for a file. */
    if (!dir_of(path, dir) ||
        !mote_format(temp, sizeof temp, "%s/.%s.%ld-%llu.tmp", dir, mote_path_base(path),
                     (long)getpid(), (unsigned long long)atomic_fetch_add(&counter, 1)))
        return mote_fail(err, MOTE_ARG, "write a file: a path of %zu bytes is too long",
                         strlen(path));
    mode_t mode = mote_path_is_private(path) ? 0600 : 0666;
    struct stat old;
    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode))
        return mote_fail(err, S_ISDIR(old.st_mode) ? MOTE_IO : MOTE_ARG,
                         "write '%s': it is %s there, and would be replaced; give another path",
                         path,
                         S_ISDIR(old.st_mode)    ? "a folder"
                         : S_ISFIFO(old.st_mode) ? "a pipe (fifo)"
                                                 : "a device or socket");
    int fd = mote_io_step_fails() ? -1 : open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return mote_fail_errno(err, "write '%s'", path);
    mote_status st = fill(fd, path, bytes, n, err);
    bool closed = close(fd) == 0;
    if (st == MOTE_OK && !closed)
        st = mote_fail_errno(err, "write '%s'", path);
    if (st == MOTE_OK && (mote_io_step_fails() || rename(temp, path) != 0))
        st = mote_fail_errno(err, "write '%s'", path);
    if (st != MOTE_OK) {
        (void)unlink(temp);
        return st;
    }
    return mote_dir_sync(dir, err);
}

/* --- overwriting --- */

static mote_status overwrite(int fd, const char *path, mote_err *err)
{
    static const char zeros[65536];
    struct stat info;
    if (fstat(fd, &info) != 0)
        return mote_fail_errno(err, "overwrite '%s'", path);
    for (off_t left = info.st_size; left > 0;) {
        size_t n = left < (off_t)sizeof zeros ? (size_t)left : sizeof zeros;
        MOTE_TRY(write_all(fd, path, zeros, n, err));
        left -= (off_t)n;
    }
    if (mote_io_step_fails() || fsync(fd) != 0)
        return mote_fail_errno(err, "overwrite '%s'", path);
    return MOTE_OK;
}

mote_status mote_file_shred(const char *path, mote_err *err)
{
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); /* a pipe: ENXIO */
    if (fd < 0 && errno == ENOENT)
        return MOTE_OK;
    if (fd < 0)
        return mote_fail_errno(err, "overwrite '%s'", path);
    mote_status st = overwrite(fd, path, err);
    (void)close(fd);
    if (st == MOTE_OK && (mote_io_step_fails() || (unlink(path) != 0 && errno != ENOENT)))
        st = mote_fail_errno(err, "remove '%s'", path);
    return st;
}

/* --- maps and locks --- */

mote_status mote_map_open(const char *path, mote_map *out, mote_err *err)
{
    static const uint8_t nothing[1];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "open '%s'", path);
    struct stat info;
    mote_status st = MOTE_OK;
    mote_map m = {.data = nothing};
    if (fstat(fd, &info) != 0)
        st = mote_fail_errno(err, "open '%s'", path);
    else if (!S_ISREG(info.st_mode))
        st = mote_fail(err, MOTE_IO, "open '%s': not a regular file", path);
    else if ((uint64_t)info.st_size > SIZE_MAX)
        st = mote_fail(err, MOTE_LIMIT, "open '%s': larger than the address space", path);
    else if (info.st_size > 0) {
        void *p = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            st = mote_fail_errno(err, "map '%s'", path);
        else
            m = (mote_map){.data = p, .len = (size_t)info.st_size};
    }
    (void)close(fd);
    if (st == MOTE_OK)
        *out = m;
    return st;
}

void mote_map_release(mote_map *m)
{
    if (m->len) {
        void *p;
        memcpy(&p, &m->data, sizeof p); /* munmap's prototype lacks the const it keeps */
        (void)munmap(p, m->len);
    }
    *m = (mote_map){0};
}

/* flock, not fcntl: a second attempt in the same process is refused too, and closing another
 * descriptor of the file does not drop it. The number of the holder is kept in the file for the
 * message only. */
mote_status mote_lock_take(const char *path, const char *what, mote_lock *out, mote_err *err)
{
    mode_t mode = mote_path_is_private(path) ? 0600 : 0666;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode);
    if (fd < 0)
        return mote_fail_errno(err, "lock %s", what);
    int rc;
    do {
        rc = flock(fd, LOCK_EX | LOCK_NB);
    } while (rc != 0 && errno == EINTR);
    char pid[32] = "";
    mote_status st = MOTE_OK;
    if (rc != 0 && errno == EWOULDBLOCK) {
        ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
        pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
        st =
            mote_fail(err, MOTE_CONFLICT, "%s is in use by another process%s%s; wait until it ends",
                      what, pid[0] ? ", number " : "", pid);
    } else if (rc != 0) {
        st = mote_fail_errno(err, "lock %s", what);
    }
    if (st != MOTE_OK) {
        (void)close(fd);
        return st;
    }
    (void)mote_format(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, strlen(pid), 0) < 0)
        pid[0] = '\0'; /* a lock on a full disk is still a lock */
    out->fd = fd;
    return MOTE_OK;
}

void mote_lock_release(mote_lock *l)
{
    if (l->fd >= 0)
        (void)close(l->fd);
    l->fd = -1;
}

const char *mote_env(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}
