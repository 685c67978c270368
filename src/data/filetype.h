/* SPDX-License-Identifier: Apache-2.0 */
/* File types: what a file is by its first bytes, whatever its name says.
 *
 * A recording named 'clip.dat' is a recording; a web page, an archive or a Git LFS pointer named
 * 'clip.wav' is called what it is. The list is data/filetype.def. Depends on base. Used by
 * data/kind (which kind reads it), data/audio (what cannot be decoded is named) and data/import
 * (what is taken, skipped, refused).
 *
 * Source of the magic numbers: the specifications of the formats; for MP3 ISO 11172-3, 2.4.1.3. */
#ifndef MOTE_DATA_FILETYPE_H
#define MOTE_DATA_FILETYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
#define FILETYPE(id, holds, name) MOTE_FILETYPE_##id,
#include "data/filetype.def"
#undef FILETYPE
    MOTE_N_FILETYPES
} mote_filetype;

#define MOTE_FILETYPE_HEAD_BYTES 4096 /* as many first bytes are enough to know */

/* bytes[0..n): the start of the file, or all of it. */
mote_filetype mote_filetype_of(const void *bytes, size_t n);

/* Is it UTF-16, and of which order? By its mark, or by the zero that stands in every other byte of
 * ASCII; then the length must be even. bytes[0..n) as above. */
typedef enum { MOTE_UTF16_NONE, MOTE_UTF16_LE, MOTE_UTF16_BE } mote_utf16;
mote_utf16 mote_filetype_utf16(const void *bytes, size_t n);

/* May a file of the type hold samples of any kind, but not as it is (an archive, a pointer)? */
bool mote_filetype_may_hold(mote_filetype t);

const char *mote_filetype_name(mote_filetype t); /* "a ZIP archive; unpack it and .." */

/* Bytes of the MPEG audio frame whose header stands at p (4 bytes are read): 0 when that is no
 * header of layer I to III, or of one whose rate is free. */
size_t mote_mpeg_frame_bytes(const uint8_t *p);

#endif
