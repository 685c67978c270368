/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of files by their first bytes: see filetype.h. */
#include "data/filetype.h"

#include <string.h>

#include "base/text.h"

typedef struct {
    bool may_hold;
    const char *name;
} entry;

static const entry entries[MOTE_N_FILETYPES] = {
#define HOLDS                     true
#define PLAIN                     false
#define FILETYPE(id, holds, name) {holds, name},
#include "data/filetype.def"
#undef FILETYPE
#undef HOLDS
#undef PLAIN
};

bool mote_filetype_may_hold(mote_filetype t)
{
    return entries[t].may_hold;
}
const char *mote_filetype_name(mote_filetype t)
{
    return entries[t].name;
}

typedef struct {
    mote_filetype type;
    size_t at, n;
    const char *bytes;
} magic;

/* Those that two facts decide stand before those that one decides. */
static const magic magics[] = {
    {MOTE_FILETYPE_flac, 0, 4, "fLaC"},
    {MOTE_FILETYPE_ogg, 0, 4, "OggS"},
    {MOTE_FILETYPE_w64, 0, 16, "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"},
    {MOTE_FILETYPE_au, 0, 4, ".snd"},
    {MOTE_FILETYPE_au, 0, 4, "dns."},
    {MOTE_FILETYPE_caf, 0, 4, "caff"},
    {MOTE_FILETYPE_heif, 4, 7, "ftyphei"},
    {MOTE_FILETYPE_heif, 4, 8, "ftypmif1"},
    {MOTE_FILETYPE_heif, 4, 8, "ftypavif"},
    {MOTE_FILETYPE_mp4, 4, 4, "ftyp"},
    {MOTE_FILETYPE_amr, 0, 5, "#!AMR"},
    {MOTE_FILETYPE_asf, 0, 8, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"},
    {MOTE_FILETYPE_matroska, 0, 4, "\x1a\x45\xdf\xa3"},
    {MOTE_FILETYPE_sphere, 0, 7, "NIST_1A"},
    {MOTE_FILETYPE_lfs, 0, 24, "version https://git-lfs."},
    {MOTE_FILETYPE_zip, 0, 4, "PK\x03\x04"},
    {MOTE_FILETYPE_zip, 0, 4, "PK\x05\x06"},
    {MOTE_FILETYPE_gzip, 0, 3, "\x1f\x8b\x08"},
    {MOTE_FILETYPE_bzip2, 0, 3, "BZh"},
    {MOTE_FILETYPE_xz, 0, 6,
     "\xfd"
     "7zXZ\0"},
    {MOTE_FILETYPE_zstd, 0, 4, "\x28\xb5\x2f\xfd"},
    {MOTE_FILETYPE_rar, 0, 6, "Rar!\x1a\x07"},
    {MOTE_FILETYPE_sevenzip, 0, 6, "7z\xbc\xaf\x27\x1c"},
    {MOTE_FILETYPE_tar, 257, 5, "ustar"},
    {MOTE_FILETYPE_hdf5, 0, 8, "\x89HDF\r\n\x1a\n"},
    {MOTE_FILETYPE_numpy, 0, 6, "\x93NUMPY"},
    {MOTE_FILETYPE_parquet, 0, 4, "PAR1"},
    {MOTE_FILETYPE_png, 0, 8, "\x89PNG\r\n\x1a\n"},
    {MOTE_FILETYPE_jpeg, 0, 3, "\xff\xd8\xff"},
    {MOTE_FILETYPE_gif, 0, 4, "GIF8"},
    {MOTE_FILETYPE_tiff, 0, 4, "II*\0"},
    {MOTE_FILETYPE_tiff, 0, 4, "MM\0*"},
    {MOTE_FILETYPE_midi, 0, 4, "MThd"},
    {MOTE_FILETYPE_pdf, 0, 5, "%PDF-"},
    {MOTE_FILETYPE_elf, 0, 4,
     "\x7f"
     "ELF"},
};

static bool is_at(const uint8_t *p, size_t n, size_t at, const char *bytes, size_t n_bytes)
{
    return n >= at + n_bytes && memcmp(p + at, bytes, n_bytes) == 0;
}

/* ---- RIFF and IFF: the kind stands behind the length ---------------------------------------- */

static bool iff_type(const uint8_t *p, size_t n, mote_filetype *out)
{
    if (is_at(p, n, 8, "WAVE", 4)) {
        bool is_long = is_at(p, n, 0, "RF64", 4) || is_at(p, n, 0, "BW64", 4);
        *out = is_long ? MOTE_FILETYPE_rf64 : MOTE_FILETYPE_wav;
        return is_long || is_at(p, n, 0, "RIFF", 4) || is_at(p, n, 0, "RIFX", 4);
    }
    if (is_at(p, n, 0, "RIFF", 4) && is_at(p, n, 8, "WEBP", 4)) {
        *out = MOTE_FILETYPE_webp;
        return true;
    }
    *out = is_at(p, n, 0, "RIFF", 4) ? MOTE_FILETYPE_avi : MOTE_FILETYPE_aiff;
    return is_at(p, n, 0, "RIFF", 4)   ? is_at(p, n, 8, "AVI ", 4)
           : is_at(p, n, 0, "FORM", 4) ? is_at(p, n, 8, "AIF", 3)
                                       : false;
}

/* ---- MPEG audio ----------------------------------------------------------------------------- */

/* kbit/s by [version 1?][layer I, II, III][index]; ISO 11172-3 and 13818-3. */
static const uint16_t kbits[2][3][15] = {
    {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
     {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
     {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}},
    {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
     {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
     {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}}};

size_t mote_mpeg_frame_bytes(const uint8_t *p)
{
    static const uint32_t rates[] = {44100, 48000, 32000};
    uint32_t version = p[1] >> 3 & 3u, layer = 3u - (p[1] >> 1 & 3u); /* 0: I, 1: II, 2: III */
    uint32_t index = p[2] >> 4, rate = p[2] >> 2 & 3u, pad = p[2] >> 1 & 1u;
    if (p[0] != 0xff || (p[1] & 0xe0u) != 0xe0u || version == 1 || layer == 3 || index == 15 ||
        rate == 3)
        return 0;
    uint32_t hz = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    size_t bits = (size_t)kbits[version == 3][layer][index] * 1000;
    if (bits == 0)
        return 0;
    if (layer == 0)
        return (12 * bits / hz + pad) * 4;
    return (layer == 2 && version != 3 ? 72 : 144) * bits / hz + pad;
}

/* Two frames one behind the other: two bytes alone would be a coincidence. */
static bool is_mpeg(const uint8_t *p, size_t n)
{
    if (is_at(p, n, 0, "ID3", 3) || is_at(p, n, 0, "\xff\xfe", 2))
        return p[0] == 'I'; /* the mark of UTF-16 looks like a frame of layer I */
    size_t frame = n >= 4 ? mote_mpeg_frame_bytes(p) : 0;
    return frame > 0 && (frame + 4 > n || mote_mpeg_frame_bytes(p + frame) > 0);
}

static bool is_aac(const uint8_t *p, size_t n)
{
    return n >= 7 && p[0] == 0xff && (p[1] & 0xf6u) == 0xf0u;
}

/* ---- pictures whose magic is two letters ---------------------------------------------------- */

/* The sizes of the heads that follow: BITMAPCOREHEADER 12, BITMAPINFOHEADER to V5 40 to 124. */
static bool is_bmp(const uint8_t *p, size_t n)
{
    return n >= 18 && is_at(p, n, 0, "BM", 2) && is_at(p, n, 15, "\0\0\0", 3) &&
           (p[14] == 12 || (p[14] >= 40 && p[14] <= 124));
}

/* "P5", then a width, which comments may stand before. */
static bool is_pnm(const uint8_t *p, size_t n)
{
    if (n < 4 || p[0] != 'P' || p[1] < '1' || p[1] > '6')
        return false;
    size_t i = 2;
    while (i < n && (p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r')))
        i++;
    return i < n && (p[i] == '#' || (i > 2 && p[i] >= '0' && p[i] <= '9'));
}

/* ---- text ----------------------------------------------------------------------------------- */

#define MAX_UTF16_LOOKED 4096

mote_utf16 mote_filetype_utf16(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t zeros[2] = {0, 0}, looked = n < MAX_UTF16_LOOKED ? n & ~(size_t)1 : MAX_UTF16_LOOKED;
    if (is_at(p, n, 0, "\xff\xfe", 2) || is_at(p, n, 0, "\xfe\xff", 2))
        return p[0] == 0xff ? MOTE_UTF16_LE : MOTE_UTF16_BE;
    if (n % 2 || looked < 8)
        return MOTE_UTF16_NONE;
    for (size_t i = 0; i < looked; i++)
        zeros[i & 1] += p[i] == 0;
    size_t most = zeros[0] > zeros[1] ? zeros[0] : zeros[1], low = zeros[1] ? 0 : 1;
    bool is_text = most > looked / 4 && (zeros[0] == 0 || zeros[1] == 0);
    for (size_t i = 0; i < looked && is_text; i += 2)
        is_text = p[i + 1 - low] != 0 || p[i + low] >= '\t'; /* numbers in binary are small */
    return !is_text ? MOTE_UTF16_NONE : low ? MOTE_UTF16_BE : MOTE_UTF16_LE;
}

/* UTF-8, or what one byte a character wrote: then letters of other countries stand among ASCII, and
 * are the lesser part. */
static bool is_text(const uint8_t *p, size_t n)
{
    size_t n_odd = 0, n_high = 0;
    if (mote_filetype_utf16(p, n) != MOTE_UTF16_NONE)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == 0)
            return false;
        n_odd += p[i] < 0x20 && !(p[i] >= '\t' && p[i] <= '\r') && p[i] != 0x1b;
        n_high += p[i] >= 0x80;
    }
    size_t whole = n; /* the head may end inside a character */
    while (whole > 0 && n - whole < 4 && !mote_utf8_valid((const char *)p, whole))
        whole--;
    if (whole > 0 && mote_utf8_valid((const char *)p, whole))
        return n_odd * 50 <= n;
    return n_odd == 0 && n_high * 2 < n;
}

static mote_filetype text_type(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && (p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r')))
        i++;
    if (i < n && (p[i] == '{' || p[i] == '['))
        return MOTE_FILETYPE_json;
    bool is_tag = i + 5 < n && p[i] == '<';
    return is_tag && (p[i + 1] == '!' || (p[i + 1] | 0x20) == 'h') ? MOTE_FILETYPE_html
                                                                   : MOTE_FILETYPE_text;
}

mote_filetype mote_filetype_of(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    mote_filetype type = MOTE_FILETYPE_unknown;
    n = n < MOTE_FILETYPE_HEAD_BYTES ? n : MOTE_FILETYPE_HEAD_BYTES;
    if (n == 0)
        return MOTE_FILETYPE_empty;
    if (iff_type(p, n, &type))
        return type;
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (is_at(p, n, magics[i].at, magics[i].bytes, magics[i].n))
            return magics[i].type;
    if (is_mpeg(p, n))
        return MOTE_FILETYPE_mp3;
    if (is_aac(p, n))
        return MOTE_FILETYPE_aac;
    if (is_bmp(p, n) || is_pnm(p, n))
        return p[0] == 'B' ? MOTE_FILETYPE_bmp : MOTE_FILETYPE_pnm;
    return is_text(p, n) ? text_type(p, n) : MOTE_FILETYPE_unknown;
}
