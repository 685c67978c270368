/* SPDX-License-Identifier: Apache-2.0 */
/* The key files (docs/formats/log-keys.md; numbers little-endian):
 *
 *     master, 8192 bytes: two slots, at 0 and 4096
 *       0 "MOTEMKEY" | 8 version u32 = 1 | 12 0 u32 | 16 generation u64 | 24 secret 32 | 56 0 u32 |
 *       60 crc32 of the 60 bytes before | zeros
 *     log: a head of 64 bytes, then 80 for each key, numbers rising
 *       0 "MOTEKEYS" | 8 version u32 = 1 | 12 80 u32 | 16 generation u64 | zeros | 60 crc32
 *       0 number u64 | 8 sealed key 60 | 68 zeros 8 | 76 crc32 of the 76 bytes before
 *
 * A slot is a block of the disk of its own, so that overwriting it touches nothing else and the
 * file is too long to be kept inside an inode, where a journal would copy it. Invariant outside of
 * a change: the generation of the log is that of exactly one slot, and the other slot is zeros. */
#include "serve/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"

#define SLOT_BYTES    4096
#define MASTER_BYTES  (2 * SLOT_BYTES)
#define HEAD_BYTES    64
#define RECORD_BYTES  80
#define WRAPPED_BYTES (sizeof(mote_seal_key) + MOTE_SEAL_EXTRA_BYTES)
#define FILE_MAX      ((size_t)1 << 30)
#define PATH_BYTES    4096
#define CACHED        256 /* keys in memory, by their number */
#define N_TRIES       5   /* to read while another process replaces the files */

struct mote_keyring {
    mote_store *store;
    char dir[PATH_BYTES], master_path[PATH_BYTES], log_path[PATH_BYTES];
    uint64_t generation; /* of `master`; 0: not read */
    mote_seal_key master;
    bool is_unsynced;
    struct {
        int64_t id;
        mote_seal_key key;
        bool is_used;
    } cache[CACHED];
};

/* ---- life ---- */

mote_status mote_keyring_create(mote_store *s, mote_keyring **out, mote_err *err)
{
    mote_keyring *k = mote_alloc_zero(1, sizeof *k);
    if (!k)
        return mote_fail(err, MOTE_NOMEM, "no memory for the keys of the prediction log");
    k->store = s;
    const char *elsewhere = mote_store_key_file(s);
    bool ok = mote_format(k->dir, sizeof k->dir, "%s/keys", mote_store_dir(s)) &&
              mote_format(k->log_path, sizeof k->log_path, "%s/log", k->dir) &&
              (elsewhere ? mote_format(k->master_path, sizeof k->master_path, "%s", elsewhere)
                         : mote_format(k->master_path, sizeof k->master_path, "%s/master", k->dir));
    if (!ok) {
        mote_free(k);
        return mote_fail(err, MOTE_LIMIT, "the path of the keys below '%s' is too long",
                         mote_store_dir(s));
    }
    *out = k;
    return MOTE_OK;
}

void mote_keyring_destroy(mote_keyring *k)
{
    if (!k)
        return;
    mote_wipe(k, sizeof *k);
    mote_free(k);
}

void mote_keyring_scoped(mote_keyring **k)
{
    mote_keyring_destroy(*k);
    *k = NULL;
}

/* ---- bytes on the disk ---- */

static void put_u32(uint8_t *at, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(x >> (8 * i));
}

static void put_u64(uint8_t *at, uint64_t x)
{
    put_u32(at, (uint32_t)x);
    put_u32(at + 4, (uint32_t)(x >> 32));
}

static uint64_t get_u64(const uint8_t *at)
{
    uint64_t x = 0;
    for (int i = 7; i >= 0; i--)
        x = x << 8 | at[i];
    return x;
}

static void finish_crc(uint8_t *block, size_t n)
{
    put_u32(block + n - 4, mote_crc32(0, block, n - 4));
}

static bool crc_holds(const uint8_t *block, size_t n)
{
    uint8_t want[4];
    put_u32(want, mote_crc32(0, block, n - 4));
    return memcmp(block + n - 4, want, 4) == 0;
}

