/* SPDX-License-Identifier: Apache-2.0 */
/* Whole or not: see container.h. Every loop moves forward and ends at n. */
#include "data/container.h"

#include <stdbool.h>
#include <string.h>

#define JUNK_BYTES  65536 /* at most, before the first frame of an MP3 file */
#define MAX_STREAMS 8     /* of an OGG file, whose page numbers are followed */

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static uint64_t le64(const uint8_t *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}
static uint64_t be64(const uint8_t *p)
{
    return be32(p + 4) | (uint64_t)be32(p) << 32;
}

static mote_status promised(uint64_t wanted, size_t n, const char *what, mote_err *err)
{
    if (wanted <= n)
        return MOTE_OK;
    return mote_fail(err, MOTE_CORRUPT,
                     "'%s': the header promises %llu bytes, only %zu are there; the file was cut "
                     "short",
                     what, (unsigned long long)wanted, n);
}

static mote_status damaged(size_t at, const char *what, mote_err *err)
{
    return mote_fail(err, MOTE_CORRUPT, "'%s': damaged at byte %zu", what, at);
}

static mote_status cut(const char *what, size_t at, mote_err *err)
{
    return mote_fail(err, MOTE_CORRUPT,
                     "'%s': ends inside the part of the file that begins at byte %zu; it was cut "
                     "short",
                     what, at);
}

/* ---- containers with one length ------------------------------------------------------------- */

static mote_status check_au(const mote_file_bytes *file, mote_err *err)
{
    const uint8_t *p = file->bytes;
    const size_t n = file->n;
    if (n < 24)
        return cut(file->name, 0, err);
    bool big = p[0] == '.';
    uint32_t offset = big ? be32(p + 4) : le32(p + 4), size = big ? be32(p + 8) : le32(p + 8);
    return promised(size == 0xffffffffu ? 0 : (uint64_t)offset + size, n, file->name, err);
}

static mote_status check_caf(const mote_file_bytes *file, mote_err *err)
{
    const uint8_t *p = file->bytes;
    const size_t n = file->n;
    if (n < 8)
        return cut(file->name, 0, err);
    for (size_t at = 8; n - at >= 12;) {
        uint64_t size = be64(p + at + 4);
        if (memcmp(p + at, "data", 4) == 0 && size == UINT64_MAX)
            return MOTE_OK; /* to the end */
        if (size > n - at - 12)
            return promised(size + at + 12, n, file->name, err);
        at += 12 + (size_t)size;
    }
    return MOTE_OK;
}

/* ---- OGG ------------------------------------------------------------------------------------ */

/* Polynomial 0x04c11db7, highest bit first, nothing inverted: RFC 3533, section 6. */
static void make_crc_table(uint32_t table[256])
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t r = i << 24;
        for (int k = 0; k < 8; k++)
            r = r & 0x80000000u ? r << 1 ^ 0x04c11db7u : r << 1;
        table[i] = r;
    }
}

static uint32_t page_crc(const uint32_t table[256], const uint8_t *p, size_t n)
{
    uint32_t r = 0;
    for (size_t i = 0; i < n; i++) /* the field of the sum itself counts as 0 */
        r = r << 8 ^ table[(r >> 24 ^ (i >= 22 && i < 26 ? 0u : p[i])) & 0xffu];
    return r;
}

typedef struct {
    uint32_t serial[MAX_STREAMS], next[MAX_STREAMS];
    size_t n;
} streams;

/* Is this the page that follows the one before it of its stream? */
static bool follows(streams *s, uint32_t serial, uint32_t number)
{
    size_t i = 0;
    while (i < s->n && s->serial[i] != serial)
        i++;
    if (i == MAX_STREAMS)
        return true;
    bool ok = i == s->n || s->next[i] == number;
    s->n += i == s->n ? 1 : 0;
    s->serial[i] = serial;
    s->next[i] = number + 1;
    return ok;
}

