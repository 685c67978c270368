/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as a kind of input: see kind.h; the files are read by image.c and those below it.
 *
 * A sample is as the project says (size, colour or grey, fit), made by the one resizer that the
 * device has too; for a data set that is done as soon as a file is decoded, so that a lap keeps
 * pictures of the input's size only, whatever the size of the files. Sets of pictures are
 * taken apart when they are added (image_set.c): each picture becomes an object, a PGM or PPM. */
#include "data/kind_image.h"

#include <string.h>

#include "base/text.h"

static const char *const endings[] = {"png",  "jpg",  "jpeg", "jpe",  "bmp",  "dib", "pgm",
                                      "ppm",  "pbm",  "pnm",  "gif",  "webp", "tif", "tiff",
                                      "heic", "heif", "avif", "apng", NULL};
static const mote_filetype reads[] = {MOTE_FILETYPE_png, MOTE_FILETYPE_jpeg, MOTE_FILETYPE_bmp,
                                      MOTE_FILETYPE_pnm, MOTE_N_FILETYPES};
static const mote_filetype locked[] = {MOTE_FILETYPE_gif, MOTE_FILETYPE_webp, MOTE_FILETYPE_tiff,
                                       MOTE_FILETYPE_heif, MOTE_N_FILETYPES};

static mote_decoding decoding(void)
{
    return (mote_decoding){.max_bytes = mote_image_config_default().max_bytes};
}

/* ---- decoding ------------------------------------------------------------------------------- */

static void write_facts(const mote_image_info *i, char out[MOTE_FACTS_MAX_BYTES])
{
    (void)mote_format(out, MOTE_FACTS_MAX_BYTES,
                      "{\"format\":\"%s\",\"width\":%d,\"height\":%d,\"n_channels\":%d,"
                      "\"bits\":%d,\"orientation\":%d,\"has_alpha\":%s}",
                      mote_image_format_name(i->format), (int)i->width, (int)i->height,
                      (int)i->n_channels, (int)i->bits, (int)i->orientation,
                      i->has_alpha ? "true" : "false");
}

static size_t bytes_of(const mote_image *im)
{
    return (size_t)im->width * (size_t)im->height * (size_t)im->n_channels;
}

/* The same pixels in another proportion are another picture. */
static mote_status hash_content(const mote_image *im, mote_sha256 *out, mote_err *err)
{
    mote_hasher *h = NULL;
    MOTE_TRY(mote_hasher_create(&h, err));
    mote_hasher_add_u64(h, (uint64_t)im->height);
    mote_hasher_add_u64(h, (uint64_t)im->width);
    mote_hasher_add_u64(h, (uint64_t)im->n_channels);
    mote_hasher_add(h, im->pixels, bytes_of(im));
    *out = mote_hasher_finish(h);
    mote_hasher_destroy(h);
    return MOTE_OK;
}

static void release(void *own)
{
    mote_image_release(own);
    mote_free(own);
}

#define FILL 0 /* around a letterbox */

/* As it will be cut, in the place of the whole. */
static mote_status make_fit(mote_image *im, const mote_cut_config *cut, mote_err *err)
{
    mote_image made = {.width = cut->width, .height = cut->height, .n_channels = cut->n_channels};
    made.pixels = mote_alloc(bytes_of(&made), 1);
    if (!made.pixels)
        return mote_fail(err, MOTE_NOMEM, "a picture of %d x %d", (int)cut->width,
                         (int)cut->height);
    const mrt_picture_form form = {cut->fit, cut->width, cut->height, cut->n_channels, FILL};
    mote_status st = mote_image_fit(im, &form, made.pixels, err);
    mote_image_release(st == MOTE_OK ? im : &made);
    if (st == MOTE_OK)
        *im = made;
    return st;
}

static mote_status decode(const mote_file_bytes *file, const mote_decoding *cfg, mote_decoded *out,
                          mote_err *err)
{
    mote_image_config c = mote_image_config_default();
    mote_image_info info;
    mote_sha256 content = {{0}};
    c.max_bytes = cfg->max_bytes;
    mote_image *im = mote_alloc_zero(1, sizeof *im);
    if (!im)
        return mote_fail(err, MOTE_NOMEM, "'%s': no memory for a picture", file->name);
    mote_status st = mote_image_decode(file, &c, im, &info, err);
    if (st == MOTE_OK && !cfg->samples_only)
        st = hash_content(im, &content, err);
    if (st == MOTE_OK && cfg->samples_only && cfg->cut)
        st = make_fit(im, cfg->cut, err);
    if (st != MOTE_OK) {
        release(im);
        return st;
    }
    out->own = im;
    out->bytes = bytes_of(im);
    out->content = content;
    if (!cfg->samples_only)
        write_facts(&info, out->facts);
    return MOTE_OK;
}

/* ---- checks --------------------------------------------------------------------------------- */

enum { ONE_COLOUR, SMALL };
static const mote_trouble troubles[] = {
    [ONE_COLOUR] = {"one-colour", "pictures of one colour only", "colour",
                    "look at them; remove those that show nothing", false},
    [SMALL] =
        {"small", "pictures smaller than what is made of them, and blown up", "% of image.size",
         "take larger pictures, or choose a smaller image.size; what was never seen cannot be "
         "learned",
         false},
    {NULL, NULL, NULL, NULL, false},
};

static bool is_of_one_colour(const mote_image *im)
{
    size_t n = bytes_of(im), step = (size_t)im->n_channels;
    for (size_t i = step; i < n; i++)
        if (im->pixels[i] != im->pixels[i - step])
            return false;
    return true;
}

/* How large the part that is used is, in percent of what becomes of it: of the side that is blown
 * up most. 100: nothing is blown up. */