static mote_status write_at(int fd, const char *path, const void *bytes, size_t n, off_t at,
                            mote_err *err)
{
    const uint8_t *p = bytes;
    while (n > 0) {
        ssize_t k = mote_io_step_fails() ? -1 : pwrite(fd, p, n, at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return mote_fail_errno(err, "write '%s'", path);
        p += k;
        at += k;
        n -= (size_t)k;
    }
    return MOTE_OK;
}

static mote_status sync_fd(int fd, const char *path, mote_err *err)
{
    if (mote_io_step_fails() || fsync(fd) != 0)
        return mote_fail_errno(err, "write '%s' to the disk", path);
    return MOTE_OK;
}

/* The whole file anew, beside `path` and renamed onto it, for the owner only. */
static mote_status replace_file(const mote_keyring *k, const char *path, const void *bytes,
                                size_t n, mote_err *err)
{
    char tmp[PATH_BYTES + 8], dir[PATH_BYTES];
    const char *base = mote_path_base(path);
    (void)mote_format(tmp, sizeof tmp, "%s.new", path);
    (void)mote_format(dir, sizeof dir, "%.*s", base == path ? 1 : (int)(base - path),
                      base == path ? "." : path);
    MOTE_TRY(mote_dir_make(k->dir, err));
    (void)unlink(tmp); /* of a process that was killed; we hold the write lock */
    int fd = mote_io_step_fails() ? -1 : open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return mote_fail_errno(err, "create '%s'", tmp);
    mote_status st = write_at(fd, tmp, bytes, n, 0, err);
    if (st == MOTE_OK)
        st = sync_fd(fd, tmp, err);
    (void)close(fd);
    if (st == MOTE_OK && (mote_io_step_fails() || rename(tmp, path) != 0))
        st = mote_fail_errno(err, "rename '%s'", tmp);
    if (st != MOTE_OK)
        return st;
    return mote_dir_sync(dir, err);
}

/* Put bytes in place of those that are there, down to the disk. */
static mote_status overwrite_at(const char *path, const void *bytes, size_t n, off_t at,
                                mote_err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "write '%s'", path);
    mote_status st = write_at(fd, path, bytes, n, at, err);
    if (st == MOTE_OK)
        st = sync_fd(fd, path, err);
    (void)close(fd);
    return st;
}

/* ---- the master secret ---- */

static void fill_slot(uint8_t *slot, uint64_t generation, const mote_seal_key *secret)
{
    memset(slot, 0, SLOT_BYTES);
    memcpy(slot, "MOTEMKEY", 8);
    put_u32(slot + 8, 1);
    put_u64(slot + 16, generation);
    memcpy(slot + 24, secret->bytes, sizeof secret->bytes);
    finish_crc(slot, HEAD_BYTES);
}

/* 0: nothing is in the slot. */
static uint64_t slot_generation(const uint8_t *slot)
{
    return memcmp(slot, "MOTEMKEY", 8) == 0 && crc_holds(slot, HEAD_BYTES) ? get_u64(slot + 16) : 0;
}

static mote_status read_master(const char *path, uint8_t out[MASTER_BYTES], mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_err why = {0};
    mote_status st = mote_file_read(path, MASTER_BYTES, &bytes, &n, &why);
    if (st == MOTE_NOT_FOUND)
        return mote_fail(
            err, MOTE_CORRUPT,
            "the master secret '%s' is not there: what the prediction log holds cannot "
            "be read without it; put it back, set consent.key_file to where it is, or give up "
            "what it sealed with 'mote gc --lost-keys'",
            path);
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    if (n == MASTER_BYTES)
        memcpy(out, bytes, n);
    mote_wipe(bytes, n);
    return n == MASTER_BYTES ? MOTE_OK
                             : mote_fail(err, MOTE_CORRUPT,
                                         "'%s' is no master secret: put the right file back", path);
}

static mote_status use_master(mote_keyring *k, uint64_t generation, mote_err *err)
{
    uint8_t slots[MASTER_BYTES];
    if (k->generation == generation)
        return MOTE_OK;
    MOTE_TRY(read_master(k->master_path, slots, err));
    bool found = false;
    for (int i = 0; i < 2 && !found; i++) {
        found = slot_generation(slots + i * SLOT_BYTES) == generation;
        if (found)
            memcpy(k->master.bytes, slots + i * SLOT_BYTES + 24, sizeof k->master.bytes);
    }
    mote_wipe(slots, sizeof slots);
    if (!found)
        return mote_fail(err, MOTE_CORRUPT,
                         "the master secret '%s' is not the one of '%s': put the right file back",
                         k->master_path, k->log_path);
    k->generation = generation;
    return MOTE_OK;
}

/* ---- keys in the log ---- */