static mote_status check_ogg(const mote_file_bytes *file, mote_err *err)
{
    const uint8_t *p = file->bytes;
    const size_t n = file->n;
    uint32_t table[256];
    make_crc_table(table);
    streams s = {.n = 0};
    for (size_t at = 0; at < n;) {
        const uint8_t *page = p + at;
        size_t left = n - at;
        if (left < 4 ? memcmp(page, "OggS", left) != 0 : memcmp(page, "OggS", 4) != 0)
            return damaged(at, file->name, err);
        if (left < 27 || left < 27u + page[26])
            return cut(file->name, at, err);
        size_t size = 27u + page[26];
        for (size_t i = 0; i < page[26]; i++)
            size += page[27 + i];
        if (left < size)
            return cut(file->name, at, err);
        if (page_crc(table, page, size) != le32(page + 22))
            return damaged(at, file->name, err);
        if (!follows(&s, le32(page + 14), le32(page + 18)))
            return mote_fail(err, MOTE_CORRUPT, "'%s': pages are missing before byte %zu",
                             file->name, at);
        at += size;
    }
    return MOTE_OK;
}

/* ---- MP3 ------------------------------------------------------------------------------------ */

/* Behind an ID3v2 tag, if there is one: its length has 7 bits a byte. */
static size_t skip_id3(const uint8_t *p, size_t n)
{
    if (n < 10 || memcmp(p, "ID3", 3) != 0)
        return 0;
    size_t size = 10 + ((size_t)(p[6] & 0x7f) << 21 | (size_t)(p[7] & 0x7f) << 14 |
                        (size_t)(p[8] & 0x7f) << 7 | (size_t)(p[9] & 0x7f));
    return size < n ? size : n;
}

/* What may stand behind the last frame: tags, or zeros that fill a sector. */
static bool is_trailer(const uint8_t *p, size_t n)
{
    if ((n >= 3 && memcmp(p, "TAG", 3) == 0) || (n >= 8 && memcmp(p, "APETAGEX", 8) == 0) ||
        (n >= 11 && memcmp(p, "LYRICSBEGIN", 11) == 0) || (n >= 3 && memcmp(p, "ID3", 3) == 0))
        return true;
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static mote_status check_mp3(const mote_file_bytes *file, mote_err *err)
{
    const uint8_t *p = file->bytes;
    const size_t n = file->n;
    size_t at = skip_id3(p, n), first = at;
    while (at + 4 <= n && at - first < JUNK_BYTES &&
           (mote_mpeg_frame_bytes(p + at) == 0 ||
            (at + mote_mpeg_frame_bytes(p + at) + 4 <= n &&
             mote_mpeg_frame_bytes(p + at + mote_mpeg_frame_bytes(p + at)) == 0 &&
             !is_trailer(p + at + mote_mpeg_frame_bytes(p + at),
                         n - at - mote_mpeg_frame_bytes(p + at)))))
        at++;
    for (size_t frame; at < n; at += frame) {
        frame = n - at >= 4 ? mote_mpeg_frame_bytes(p + at) : 0;
        if (frame == 0)
            return is_trailer(p + at, n - at) ? MOTE_OK : damaged(at, file->name, err);
        if (frame > n - at)
            return cut(file->name, at, err);
    }
    return MOTE_OK;
}

mote_status mote_container_check(mote_filetype type, const mote_file_bytes *file, mote_err *err)
{
    const uint8_t *p = file->bytes;
    const size_t n = file->n;
    if (type == MOTE_FILETYPE_ogg)
        return check_ogg(file, err);
    if (type == MOTE_FILETYPE_mp3)
        return check_mp3(file, err);
    if (type == MOTE_FILETYPE_au)
        return check_au(file, err);
    if (type == MOTE_FILETYPE_caf)
        return check_caf(file, err);
    if (type == MOTE_FILETYPE_aiff)
        return promised((uint64_t)be32(p + 4) + 8, n, file->name, err);
    if (type == MOTE_FILETYPE_w64)
        return n < 24 ? cut(file->name, 0, err) : promised(le64(p + 16), n, file->name, err);
    return MOTE_OK;
}
