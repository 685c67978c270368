/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of a sample, kind by kind: curves of a series with the names of its channels, the
 * pixels of an image, the columns of a row; and what an answer says in words. */
#include "html_count.h"
#include "support.h"

#include <math.h>

#include "web/chart.h"
#include "web/report_figure.h"

static void draw(const mote_signature *s, const void *x, const char *title, mote_buf *out)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    const report_figure *figure = report_figure_of(s);
    const report_sample sample = {s, x, title, REPORT_NOT_JUDGED};
    mote_buf_init(out, 1u << 20);
    assert_non_null(figure);
    T_OK(figure->draw(&sample, &a, out, &err));
    T_OK(mote_buf_status(out, &err));
    assert_non_null(strstr(out->data, "<figure"));
    assert_non_null(strstr(out->data, "</figure>"));
}

static void a_window_is_a_curve_a_channel(void **state)
{
    (void)state;
    static const char *const axes[] = {"acc_x", "acc_y"};
    const mote_signature s = {.input = MOTE_INPUT_SERIES,
                              .sample = {MOTE_F32, 2, {3, 2}},
                              .rate_hz = 2,
                              .n_columns = 2,
                              .columns = axes};
    const float x[6] = {0, 10, 1, 11, 2, 12};
    MOTE_SCOPED_BUF html;
    draw(&s, x, "sample 1 of 2: 'circle' & more", &html);
    assert_non_null(strstr(html.data, "acc_x"));
    assert_non_null(strstr(html.data, "acc_y"));
    assert_non_null(strstr(html.data, "seconds"));
    assert_non_null(strstr(html.data, "&amp; more<"));
    assert_non_null(strstr(html.data, "<polyline class=\"line k2\""));
}

/* A page is bounded: a large picture is shown small, as the mean of what it covers. */
static void a_large_picture_is_a_small_thumbnail(void **state)
{
    (void)state;
    static unsigned char x[560 * 280];
    const mote_signature s = {.input = MOTE_INPUT_IMAGE, .sample = {MOTE_U8, 3, {560, 280, 1}}};
    for (size_t i = 0; i < sizeof x; i++)
        x[i] = i % 2 ? 30 : 50;
    unsigned char small[140 * 70];
    memset(small, 40, sizeof small);
    MOTE_SCOPED_BUF html;
    MOTE_SCOPED_BUF pixels;
    draw(&s, x, "a field", &html);
    mote_buf_init(&pixels, 1 << 20);
    const mote_pixels p = {small, 140, 70, 1};
    mote_thumbnail(&p, 70, 140, "a field", &pixels);
    assert_non_null(strstr(html.data, pixels.data));
    assert_true(html.len < 15000);
}

static void a_caption_says_whether_it_is_right(void **state)
{
    (void)state;
    static const struct {
        report_judged judged;
        const char *html;
    } cases[] = {
        {REPORT_NOT_JUDGED, "<figcaption>&#39;4&#39; &amp; more</figcaption>"},
        {REPORT_RIGHT,
         "<figcaption><b class=met>\xe2\x9c\x93</b> &#39;4&#39; &amp; more</figcaption>"},
        {REPORT_WRONG,
         "<figcaption><b class=no>\xe2\x9c\x95</b> &#39;4&#39; &amp; more</figcaption>"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        const report_sample s = {NULL, NULL, "'4' & more", cases[i].judged};
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1000);
        report_caption(&s, &b);
        assert_string_equal(b.data, cases[i].html);
    }
}

/* The image data of the PNG is stored: the pixels stand in it, row by row behind a filter byte. */
static void an_image_is_its_pixels(void **state)
{
    (void)state;
    const mote_signature s = {.input = MOTE_INPUT_IMAGE, .sample = {MOTE_U8, 3, {2, 2, 3}}};
    const unsigned char x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    MOTE_SCOPED_BUF html;
    MOTE_SCOPED_BUF pixels;
    draw(&s, x, "a digit", &html);
    mote_buf_init(&pixels, 256);
    const mote_pixels p = {x, 2, 2, 3};
    mote_thumbnail(&p, 140, 140, "a digit", &pixels);
    assert_non_null(strstr(html.data, pixels.data));
    assert_non_null(strstr(html.data, "width=140 height=140 alt=\"a digit\""));
    /* Two rows of 7 bytes in one stored block: 0, 1..6, 0, 7..12 in base 64, at any of the three
     * places where it can begin. */
    const unsigned char raw[14] = {0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12};
    bool found = false;
    for (size_t skip = 0; skip < 3; skip++) {
        MOTE_SCOPED_BUF text;
        mote_buf_init(&text, 64);
        mote_base64(raw + skip, 9, &text);
        found = found || strstr(html.data, text.data);
    }
    assert_true(found);
    MOTE_SCOPED_BUF none;
    mote_buf_init(&none, 64);
    const mote_pixels odd = {x, 2, 3, 2};
    mote_thumbnail(&odd, 1, 1, "", &none);
    assert_int_equal(none.len, 0);
}