static mote_status read_head(int fd, const char *path, uint64_t *generation, mote_err *err)
{
    uint8_t head[HEAD_BYTES];
    if (pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head, "MOTEKEYS", 8) != 0 || !crc_holds(head, sizeof head) || head[8] != 1)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s' holds no keys: put it back from a copy of '.mote', or give up what "
                         "they sealed with 'mote gc --lost-keys'",
                         path);
    *generation = get_u64(head + 16);
    return MOTE_OK;
}

static void bind_key(uint8_t out[24], uint64_t generation, int64_t id)
{
    memcpy(out, "mote key", 8);
    put_u64(out + 8, generation);
    put_u64(out + 16, (uint64_t)id);
}

static mote_status wrap(const mote_seal_key *master, uint64_t generation, int64_t id,
                        const mote_seal_key *key, uint8_t record[RECORD_BYTES], mote_err *err)
{
    uint8_t bound[24];
    bind_key(bound, generation, id);
    memset(record, 0, RECORD_BYTES);
    put_u64(record, (uint64_t)id);
    MOTE_TRY(mote_seal(&(mote_seal_with){master, bound, sizeof bound}, key->bytes,
                       sizeof key->bytes, record + 8, err));
    finish_crc(record, RECORD_BYTES);
    return MOTE_OK;
}

static mote_status unwrap(const mote_seal_key *master, uint64_t generation,
                          const uint8_t record[RECORD_BYTES], mote_seal_key *key, mote_err *err)
{
    uint8_t bound[24];
    bind_key(bound, generation, (int64_t)get_u64(record));
    return mote_unseal(&(mote_seal_with){master, bound, sizeof bound}, record + 8, WRAPPED_BYTES,
                       key->bytes, err);
}

/* The last record with this number: a process that was killed before its commit left a void one
 * with the same number before it. */
static bool find_record(int fd, int64_t id, uint8_t record[RECORD_BYTES])
{
    struct stat info;
    if (fstat(fd, &info) != 0 || info.st_size < HEAD_BYTES)
        return false;
    int64_t low = 0, high = (info.st_size - HEAD_BYTES) / RECORD_BYTES;
    while (low < high) { /* invariant: numbers before low are <= id, from high on they are > id */
        int64_t mid = low + (high - low) / 2;
        if (pread(fd, record, RECORD_BYTES, HEAD_BYTES + mid * RECORD_BYTES) != RECORD_BYTES)
            return false;
        if (crc_holds(record, RECORD_BYTES) && (int64_t)get_u64(record) <= id)
            low = mid + 1;
        else
            high = mid; /* a torn record is at the end */
    }
    return low > 0 &&
           pread(fd, record, RECORD_BYTES, HEAD_BYTES + (low - 1) * RECORD_BYTES) == RECORD_BYTES &&
           (int64_t)get_u64(record) == id;
}

static void remember(mote_keyring *k, int64_t id, const mote_seal_key *key)
{
    size_t i = (size_t)id % CACHED;
    k->cache[i].id = id;
    k->cache[i].key = *key;
    k->cache[i].is_used = true;
}

static mote_status log_is_missing(const mote_keyring *k, mote_err *err)
{
    return mote_fail(err, MOTE_CORRUPT,
                     "the keys of the prediction log, '%s', are not there: put them back from a "
                     "copy of '.mote', or give up what they sealed with 'mote gc --lost-keys'",
                     k->log_path);
}

