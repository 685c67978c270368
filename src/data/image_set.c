/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hold many images of one size: IDX (MNIST and its kin) and CIFAR binary.
 *
 *     IDX     0 0 08 rank, rank sizes of 4 bytes, the highest first, then the values
 *     CIFAR   label (10 classes), or coarse and fine label (100), then 1024 red, green, blue each
 *
 * Sources: the description of IDX at the MNIST database's site; the CIFAR-10 and CIFAR-100 page. */
#include <string.h>

#include "data/image.h"

#define CIFAR_SIDE   32
#define CIFAR_PIXELS (CIFAR_SIDE * CIFAR_SIDE)

static uint32_t big_u32(const uint8_t *d)
{
    return (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
}

static bool is_idx(const uint8_t *d, size_t n)
{
    return n >= 8 && d[0] == 0 && d[1] == 0 && d[2] == 8 && (d[3] == 3 || d[3] == 4);
}

/* Are all labels of the records in range? That no other file of this size has them is likely enough
 * only from a number of records on; a single one must come from whoever knows what it is. */
static bool is_cifar(const uint8_t *d, size_t n, size_t record, mote_image_set_format f)
{
    if (n % record != 0 || n / record < 4)
        return false;
    for (size_t at = 0; at < n; at += record) {
        bool fits = f == MOTE_IMAGE_CIFAR10 ? d[at] < 10 : d[at] < 20 && d[at + 1] < 100;
        if (!fits)
            return false;
    }
    return true;
}

static mote_status open_idx(const mote_file_bytes *file, mote_image_set *out, mote_err *err)
{
    const char *what = file->name;
    const uint8_t *d = file->bytes;
    const size_t n = file->n;
    size_t rank = d[3], head = 4 + 4 * rank;
    uint32_t size[4] = {0, 0, 0, 1};
    if (n < head)
        return mote_fail(err, MOTE_CORRUPT, "'%s' ends inside its head of %zu bytes", what, head);
    for (size_t i = 0; i < rank; i++)
        size[i] = big_u32(d + 4 + 4 * i);
    if (size[1] < 1 || size[1] > 4096 || size[2] < 1 || size[2] > 4096 ||
        (size[3] != 1 && size[3] != 3))
        return mote_fail(
            err, MOTE_UNSUPPORTED,
            "'%s' holds images of %u x %u with %u channels; 1 to 4096 a side with 1 or 3 "
            "are read",
            what, size[2], size[1], size[3]);
    size_t record = (size_t)size[1] * size[2] * size[3], there = (n - head) / record;
    if (there < size[0] || n - head != record * size[0])
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s' promises %u images of %zu bytes and holds %zu bytes", what, size[0],
                         record, n - head);
    *out = (mote_image_set){MOTE_IMAGE_IDX,   size[0],  (int32_t)size[2], (int32_t)size[1],
                            (int32_t)size[3], d + head, record,           0};
    return MOTE_OK;
}

mote_status mote_image_set_open(const mote_file_bytes *file, mote_image_set *out, mote_err *err)
{
    const uint8_t *d = file->bytes;
    const size_t n = file->n;
    size_t ten = 1 + 3 * CIFAR_PIXELS, hundred = 2 + 3 * CIFAR_PIXELS;
    if (is_idx(d, n))
        return open_idx(file, out, err);
    if (is_cifar(d, n, ten, MOTE_IMAGE_CIFAR10))
        *out = (mote_image_set){
            MOTE_IMAGE_CIFAR10, (int64_t)(n / ten), CIFAR_SIDE, CIFAR_SIDE, 3, d, ten, 1};
    else if (is_cifar(d, n, hundred, MOTE_IMAGE_CIFAR100))
        *out = (mote_image_set){
            MOTE_IMAGE_CIFAR100, (int64_t)(n / hundred), CIFAR_SIDE, CIFAR_SIDE, 3, d, hundred, 2};
    else
        return mote_fail(
            err, MOTE_UNSUPPORTED,
            "'%s' is no set of images: neither IDX nor CIFAR records of %zu or %zu bytes",
            file->name, ten, hundred);
    return MOTE_OK;
}

int32_t mote_image_set_get(const mote_image_set *s, int64_t i, uint8_t *out)
{
    const uint8_t *record = s->bytes + (size_t)i * s->record_bytes;
    if (s->format == MOTE_IMAGE_IDX) {
        memcpy(out, record, s->record_bytes);
        return -1;
    }
    const uint8_t *planes = record + s->pixels_at;
    for (size_t k = 0; k < CIFAR_PIXELS; k++)
        for (size_t c = 0; c < 3; c++)
            out[3 * k + c] = planes[c * CIFAR_PIXELS + k];
    return record[s->pixels_at - 1];
}

mote_status mote_image_labels_open(const mote_file_bytes *file, const uint8_t **labels,
                                   int64_t *n_labels, mote_err *err)
{
    const uint8_t *d = file->bytes;
    const size_t n = file->n;
    if (n < 8 || memcmp(d, "\0\0\x08\x01", 4) != 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' is no IDX file of labels", file->name);
    if (n - 8 != big_u32(d + 4))
        return mote_fail(err, MOTE_CORRUPT, "'%s' promises %u labels and holds %zu", file->name,
                         big_u32(d + 4), n - 8);
    *labels = d + 8;
    *n_labels = (int64_t)(n - 8);
    return MOTE_OK;
}