static void a_row_is_its_columns(void **state)
{
    (void)state;
    static const char *const columns[] = {"hour", "wind <m/s>"};
    const mote_signature s = {.input = MOTE_INPUT_TABLE,
                              .sample = {MOTE_F32, 1, {3}},
                              .n_columns = 2,
                              .columns = columns};
    const float x[3] = {17, 2.5f, NAN};
    MOTE_SCOPED_BUF html;
    draw(&s, x, "row", &html);
    assert_non_null(strstr(html.data, "hour</th><td class=r>17</td>"));
    assert_non_null(strstr(html.data, "wind &lt;m/s&gt;</th><td class=r>2.5</td>"));
    assert_non_null(strstr(html.data, "column 3</th><td class=r>missing</td>"));
    const mote_signature sound = {.input = MOTE_INPUT_AUDIO};
    assert_null(report_figure_of(&sound)); /* it has a page of its own */
}

static void answers_are_said_in_words(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    const mote_decision d = {.anomaly = {.threshold = 1.5f}};
    const mote_signature class = {
        .answer = MOTE_ANSWER_CLASS, .n_outputs = 2, .n_labels = 2, .labels = {"still", "shake"}};
    report_said(&class, &d, (const float[]){0.07f, 0.93f}, &b);
    assert_string_equal(b.data, "'shake', 93 %");
    mote_buf_reset(&b);
    const mote_signature value = {.answer = MOTE_ANSWER_VALUE,
                                  .n_outputs = 1,
                                  .n_labels = 1,
                                  .labels = {"rentals"},
                                  .units = {"1/h"}};
    report_said(&value, &d, (const float[]){41.25f}, &b);
    assert_string_equal(b.data, "rentals 41.25 1/h");
    mote_buf_reset(&b);
    const mote_signature score = {.answer = MOTE_ANSWER_ANOMALY, .n_outputs = 1};
    report_said(&score, &d, (const float[]){1.5f}, &b);
    assert_string_equal(b.data, "score 1.5: an anomaly"); /* at the threshold it is one */
    mote_buf_reset(&b);
    report_said(&score, &d, (const float[]){1.25f}, &b);
    assert_string_equal(b.data, "score 1.25: normal");
}

/* The page's picture of a test, from the output of an evaluation. */
static void shown(json_t *evaluated, mote_buf *out)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_lap lap = {.ended_ms = 1};
    mote_arena_init(&a, 1u << 20);
    lap.outputs[MOTE_STAGE_evaluate] = evaluated;
    const mote_report r = {.laps = &lap, .n_laps = 1};
    T_OK(report_shown(&r, &a, out, &err));
    T_OK(mote_buf_status(out, &err));
    json_decref(evaluated);
}

static void values_stand_against_what_is_true(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF html;
    mote_buf_init(&html, 1u << 20);
    shown(json_pack("{s:{s:[[f,f],[f,f],[f,f]]}}", "shown", "rentals <h>", 1.0, 1.5, 2.0, 1.75, 9.0,
                    8.0),
          &html);
    assert_non_null(strstr(html.data, "Said and true"));
    assert_non_null(strstr(html.data, "rentals &lt;h&gt;"));
    /* three points and one in the legend, drawn for a wide page and for a narrow one */
    assert_int_equal(count(html.data, "<circle class=\"dot"), 8);
    assert_non_null(strstr(html.data, "<polyline")); /* where it would be right */
}

static void scores_show_their_threshold(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF html;
    mote_buf_init(&html, 1u << 20);
    shown(json_pack("{s:{s:[f,f,f], s:[f,f]}, s:{s:f, s:f}}", "shown", "normal", 0.1, 0.3, 0.2,
                    "anomaly", 0.9, 0.7, "threshold", "score", 0.35, "asked_false_alarm", 0.01),
          &html);
    assert_non_null(strstr(html.data, "Normal and not"));
    assert_non_null(strstr(html.data, "threshold"));
    assert_int_equal(count(html.data, "<circle class=\"mark"), 2);
    MOTE_SCOPED_BUF none;
    mote_buf_init(&none, 1u << 20);
    shown(json_object(), &none); /* classes have their confusion */
    assert_int_equal(none.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_is_a_curve_a_channel),
        cmocka_unit_test(an_image_is_its_pixels),
        cmocka_unit_test(a_large_picture_is_a_small_thumbnail),
        cmocka_unit_test(a_caption_says_whether_it_is_right),
        cmocka_unit_test(a_row_is_its_columns),
        cmocka_unit_test(answers_are_said_in_words),
        cmocka_unit_test(values_stand_against_what_is_true),
        cmocka_unit_test(scores_show_their_threshold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