static mote_status get_once(mote_keyring *k, int64_t id, mote_seal_key *out, mote_err *err)
{
    uint8_t record[RECORD_BYTES];
    int fd = open(k->log_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return log_is_missing(k, err);
    uint64_t generation = 0;
    mote_status st = read_head(fd, k->log_path, &generation, err);
    bool found = st == MOTE_OK && find_record(fd, id, record);
    (void)close(fd);
    if (st == MOTE_OK && !found)
        st = mote_fail(err, MOTE_NOT_FOUND, "key %lld was destroyed", (long long)id);
    if (st == MOTE_OK)
        st = use_master(k, generation, err);
    return st == MOTE_OK ? unwrap(&k->master, generation, record, out, err) : st;
}

mote_status mote_keyring_get(mote_keyring *k, int64_t id, mote_seal_key *out, mote_err *err)
{
    size_t slot = (size_t)id % CACHED;
    if (k->cache[slot].is_used && k->cache[slot].id == id) {
        *out = k->cache[slot].key;
        return MOTE_OK;
    }
    mote_seal_key key;
    mote_err why = {0};
    mote_status st = MOTE_CORRUPT;
    /* Damaged, or not found: perhaps the file was replaced, and overwritten, while we read it. */
    for (int i = 0; i < N_TRIES && (st == MOTE_CORRUPT || (st == MOTE_NOT_FOUND && i < 2)); i++)
        st = get_once(k, id, &key, &why);
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    remember(k, id, &key);
    *out = key;
    return MOTE_OK;
}

void mote_keyring_forget(mote_keyring *k)
{
    mote_wipe(k->cache, sizeof k->cache);
}

mote_status mote_keyring_pseudonym(mote_keyring *k, const char *subject, mote_sha256 *out,
                                   mote_err *err)
{
    mote_seal_key secret;
    MOTE_TRY(mote_keyring_get(k, 0, &secret, err));
    return mote_keyed_hash(&secret, subject, strlen(subject), out, err);
}

mote_status mote_keyring_add(mote_keyring *k, int64_t id, mote_seal_key *out, mote_err *err)
{
    uint8_t record[RECORD_BYTES], last[RECORD_BYTES];
    mote_seal_key key;
    struct stat info;
    MOTE_TRY(mote_random_bytes(key.bytes, sizeof key.bytes, err));
    MOTE_TRY(wrap(&k->master, k->generation, id, &key, record, err));
    int fd = open(k->log_path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        mote_status failed = mote_fail_errno(err, "write '%s'", k->log_path);
        if (fd >= 0)
            (void)close(fd);
        return failed;
    }
    off_t at = HEAD_BYTES + (info.st_size - HEAD_BYTES) / RECORD_BYTES * RECORD_BYTES;
    /* What a kill or a full disk tore off is written over, so that numbers keep rising. */
    while (at > HEAD_BYTES && (pread(fd, last, sizeof last, at - RECORD_BYTES) != RECORD_BYTES ||
                               !crc_holds(last, sizeof last) || (int64_t)get_u64(last) > id))
        at -= RECORD_BYTES;
    mote_status st = write_at(fd, k->log_path, record, sizeof record, at, err);
    (void)close(fd);
    if (st != MOTE_OK)
        return st;
    k->is_unsynced = true;
    remember(k, id, &key);
    *out = key;
    return MOTE_OK;
}

mote_status mote_keyring_sync(mote_keyring *k, mote_err *err)
{
    if (!k->is_unsynced)
        return MOTE_OK;
    int fd = open(k->log_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "write '%s'", k->log_path);
    mote_status st = sync_fd(fd, k->log_path, err);
    (void)close(fd);
    k->is_unsynced = st != MOTE_OK;
    return st;
}

/* ---- making and mending ---- */

static void fill_head(uint8_t head[HEAD_BYTES], uint64_t generation)
{
    memset(head, 0, HEAD_BYTES);
    memcpy(head, "MOTEKEYS", 8);
    put_u32(head + 8, 1);
    put_u32(head + 12, RECORD_BYTES);
    put_u64(head + 16, generation);
    finish_crc(head, HEAD_BYTES);
}

static mote_status make_files(mote_keyring *k, mote_err *err)
{
    uint8_t slots[MASTER_BYTES] = {0}, log[HEAD_BYTES + RECORD_BYTES];
    mote_seal_key secret;
    int64_t n = 0;
    MOTE_TRY(
        mote_store_query_i64(k->store, "SELECT count(*) FROM log_key WHERE state = 0", &n, err));
    if (n > 0)
        return log_is_missing(k, err);
    MOTE_TRY(mote_random_bytes(k->master.bytes, sizeof k->master.bytes, err));
    MOTE_TRY(mote_random_bytes(secret.bytes, sizeof secret.bytes, err));
    k->generation = 1;
    fill_slot(slots, 1, &k->master);
    fill_head(log, 1);
    MOTE_TRY(wrap(&k->master, 1, 0, &secret, log + HEAD_BYTES, err));
    mote_status st = replace_file(k, k->master_path, slots, sizeof slots, err);
    mote_wipe(slots, sizeof slots);
    if (st == MOTE_OK)
        st = replace_file(k, k->log_path, log, sizeof log, err);
    if (st != MOTE_OK)
        k->generation = 0;
    return st;
}

/* consent.key_file was set after the fact: bring the master secret there. */
static mote_status move_master(mote_keyring *k, mote_err *err)
{
    char preset[PATH_BYTES];
    uint8_t slots[MASTER_BYTES], there[MASTER_BYTES];
    if (!mote_format(preset, sizeof preset, "%s/master", k->dir) ||
        strcmp(preset, k->master_path) == 0 || !mote_path_exists(preset))
        return MOTE_OK;
    MOTE_TRY(read_master(preset, slots, err));
    mote_status st = MOTE_OK;
    if (!mote_path_exists(k->master_path))
        st = replace_file(k, k->master_path, slots, sizeof slots, err);
    if (st == MOTE_OK)
        st = read_master(k->master_path, there, err);
    if (st == MOTE_OK && memcmp(slots, there, sizeof slots) != 0)
        st = mote_fail(
            err, MOTE_EXISTS,
            "consent.key_file names '%s', which is not the master secret of this project: "
            "name a file that is not there yet",
            k->master_path);
    mote_wipe(slots, sizeof slots);
    mote_wipe(there, sizeof there);
    return st == MOTE_OK ? mote_file_shred(preset, err) : st;
}

/* The slot that is not of the log's generation belongs to a destruction that was interrupted: of
 * its future, not used yet, or of its past, not overwritten yet. */
static mote_status clear_other_slot(mote_keyring *k, uint64_t generation, mote_err *err)
{
    static const uint8_t zeros[SLOT_BYTES];
    uint8_t slots[MASTER_BYTES];
    MOTE_TRY(read_master(k->master_path, slots, err));
    mote_status st = MOTE_OK;
    for (int i = 0; i < 2 && st == MOTE_OK; i++)
        if (slot_generation(slots + i * SLOT_BYTES) != generation &&
            memcmp(slots + i * SLOT_BYTES, zeros, SLOT_BYTES) != 0)
            st = overwrite_at(k->master_path, zeros, SLOT_BYTES, i * SLOT_BYTES, err);
    mote_wipe(slots, sizeof slots);
    return st;
}

mote_status mote_keyring_prepare(mote_keyring *k, mote_err *err)
{
    MOTE_TRY(move_master(k, err));
    int fd = open(k->log_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return make_files(k, err);
    if (fd < 0)
        return mote_fail_errno(err, "read '%s'", k->log_path);
    uint64_t generation = 0;
    mote_status st = read_head(fd, k->log_path, &generation, err);
    (void)close(fd);
    if (st != MOTE_OK || k->generation == generation)
        return st;
    MOTE_TRY(use_master(k, generation, err));
    return clear_other_slot(k, generation, err);
}

/* ---- destroying ---- */

/* The living keys, wrapped under the next master secret, into `out`. */
static mote_status rewrap(mote_keyring *k, const uint8_t *old, size_t n_old,
                          const mote_seal_key *next, mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(k->store,
                               "SELECT 0 UNION ALL SELECT id FROM log_key WHERE state = 0 "
                               "ORDER BY 1",
                               &q, err));
    size_t at = HEAD_BYTES;
    for (;;) {
        bool row = false, found = false;
        const uint8_t *record = NULL;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return mote_buf_status(out, err);
        int64_t id = mote_stmt_i64(q, 0);
        for (; at + RECORD_BYTES <= n_old; at += RECORD_BYTES) {
            if (!crc_holds(old + at, RECORD_BYTES) || (int64_t)get_u64(old + at) > id)
                break;
            found = (int64_t)get_u64(old + at) == id;
            record = old + at; /* the last of that number */
        }
        if (!found && id == 0)
            return mote_fail(err, MOTE_CORRUPT, "'%s' lacks key 0: put it back from a copy",
                             k->log_path);
        if (!found)
            continue; /* lost, as the disk lied: its records are gone, the others are not */
        mote_seal_key key;
        uint8_t fresh[RECORD_BYTES];
        MOTE_TRY(unwrap(&k->master, k->generation, record, &key, err));
        MOTE_TRY(wrap(next, k->generation + 1, id, &key, fresh, err));
        mote_wipe(&key, sizeof key);
        mote_buf_add(out, fresh, sizeof fresh);
    }
}

/* Write the next master secret into the slot that is free. */
static mote_status add_master(const mote_keyring *k, const mote_seal_key *next, mote_err *err)
{
    uint8_t slots[MASTER_BYTES], slot[SLOT_BYTES];
    MOTE_TRY(read_master(k->master_path, slots, err));
    int place = slot_generation(slots) == k->generation ? 1 : 0;
    fill_slot(slot, k->generation + 1, next);
    mote_status st =
        overwrite_at(k->master_path, slot, sizeof slot, (off_t)place * SLOT_BYTES, err);
    mote_wipe(slots, sizeof slots);
    mote_wipe(slot, sizeof slot);
    return st;
}

/* Overwrite the replaced file, which has lost its name, through its descriptor. */
static mote_status overwrite_old(int fd, const char *path, size_t n, mote_err *err)
{
    static const uint8_t zeros[65536];
    for (size_t at = 0; at < n; at += sizeof zeros)
        MOTE_TRY(write_at(fd, path, zeros, n - at < sizeof zeros ? n - at : sizeof zeros, (off_t)at,
                          err));
    return sync_fd(fd, path, err);
}

/* Replace the log by `fresh`; from here on the next master secret is the one. */
static mote_status switch_over(mote_keyring *k, const mote_buf *fresh, size_t n_old,
                               const mote_seal_key *next, mote_err *err)
{
    int old = open(k->log_path, O_RDWR | O_CLOEXEC);
    if (old < 0)
        return mote_fail_errno(err, "write '%s'", k->log_path);
    mote_status st = add_master(k, next, err);
    if (st == MOTE_OK)
        st = replace_file(k, k->log_path, fresh->data, fresh->len, err);
    if (st == MOTE_OK) {
        k->master = *next;
        k->generation++;
        st = clear_other_slot(k, k->generation, err);
    } else {
        k->generation = 0; /* look again which of the two it is */
    }
    if (st == MOTE_OK)
        st = overwrite_old(old, k->log_path, n_old, err);
    (void)close(old);
    return st;
}

static mote_status destroy_doomed(mote_keyring *k, mote_err *err)
{
    MOTE_SCOPED_FREE char *old = NULL;
    size_t n_old = 0;
    mote_seal_key next;
    uint8_t head[HEAD_BYTES];
    MOTE_SCOPED_BUF fresh;
    mote_buf_init(&fresh, FILE_MAX);
    MOTE_TRY(mote_file_read(k->log_path, FILE_MAX, &old, &n_old, err));
    MOTE_TRY(mote_random_bytes(next.bytes, sizeof next.bytes, err));
    fill_head(head, k->generation + 1);
    mote_buf_add(&fresh, head, sizeof head);
    MOTE_TRY(rewrap(k, (const uint8_t *)old, n_old, &next, &fresh, err));
    mote_status st = switch_over(k, &fresh, n_old, &next, err);
    mote_wipe(&next, sizeof next);
    mote_keyring_forget(k);
    return st;
}

mote_status mote_keyring_shed(mote_keyring *k, int64_t *n_destroyed, mote_err *err)
{
    int64_t n = 0;
    MOTE_TRY(
        mote_store_query_i64(k->store, "SELECT count(*) FROM log_key WHERE state = 1", &n, err));
    if (n > 0) {
        MOTE_SCOPED_TXN txn = {0};
        MOTE_TRY(mote_store_begin(k->store, &txn, err));
        MOTE_TRY(mote_keyring_prepare(k, err));
        MOTE_TRY(destroy_doomed(k, err));
        MOTE_TRY(mote_store_exec(k->store, "UPDATE log_key SET state = 2 WHERE state = 1", err));
        MOTE_TRY(mote_store_commit(&txn, err));
    }
    if (n_destroyed)
        *n_destroyed = n;
    return MOTE_OK;
}

mote_status mote_keyring_give_up(mote_keyring *k, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    mote_seal_key secret;
    mote_err why = {0};
    MOTE_TRY(mote_store_begin(k->store, &txn, err));
    mote_status st = mote_keyring_prepare(k, &why);
    if (st == MOTE_OK)
        st = mote_keyring_get(k, 0, &secret, &why);
    if (st == MOTE_OK)
        return mote_fail(err, MOTE_CONFLICT,
                         "the keys of the prediction log are there and fit: nothing is lost");
    if (st != MOTE_CORRUPT && st != MOTE_NOT_FOUND)
        return mote_fail(err, st, "%s", why.text);
    MOTE_TRY(mote_store_exec(k->store, "UPDATE log_key SET state = 2", err));
    if (mote_path_exists(k->log_path))
        MOTE_TRY(mote_file_shred(k->log_path, err));
    k->generation = 0;
    mote_keyring_forget(k);
    MOTE_TRY(make_files(k, err));
    return mote_store_commit(&txn, err);
}
