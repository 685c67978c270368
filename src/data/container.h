/* SPDX-License-Identifier: Apache-2.0 */
/* Containers other than WAV: is the file whole? libsndfile quietly shortens a file whose header
 * promises more than is there, skips a damaged page of OGG and goes on behind a damaged frame of
 * MP3; a recording with a hole must be reported, not learned from. FLAC and WAV are not looked at
 * here: the decoder checks each frame of FLAC, data/wav the chunks.
 *
 * Only data/audio uses it. Sources: RFC 3533 (OGG); ISO 11172-3, 2.4.1.3 and id3.org (MP3); AIFF
 * 1.3; Sun/NeXT .snd; Apple Core Audio Format 1.0; Sony Wave64. */
#ifndef MOTE_DATA_CONTAINER_H
#define MOTE_DATA_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/status.h"
#include "data/filetype.h"

/* OK, or CORRUPT with the place. Types that are not named above are always OK. */
MOTE_MUST_USE mote_status mote_container_check(mote_filetype type, const mote_file_bytes *file,
                                               mote_err *err);

#endif
