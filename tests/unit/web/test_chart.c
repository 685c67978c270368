/* SPDX-License-Identifier: Apache-2.0 */
/* Charts: the points of a series are in the SVG where they belong, and the heat map is a PNG that a
 * reader of its own, written here from the standards, understands: chunks with their CRC-32, a zlib
 * stream with its Adler-32, pixels that follow the values. */
#include "support.h"

#include <math.h>

#include "web/chart.h"

static mote_buf drawn;

static const char *svg_of(const mote_chart *c)
{
    mote_buf_release(&drawn);
    mote_buf_init(&drawn, 1 << 22);
    mote_chart_svg(c, &drawn);
    assert_int_equal(drawn.status, MOTE_OK);
    assert_ptr_equal(strstr(drawn.data, "<svg "), drawn.data);
    assert_non_null(strstr(drawn.data, "</svg>"));
    return drawn.data;
}

/* The numbers of the n-th points="x,y x,y " list; how many pairs. */
static size_t points_of(const char *svg, int which, double out[][2], size_t most)
{
    const char *at = svg;
    for (int i = 0; i <= which; i++) {
        at = strstr(at, "points=\"");
        if (!at)
            return 0;
        at += 8;
    }
    size_t n = 0;
    int used = 0;
    while (n < most && sscanf(at, "%lf,%lf %n", &out[n][0], &out[n][1], &used) == 2) {
        at += used;
        n++;
    }
    assert_int_equal(*at, '"');
    return n;
}

static void a_line_goes_through_its_points(void **state)
{
    (void)state;
    const double x[] = {0, 1, 2, 3, 4}, y[] = {0, 10, (double)NAN, 5, 10};
    mote_series s = {.name = "a & b", .x = x, .y = y, .n = 5};
    mote_chart c = {.finding = "t <1>",
                    .x_label = "x",
                    .y_label = "y",
                    .series = &s,
                    .n_series = 1,
                    .limit = 5.0,
                    .limit_name = "at most <5>"};
    const char *svg = svg_of(&c);
    double p[8][2], q[8][2];
    assert_int_equal(points_of(svg, 0, p, 8), 2); /* the gap cuts the line in two */
    assert_int_equal(points_of(svg, 1, q, 8), 2);
    double none[8][2];
    assert_int_equal(points_of(svg, 4, none, 8), 0); /* the narrow drawing has two as well */
    /* x is linear: 0, 1, 3, 4 are equally far apart but for the gap; y grows upwards. */
    double step = p[1][0] - p[0][0];
    assert_true(step > 0 && fabs(q[0][0] - p[1][0] - 2 * step) < 0.3);
    assert_true(fabs(q[1][0] - q[0][0] - step) < 0.3);
    assert_true(p[1][1] < p[0][1] && fabs(q[1][1] - p[1][1]) < 0.11);
    assert_true(fabs(q[0][1] - (p[0][1] + p[1][1]) / 2) < 0.11);
    assert_non_null(strstr(svg, "class=limit "));
    assert_non_null(strstr(svg, "at most &lt;5&gt;"));
    assert_non_null(strstr(svg, "t &lt;1&gt;"));
    assert_non_null(strstr(svg, "a &amp; b"));
    assert_null(strstr(svg, "nan"));
}