static uint32_t percent_of_cut(const mote_image *im, const mote_cut_config *cut)
{
    mrt_rect from, to;
    const mrt_picture_form form = {.fit = cut->fit, .width = cut->width, .height = cut->height};
    mrt_fit_rects(&form, im->width, im->height, &from, &to);
    int64_t across = 100 * (int64_t)from.width / to.width,
            down = 100 * (int64_t)from.height / to.height, least = across < down ? across : down;
    return least < 1 ? 1 : least > 100 ? 100 : (uint32_t)least;
}

static void measure(const mote_decoded *d, const mote_cut_config *cut, mote_measured *out)
{
    const mote_image *im = mote_decoded_image(d);
    out->n[ONE_COLOUR] = is_of_one_colour(im);
    if (cut->height < 1 || cut->width < 1) /* nobody says what will be made of it */
        return;
    uint32_t percent = percent_of_cut(im, cut);
    out->n[SMALL] = percent < 100 ? percent : 0;
}

static void form(const mote_decoded *d, mote_buf *out)
{
    const mote_image *im = mote_decoded_image(d);
    mote_buf_printf(out, "%d x %d, %s", (int)im->width, (int)im->height,
                    im->n_channels == 1 ? "grey" : "colour");
}

_Static_assert(MOTE_KIND_PRINT == MOTE_IMAGE_PRINT, "a print is as long as a kind's may be");
static bool print(const mote_decoded *d, int16_t out[MOTE_KIND_PRINT])
{
    return mote_image_print(mote_decoded_image(d), out);
}

/* ---- samples -------------------------------------------------------------------------------- */

/* As image.fit of mote.yaml and models name them, in the order of mrt_fit. */
static const char *const fits[] = {"stretch", "crop", "letterbox"};

static mrt_fit fit_named(const char *name)
{
    int i = 2;
    while (i > 0 && strcmp(fits[i], name) != 0)
        i--;
    return (mrt_fit)i;
}

mote_cut_config mote_image_cut_of(const mote_shape *sample, const char *fit)
{
    return (mote_cut_config){.height = sample->dims[0],
                             .width = sample->dims[1],
                             .n_channels = sample->dims[2],
                             .fit = fit_named(fit ? fit : "stretch")};
}

static mote_status describe(const mote_decoded *d, const mote_cut_config *cfg, mote_arena *a,
                            mote_sample_form *out, mote_err *err)
{
    (void)d;
    (void)a;
    (void)err;
    out->fit = fits[cfg->fit];
    return MOTE_OK;
}

static mote_cut_config cut_of(const mote_project *p)
{
    return (mote_cut_config){
        .height = p->image.size.h,
        .width = p->image.size.w,
        .n_channels = strcmp(p->image.colour, "rgb") == 0 ? 3 : 1,
        .fit = fit_named(p->image.fit),
    };
}

static mote_status check_cut(const mote_cut_config *cfg, mote_err *err)
{
    if (cfg->height < 1 || cfg->width < 1 || cfg->height > 65535 || cfg->width > 65535 ||
        (cfg->n_channels != 1 && cfg->n_channels != 3))
        return mote_fail(err, MOTE_ARG,
                         "data set: pictures of %d x %d with %d channels are not possible",
                         (int)cfg->height, (int)cfg->width, (int)cfg->n_channels);
    return MOTE_OK;
}

/* The same whatever the file: it is made to fit. */
static mote_status shape(const mote_decoded *d, const mote_cut_config *cfg, mote_shape *out,
                         mote_err *err)
{
    (void)d;
    mote_shape made = {
        .dtype = MOTE_U8, .n_dims = 3, .dims = {cfg->height, cfg->width, cfg->n_channels}};
    MOTE_TRY(mote_shape_check("a picture", &made, err));
    *out = made;
    return MOTE_OK;
}

/* It was made to fit when it was decoded. */
static void cut(const mote_piece *p, const mote_cut_config *cfg, size_t k, void *out)
{
    const mote_image *im = mote_decoded_image(p->decoded);
    MOTE_BUG_IF(k != 0 || im->height != cfg->height || im->width != cfg->width ||
                im->n_channels != cfg->n_channels);
    memcpy(out, im->pixels, bytes_of(im));
}

/* As PGM or PPM, which decode to the same levels in the same size. */
static mote_status encode_cut(const void *own, const mote_shape *shape, const void *x,
                              mote_buf *out, mote_err *err)
{
    (void)own;
    const int32_t *dims = shape->dims;
    mote_buf_printf(out, "P%d\n%d %d\n255\n", dims[2] == 1 ? 5 : 6, (int)dims[1], (int)dims[0]);
    mote_buf_add(out, x, (size_t)mote_shape_elements(shape));
    return mote_buf_status(out, err);
}

extern const mote_kind_set mote_image_sets; /* kind_image_set.c */
extern const mote_kind mote_kind_image;
const mote_kind mote_kind_image = {
    .input = MOTE_INPUT_IMAGE,
    .one = "picture",
    .many = "pictures",
    .formats = "PNG, JPEG, BMP, PGM, PPM, IDX, CIFAR",
    .endings = endings,
    .reads = reads,
    .locked = locked,
    .sets = &mote_image_sets,
    .cut_shrinks = true,
    .decoding = decoding,
    .decode = decode,
    .release = release,
    .troubles = troubles,
    .measure = measure,
    .form = form,
    .forms = "sizes and colours of pictures",
    .print = print,
    .check_cut = check_cut,
    .cut_of = cut_of,
    .is_shape_told = true,
    .shape = shape,
    .cut = cut,
    .cut_type = "image/x-portable-anymap",
    .encode_cut = encode_cut,
    .describe = describe,
    .watch = &mote_image_watch,
};
