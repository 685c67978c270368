/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an image and as a set of images: refused in words, or decoded within the limits and
 * brought to another size; never a crash. */
#include <stdlib.h>

#include <string.h>

#include "data/image.h"
#include "data/kind_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Through the kind: what is decoded for a cut is of the cut's size, whatever the file. */
static void as_a_kind(const uint8_t *data, size_t size)
{
    static uint8_t out[24 * 32 * 3];
    const mote_kind *k = mote_kind_of(MOTE_INPUT_IMAGE);
    const mote_cut_config cut = {
        .height = 24, .width = 32, .n_channels = size % 2 ? 1 : 3, .fit = (mrt_fit)(size % 3)};
    mote_decoding cfg = k->decoding();
    (void)mote_kind_take(k, mote_filetype_of(data, size), data, size);
    for (int whole = 0; whole < 2; whole++) {
        mote_decoded d = {0};
        mote_err err;
        cfg.max_bytes = 1 << 20;
        cfg.samples_only = !whole;
        cfg.cut = whole ? NULL : &cut;
        if (mote_kind_decode(k, &(mote_file_bytes){"fuzz", data, size}, &cfg, &d, &err) != MOTE_OK)
            continue;
        if (whole ? !strchr(d.facts, '}') : d.bytes != sizeof out * (size % 2 ? 1 : 3) / 3)
            abort();
        if (!whole)
            k->cut(&(mote_piece){&d, 0, 0}, &cut, 0, out);
        mote_decoded_release(&d);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= 1 << 16) /* whole pictures, up to the limit of the kind, are slow */
        as_a_kind(data, size);
    static uint8_t out[48 * 48 * 3];
    const mote_file_bytes file = {"fuzz", data, size};
    mote_image_config cfg = mote_image_config_default();
    mote_image im;
    mote_image_set set;
    mote_err err;
    cfg.max_bytes = 1 << 20;
    cfg.max_pixels = 1 << 18;
    if (mote_image_decode(&file, &cfg, &im, NULL, &err) == MOTE_OK) {
        if (im.width < 1 || im.height < 1 || (int64_t)im.width * im.height > cfg.max_pixels ||
            (im.n_channels != 1 && im.n_channels != 3))
            abort();
        for (int fit = 0; fit < 3; fit++) {
            const mrt_picture_form form = {(mrt_fit)fit, 48, 48, fit == 1 ? 1 : 3, 0};
            if (mote_image_fit(&im, &form, out, &err) != MOTE_OK)
                abort();
        }
        mote_image_release(&im);
    }
    if (mote_image_set_open(&file, &set, &err) == MOTE_OK && set.n > 0 &&
        set.record_bytes <= sizeof out)
        (void)mote_image_set_get(&set, set.n - 1, out);
    return 0;
}