static void a_logarithmic_axis_spaces_decades_evenly(void **state)
{
    (void)state;
    const double x[] = {0, 0.1, 1, 10, 100}, y[] = {0, 1, 2, 3, 4};
    mote_series s = {.name = "s", .x = x, .y = y, .n = 5, .mark = {"works <here>", 10, 3}};
    mote_chart c = {.finding = "t",
                    .x_label = "x",
                    .y_label = "y",
                    .series = &s,
                    .n_series = 1,
                    .log_x = true,
                    .y_lo = 0,
                    .y_hi = 4,
                    .limit = (double)NAN};
    double p[8][2];
    const char *svg = svg_of(&c);
    assert_int_equal(points_of(svg, 0, p, 8), 5);
    assert_true(p[0][0] < p[1][0]); /* 0 has a place of its own, labelled as what it is */
    for (int i = 2; i < 4; i++)
        assert_true(fabs((p[i][0] - p[i - 1][0]) - (p[i + 1][0] - p[i][0])) < 0.3);
    assert_non_null(strstr(svg, ">0</text>"));
    assert_non_null(strstr(svg, ">0.1</text>"));
    assert_non_null(strstr(svg, ">100</text>"));
    char mark[80];
    snprintf(mark, sizeof mark, "<circle class=\"mark k1\" cx=%.1f cy=%.1f ", p[3][0], p[3][1]);
    assert_non_null(strstr(svg, mark));
    assert_non_null(strstr(svg, "works &lt;here&gt;"));
    assert_null(strstr(svg, "class=limit "));
    assert_null(strstr(svg, "inf"));
}

/* Where the limit of x is drawn. */
static double x_limit_of(const char *svg)
{
    const char *at = strstr(svg, "<line class=limit x1=");
    assert_non_null(at);
    return strtod(at + strlen("<line class=limit x1="), NULL);
}

/* A limit of x stands where its value does; one beyond the values widens the frame to hold it. */
static void a_limit_of_x_stands_where_its_value_does(void **state)
{
    (void)state;
    const double x[] = {0, 0.1, 1, 10}, y[] = {4, 3, 2, 1};
    mote_series s = {.name = "s", .x = x, .y = y, .n = 4};
    mote_chart c = {.finding = "t",
                    .x_label = "x",
                    .y_label = "y",
                    .series = &s,
                    .n_series = 1,
                    .log_x = true,
                    .limit = (double)NAN,
                    .x_limit = 1,
                    .x_limit_name = "at most <1>"};
    double p[8][2];
    const char *svg = svg_of(&c);
    assert_int_equal(points_of(svg, 0, p, 8), 4);
    assert_true(fabs(x_limit_of(svg) - p[2][0]) < 0.11);
    assert_non_null(strstr(svg, "at most &lt;1&gt;"));
    c.x_limit = 0.01;
    svg = svg_of(&c);
    assert_int_equal(points_of(svg, 0, p, 8), 4);
    assert_true(fabs(x_limit_of(svg) - (2 * p[1][0] - p[2][0])) < 0.5); /* a decade before 0.1 */
    assert_true(p[0][0] < x_limit_of(svg));                             /* and behind 0 */
}

static void dots_are_circles_and_nothing_is_an_empty_frame(void **state)
{
    (void)state;
    const double x[] = {1, 2}, y[] = {3, (double)NAN};
    mote_series s = {.name = "s", .x = x, .y = y, .n = 2, .dots = true, .color = 5};
    mote_chart c = {.finding = "t",
                    .x_label = "x",
                    .y_label = "y",
                    .series = &s,
                    .n_series = 1,
                    .limit = (double)NAN};
    const char *svg = svg_of(&c);
    int n = 0;
    for (const char *at = svg; (at = strstr(at, "<circle class=\"dot k6\"")) != NULL; at++)
        n++;
    assert_int_equal(n, 4); /* one and its legend, in a wide and in a narrow drawing */
    c.n_series = 0;
    svg = svg_of(&c);
    assert_null(strstr(svg, "<circle "));
    assert_non_null(strstr(svg, "class=\"grid\""));
    assert_null(strstr(svg, "nan"));
}

