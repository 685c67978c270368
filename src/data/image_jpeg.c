/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG by libjpeg-turbo with the exact inverse DCT, so that every machine gets the same pixels.
 * Grey stays grey, YCbCr becomes RGB, CMYK and YCCK (Adobe: written inverted) become RGB without a
 * profile; the EXIF orientation is read. libjpeg leaves by longjmp from `fail`. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "base/mem.h"
#include "data/image_internal.h"

#define MAX_SCANS 100

typedef struct {
    struct jpeg_error_mgr manager; /* first: libjpeg hands out its address */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct c;
    jmp_buf out;
    mote_image_job *job;
    mote_err *err;
    mote_status st;
    char warning[JMSG_LENGTH_MAX];
    uint8_t *cmyk; /* one row; owned */
} jpeg;

static _Noreturn void fail(j_common_ptr c)
{
    jpeg *p = (jpeg *)(void *)c->err;
    char message[JMSG_LENGTH_MAX];
    c->err->format_message(c, message);
    if (p->st == MOTE_OK)
        p->st = c->err->msg_code == JERR_OUT_OF_MEMORY
                    ? mote_fail(p->err, MOTE_NOMEM, "'%s'", p->job->what)
                    : mote_fail(p->err, MOTE_CORRUPT, "'%s' is damaged: %s", p->job->what, message);
    longjmp(p->out, 1);
}

/* Bytes between parts are harmless; any other warning means pixels that are made up. */
static void on_message(j_common_ptr c, int level)
{
    jpeg *p = (jpeg *)(void *)c->err;
    if (level >= 0 || c->err->msg_code == JWRN_EXTRANEOUS_DATA || p->warning[0])
        return;
    c->err->format_message(c, p->warning);
}

static void on_progress(j_common_ptr c)
{
    jpeg *p = (jpeg *)(void *)c->err;
    if (c->is_decompressor && p->c.input_scan_number > MAX_SCANS) {
        p->st =
            mote_fail(p->err, MOTE_LIMIT, "'%s' has more than %d scans", p->job->what, MAX_SCANS);
        longjmp(p->out, 1);
    }
}

/* ---- the orientation: tag 0x0112 of the first directory of the TIFF in APP1 "Exif" ---- */

static uint32_t get(const uint8_t *d, bool is_little, int n)
{
    uint32_t x = 0;
    for (int i = 0; i < n; i++)
        x |= (uint32_t)d[i] << 8 * (is_little ? i : n - 1 - i);
    return x;
}

static int32_t orientation_of(const uint8_t *d, size_t n)
{
    if (n < 14 || memcmp(d, "Exif\0\0", 6) != 0)
        return 1;
    d += 6;
    n -= 6;
    bool is_little = d[0] == 'I';
    size_t at = get(d + 4, is_little, 4);
    if (at > n - 2 || at < 8)
        return 1;
    uint32_t n_entries = get(d + at, is_little, 2);
    for (uint32_t i = 0; i < n_entries && at + 2 + 12 * ((size_t)i + 1) <= n; i++) {
        const uint8_t *entry = d + at + 2 + 12 * (size_t)i;
        if (get(entry, is_little, 2) != 0x0112)
            continue;
        uint32_t o = get(entry + 8, is_little, 2);
        return get(entry + 2, is_little, 2) == 3 && o >= 1 && o <= 8 ? (int32_t)o : 1;
    }
    return 1;
}

/* ---- pixels ---- */

/* One row of CMYK; Adobe writes 255 - ink. */
static void rgb_of_cmyk(const jpeg *p, uint8_t *out)
{
    for (uint32_t x = 0; x < p->c.output_width; x++) {
        const uint8_t *in = p->cmyk + 4 * (size_t)x;
        uint32_t k = p->c.saw_Adobe_marker ? in[3] : 255u - in[3];
        for (int c = 0; c < 3; c++) {
            uint32_t ink = p->c.saw_Adobe_marker ? in[c] : 255u - in[c];
            out[3 * (size_t)x + (size_t)c] = (uint8_t)((ink * k + 127) / 255);
        }
    }
}

static void set_facts(jpeg *p)
{
    mote_image_info *i = &p->job->info;
    i->width = (int32_t)p->c.image_width;
    i->height = (int32_t)p->c.image_height;
    i->n_channels = p->c.num_components == 1 ? 1 : p->c.num_components == 4 ? 4 : 3;
    i->bits = p->c.data_precision;
    i->is_interlaced = p->c.progressive_mode;
    for (jpeg_saved_marker_ptr m = p->c.marker_list; m && i->orientation == 1; m = m->next)
        if (m->marker == JPEG_APP0 + 1)
            i->orientation = orientation_of(m->data, m->data_length);
}

static void read_rows(jpeg *p)
{
    size_t row_bytes = (size_t)p->c.output_width * (size_t)p->job->image.n_channels;
    while (p->c.output_scanline < p->c.output_height) {
        uint8_t *row = p->job->image.pixels + p->c.output_scanline * row_bytes;
        JSAMPROW into = p->cmyk ? p->cmyk : row;
        if (jpeg_read_scanlines(&p->c, &into, 1) == 1 && p->cmyk)
            rgb_of_cmyk(p, row);
    }
}

/* All that may leave by longjmp: no local is changed behind the setjmp. */
static void read_picture(jpeg *p)
{
    if (setjmp(p->out))
        return;
    jpeg_create_decompress(&p->c);
    p->c.progress = &p->progress;
    p->c.mem->max_memory_to_use = 512L << 20;
    jpeg_save_markers(&p->c, JPEG_APP0 + 1, 0xFFFF);
    jpeg_mem_src(&p->c, p->job->bytes, (unsigned long)p->job->n);
    (void)jpeg_read_header(&p->c, TRUE);
    set_facts(p);
    int n = p->c.num_components;
    p->c.out_color_space = n == 1 ? JCS_GRAYSCALE : n == 4 ? JCS_CMYK : JCS_RGB;
    p->c.dct_method = JDCT_ISLOW;
    p->st = mote_image_begin(p->job, p->c.image_width, p->c.image_height, n == 1 ? 1 : 3, p->err);
    if (p->st == MOTE_OK && n == 4 && !(p->cmyk = mote_alloc(p->c.image_width, 4)))
        p->st = mote_fail(p->err, MOTE_NOMEM, "'%s'", p->job->what);
    if (p->st != MOTE_OK)
        return;
    (void)jpeg_start_decompress(&p->c);
    read_rows(p);
    (void)jpeg_finish_decompress(&p->c);
    if (p->warning[0])
        p->st = mote_fail(p->err, MOTE_CORRUPT, "'%s' is damaged or ends early: %s", p->job->what,
                          p->warning);
}

mote_status mote_image_jpeg(mote_image_job *job, mote_err *err)
{
    jpeg *p = mote_alloc_zero(1, sizeof *p);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "'%s'", job->what);
    p->job = job;
    p->err = err;
    p->c.err = jpeg_std_error(&p->manager);
    p->manager.error_exit = fail;
    p->manager.emit_message = on_message;
    p->progress.progress_monitor = on_progress;
    read_picture(p);
    mote_status st = p->st;
    jpeg_destroy_decompress(&p->c);
    mote_free(p->cmyk);
    mote_free(p);
    return st;
}
