/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as a kind in its own words. Depends on data/kind, data/image. */
#ifndef MOTE_DATA_KIND_IMAGE_H
#define MOTE_DATA_KIND_IMAGE_H

#include "data/image.h"
#include "data/kind.h"

/* The picture: in its own size and colours, or as it will be cut. */
static inline const mote_image *mote_decoded_image(const mote_decoded *d)
{
    return d->own;
}

extern const mote_kind_watch mote_image_watch; /* kind_image_watch.c */

/* How a picture becomes a sample [height][width][channels]; fit: "stretch", "crop" or "letterbox",
 * as image.fit of mote.yaml and models say it (NULL: stretch). */
mote_cut_config mote_image_cut_of(const mote_shape *sample, const char *fit);

#endif