/* Steps are 1, 2 or 5 times a power of ten, and ticks of one axis have equal decimals. */
static void ticks_are_round_numbers(void **state)
{
    (void)state;
    static const struct {
        double lo, hi;
        int most;
        double step;
        int decimals;
    } cases[] = {{0, 1, 6, 0.2, 1},        {0, 100, 6, 20, 0}, {0, 40, 8, 5, 0},
                 {0.93, 0.97, 6, 0.01, 2}, {0, 3.3, 6, 1, 0},  {-5, 5, 5, 2, 0},
                 {0, 12.5, 6, 5, 0},       {0, 1e6, 6, 2e5, 0}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        int decimals = -1;
        double step = mote_chart_step(cases[i].lo, cases[i].hi, cases[i].most, &decimals);
        if (fabs(step / cases[i].step - 1) > 1e-9 || decimals != cases[i].decimals)
            fail_msg("%g to %g: step %g, %d decimals", cases[i].lo, cases[i].hi, step, decimals);
    }
    const double x[] = {0.3, 39.6}, y[] = {0.517, 0.983};
    mote_series s = {.name = "s", .x = x, .y = y, .n = 2};
    mote_chart c = {.finding = "t",
                    .x_label = "x",
                    .y_label = "y",
                    .series = &s,
                    .n_series = 1,
                    .y_is_share = true,
                    .limit = (double)NAN};
    const char *svg = svg_of(&c);
    static const char *const shown[] = {">50</text>", ">60</text>", ">100</text>", ">5</text>",
                                        ">35</text>"};
    for (size_t i = 0; i < T_COUNT(shown); i++)
        if (!strstr(svg, shown[i]))
            fail_msg("no tick %s in %s", shown[i], svg);
    assert_null(strstr(svg, "."
                            "517"));
}

/* ---- PNG --------------------------------------------------------------------------------- */

static uint32_t crc(const uint8_t *p, size_t n)
{
    uint32_t c = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    }
    return ~c;
}

static uint32_t big(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static size_t unbase64(const char *s, uint8_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (; *s != '"'; s += 4) {
        uint32_t x = 0;
        int pad = 0;
        for (int i = 0; i < 4; i++) {
            const char *d = strchr(digits, s[i]);
            assert_true(s[i] == '=' || (d && s[i]));
            pad += s[i] == '=';
            x = x << 6 | (s[i] == '=' ? 0u : (uint32_t)(d - digits));
        }
        for (int i = 0; i < 3 - pad; i++)
            out[n++] = (uint8_t)(x >> (16 - 8 * i));
    }
    return n;
}

static uint8_t png[1 << 18], pixels[1 << 18];

/* Undo a zlib stream of stored blocks. */
static size_t inflate_stored(const uint8_t *z, size_t n, uint8_t *out)
{
    assert_int_equal((z[0] * 256 + z[1]) % 31, 0);
    assert_int_equal(z[0] & 15, 8);
    size_t at = 2, m = 0;
    bool last = false;
    while (!last) {
        last = z[at] & 1;
        assert_int_equal(z[at] >> 1, 0);
        size_t len = z[at + 1] | (size_t)z[at + 2] << 8,
               inverse = z[at + 3] | (size_t)z[at + 4] << 8;
        assert_int_equal(len ^ inverse, 0xffff);
        memcpy(out + m, z + at + 5, len);
        m += len;
        at += 5 + len;
    }
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < m; i++) {
        a = (a + out[i]) % 65521;
        b = (b + a) % 65521;
    }
    assert_int_equal(big(z + at), b << 16 | a);
    assert_int_equal(at + 4, n);
    return m;
}

static void read_png(const char *img, uint32_t width, uint32_t height)
{
    const char *data = strstr(img, "data:image/png;base64,");
    assert_non_null(data);
    size_t n = unbase64(data + 22, png), at = 8, n_pixels = 0, n_chunks = 0;
    assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
    for (; at < n; n_chunks++) {
        static const char *const order[] = {"IHDR", "PLTE", "IDAT", "IEND"};
        uint32_t len = big(png + at);
        assert_true(at + 12 + len <= n && n_chunks < 4);
        assert_memory_equal(png + at + 4, order[n_chunks], 4);
        assert_int_equal(big(png + at + 8 + len), crc(png + at + 4, 4 + len));
        const uint8_t *body = png + at + 8;
        if (n_chunks == 0) {
            assert_int_equal(big(body), width);
            assert_int_equal(big(body + 4), height);
            assert_memory_equal(body + 8, "\x08\x03\0\0\0", 5);
        }
        if (n_chunks == 1)
            assert_int_equal(len, 3 * 64);
        if (n_chunks == 2)
            n_pixels = inflate_stored(body, len, pixels);
        at += 12 + len;
    }
    assert_int_equal(n_chunks, 4);
    assert_int_equal(n_pixels, (size_t)height * (width + 1));
}

static void a_heat_map_is_a_png_of_its_values(void **state)
{
    (void)state;
    const float v[6] = {0.0f, 1.0f, 2.0f, /* row 0: the bottom */ 3.0f, (float)NAN, 6.3f};
    mote_buf b;
    mote_buf_init(&b, 1 << 20);
    mote_heat_map(&(mote_grid){v, 2, 3}, 30, 20, "a \"clip\"", &b);
    assert_non_null(strstr(b.data, "<img width=30 height=20 alt=\"a &quot;clip&quot;\""));
    read_png(b.data, 3, 2);
    /* filter byte, then pixels, top row first */
    const uint8_t want[8] = {0, 30, 0, 63, 0, 0, 10, 20};
    assert_memory_equal(pixels, want, sizeof want);
    mote_buf_release(&b);
}

static void a_large_map_needs_several_blocks_and_a_flat_one_has_one_colour(void **state)
{
    (void)state;
    static float v[300 * 400];
    mote_buf b;
    mote_buf_init(&b, 1 << 20);
    for (size_t i = 0; i < T_COUNT(v); i++)
        v[i] = (float)(i % 7);
    mote_heat_map(&(mote_grid){v, 300, 400}, 400, 300, "", &b);
    read_png(b.data, 400, 300);
    mote_buf_reset(&b);
    for (size_t i = 0; i < T_COUNT(v); i++)
        v[i] = -3.0f;
    mote_heat_map(&(mote_grid){v, 3, 4}, 4, 3, "", &b);
    read_png(b.data, 4, 3);
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(pixels[i], 0);
    mote_buf_reset(&b);
    mote_heat_map(&(mote_grid){v, 0, 4}, 4, 3, "", &b);
    assert_int_equal(b.len, 0);
    mote_buf_release(&b);
}

static int forget(void **state)
{
    (void)state;
    mote_buf_release(&drawn);
    return 0;
}

static void the_threshold_is_drawn_wherever_it_lies(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3}, y[] = {4, 5, 6}, thresholds[] = {1, 5, 9};
    mote_series s = {.name = "s", .x = x, .y = y, .n = 3};
    mote_chart c = {.finding = "t", .x_label = "x", .y_label = "y", .series = &s, .n_series = 1};
    for (size_t i = 0; i < 3; i++) {
        MOTE_SCOPED_BUF out;
        mote_buf_init(&out, 1 << 16);
        c.limit = thresholds[i];
        mote_chart_svg(&c, &out);
        assert_int_equal(out.status, MOTE_OK);
        assert_non_null(strstr(out.data, "<line class=limit"));
    }
}

static void extreme_values_and_sizes_do_no_harm(void **state)
{
    (void)state;
    static const float near[] = {0.0f, 1e-45f}, far[] = {-3e38f, 3e38f};
    static float values[3000 * 2000];
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 1 << 24);
    mote_heat_map(&(mote_grid){near, 1, 2}, 10, 10, "map", &out);
    mote_heat_map(&(mote_grid){far, 1, 2}, 10, 10, "map", &out);
    assert_int_equal(out.status, MOTE_OK);
    mote_heat_map(&(mote_grid){values, 3000, 2000}, 10, 10, "map", &out);
    assert_int_equal(out.status, MOTE_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_is_drawn_wherever_it_lies),
        cmocka_unit_test(extreme_values_and_sizes_do_no_harm),
        cmocka_unit_test(a_line_goes_through_its_points),
        cmocka_unit_test(a_logarithmic_axis_spaces_decades_evenly),
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(a_limit_of_x_stands_where_its_value_does),
        cmocka_unit_test(dots_are_circles_and_nothing_is_an_empty_frame),
        cmocka_unit_test(a_heat_map_is_a_png_of_its_values),
        cmocka_unit_test(a_large_map_needs_several_blocks_and_a_flat_one_has_one_colour),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
