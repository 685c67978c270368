/* SPDX-License-Identifier: Apache-2.0 */
/* Series through the same walls as sound: a folder of CSV files becomes samples with facts and
 * labels, a version, and windows that never cross a gap. */
#include "data/kind_series.h"

#include <math.h>

#include "data/dataset.h"
#include "data/import.h"
#include "data/sample.h"
#include "data/version.h"
#include "kind_tree.h"

typedef kind_tree fixture;

/* "t_ms,x,y" at 50 Hz: x counts samples, y is 1000 + x; rows [skip, skip + n_skip) are missing. */
static void write_csv(fixture *f, const char *name, int n, int first, int skip, int n_skip)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "t_ms,x,y\n");
    for (int i = 0; i < n; i++)
        if (i < skip || i >= skip + n_skip)
            mote_buf_printf(&b, "%d,%d.5,%d.5\n", 20 * i, first + i, 1000 + first + i);
    kind_tree_write(f, name, b.data, b.len);
}

static mote_import_report import(fixture *f)
{
    mote_err err = {0};
    mote_import_report r;
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_SERIES));
    cfg.decoding.rate_hz = 50;
    cfg.group_pattern = "{group}_*";
    cfg.now_ms = 5;
    T_OK(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err));
    return r;
}

/* Every split at once, or one of them by itself. */
static mote_status load_split(fixture *f, mote_cut_config cut, int split, mote_dataset *d,
                              mote_err *out)
{
    static const char *const labels[] = {"ring", "wing"};
    mote_err err = {0};
    mote_version_config vc = mote_version_config_default();
    mote_version_report r;
    mote_data_version v;
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &r, &err));
    mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_SERIES));
    cfg.labels = labels;
    cfg.n_labels = 2;
    cfg.all_splits = split == MOTE_N_SPLITS;
    cfg.split = cfg.all_splits ? MOTE_SPLIT_TRAIN : (mote_split)split;
    cfg.cut = cut;
    return mote_dataset_load(f->store, &v, &cfg, d, out);
}

static mote_dataset load(fixture *f, double length_ms, double stride_ms)
{
    mote_err err = {0};
    mote_dataset d;
    T_OK(load_split(
        f, (mote_cut_config){.rate_hz = 50, .length_ms = length_ms, .stride_ms = stride_ms},
        MOTE_N_SPLITS, &d, &err));
    return d;
}

static void a_folder_of_csv_files_becomes_windows(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_csv(f, "wing/anna_1.csv", 100, 0, 0, 0);
    write_csv(f, "wing/bert_1.csv", 30, 500, 0, 0);
    write_csv(f, "ring/anna_2.csv", 60, 3000, 0, 0);
    write_csv(f, "ring/carl_2.csv", 10, 4000, 0, 0); /* shorter than a window */
    mote_import_report r = import(f);
    assert_int_equal(r.total.n_added, 4);
    assert_int_equal(r.n_labels, 2);
    mote_sample_row *s = NULL;
    size_t n = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    assert_int_equal(n, 4);
    assert_string_equal(mote_input_name(s[0].kind->input), "series");
    assert_string_equal(s[0].label, "ring");
    assert_string_equal(s[0].group, "anna");
    assert_int_equal(s[0].duration_us, 1200000);
    assert_non_null(strstr(s[0].facts, "\"n_channels\":2,\"rate_hz\":50,\"n\":60"));

    mote_dataset d = load(f, 400, 200); /* 20 samples every 10 */
    assert_int_equal(d.shape.dtype, MOTE_F32);
    assert_int_equal(d.shape.n_dims, 2);
    assert_int_equal(d.shape.dims[0], 20);
    assert_int_equal(d.shape.dims[1], 2);
    assert_int_equal(d.n, 9 + 2 + 5);
    assert_int_equal(d.n_per_class[0], 5);
    assert_int_equal(d.n_per_class[1], 11);
    assert_int_equal(d.n_left_out, 1);
    for (size_t i = 0; i < d.n; i++) {
        const float *x = mote_dataset_sample(&d, i);
        for (size_t k = 0; k < 20; k++) {
            assert_true(fabsf(x[2 * k] - x[0] - (float)k) < 1e-3f);
            assert_true(fabsf(x[2 * k + 1] - x[2 * k] - 1000.0f) < 1e-3f);
        }
        float first = x[0] >= 3000 ? 3000.5f : x[0] >= 500 ? 500.5f : 0.5f;
        const char *group = x[0] >= 500 && x[0] < 3000 ? "bert" : "anna";
        assert_true(fmodf(x[0] - first, 10.0f) < 1e-3f);
        assert_string_equal(d.groups[d.group_id[i]], group);
        assert_string_equal(d.classes[d.class_id[i]], x[0] >= 3000 ? "ring" : "wing");
    }
    mote_dataset_release(&d);
}

/* Labels that are events come first, in their order; each window says which recording it is of. */
/* Of a project of events: the recordings as they are, and what is said of which steps. */
static void check_recordings(const mote_dataset *d)
{
    static const size_t steps[] = {40, 40, 50}; /* of arm, ring and wing */
    const mote_series_own *own = mote_series_of(d);
    bool is_seen[3] = {false, false, false};
    assert_int_equal(own->n_axes, 2);
    assert_int_equal(own->n_courses, 3);
    assert_int_equal(own->n_spans, 3);
    for (size_t c = 0; c < 3; c++) {
        const mote_series_course *course = &own->courses[c];
        const mote_series_labelled *said = &own->spans[c];
        const char *label = d->classes[said->class_id];
        const int k = label[0] == 'a' ? 0 : label[0] == 'r' ? 1 : 2;
        const float *first = mote_dataset_sample(d, said->sample);
        assert_false(is_seen[k]);
        is_seen[k] = true;
        assert_int_equal(course->n, steps[k]);
        assert_int_equal(said->course, c);
        assert_int_equal(said->from, 0);
        assert_int_equal(said->to, course->n);
        assert_string_equal(d->label[said->sample], label);
        assert_true(course->x[0] == first[0]); /* the window that the sample is begins it */
        for (size_t i = 1; i < course->n; i++) /* every step, those that are in no window too */
            assert_true(fabsf(course->x[2 * i] - course->x[0] - (float)i) < 1e-2f);
    }
}

static void events_are_the_first_classes(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    static const char *const events[] = {"wing"}, *const none[] = {"jump"};
    mote_version_config vc = mote_version_config_default();
    mote_version_report r;
    mote_data_version v;
    mote_dataset d;
    write_csv(f, "wing/anna_1.csv", 50, 0, 0, 0);
    write_csv(f, "ring/anna_2.csv", 40, 3000, 0, 0);
    write_csv(f, "arm/carl_2.csv", 40, 4000, 0, 0);
    (void)import(f);
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &r, &err));
    mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_SERIES));
    cfg.all_splits = true;
    cfg.other = cfg.nothing = false;
    cfg.cut = (mote_cut_config){.rate_hz = 50, .length_ms = 400, .stride_ms = 200};
    cfg.events = (mote_names){events, 1};
    T_OK(mote_dataset_load(f->store, &v, &cfg, &d, &err));
    assert_string_equal(d.classes[0], "wing");
    assert_string_equal(d.classes[1], "arm");
    assert_string_equal(d.classes[2], "ring");
    check_recordings(&d);
    mote_dataset_release(&d);
    cfg.events = (mote_names){none, 1};
    assert_int_equal(mote_dataset_load(f->store, &v, &cfg, &d, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "'stream.events': there is no sample of label 'jump'"));
}

static void windows_never_cross_a_gap(void **state)
{
    fixture *f = *state;
    write_csv(f, "wing/anna_1.csv", 100, 0, 45, 10); /* 45, a gap of 200 ms, 45 */
    write_csv(f, "ring/bert_1.csv", 20, 500, 0, 0);
    (void)import(f);
    mote_dataset d = load(f, 400, 20);
    assert_int_equal(d.n, 2 * (45 - 20 + 1) + 1);
    for (size_t i = 0; i < d.n; i++) {
        const float *x = mote_dataset_sample(&d, i);
        assert_true(fabsf(x[2 * 19] - x[0] - 19.0f) < 1e-3f); /* a gap would show as a jump */
        assert_true(x[2 * 19] < 45.0f || x[0] > 54.0f);
    }
    mote_dataset_release(&d);
}

/* Without times the rate of the project is theirs; with another rate they are put at it. */
static void series_are_put_at_one_rate(void **state)
{
    (void)state;
    mote_err err = {0};
    const mote_kind *k = mote_kind_of(MOTE_INPUT_SERIES);
    mote_decoding cfg = k->decoding();
    mote_decoded d;
    static const char text[] = "timestamp_ms,x\n0,0\n20,2\n40,4\n60,6\n80,8\n100,10\n";
    cfg.rate_hz = 100;
    T_OK(mote_kind_decode(k, &(mote_file_bytes){"a.csv", text, sizeof text - 1}, &cfg, &d, &err));
    const mote_series_samples *s = mote_decoded_series(&d);
    assert_int_equal(s->n_stretches, 1);
    assert_int_equal(s->stretches[0].n, 11);
    for (size_t i = 0; i < 11; i++)
        assert_true(fabsf(s->stretches[0].x[i] - (float)i) < 1e-4f);
    mote_decoded_release(&d);
    static const char bare[] = "x,y\n1.5,2.5\n3.5,4\n5,6\n";
    cfg.rate_hz = 0;
    T_FAILS(mote_kind_decode(k, &(mote_file_bytes){"b.csv", bare, sizeof bare - 1}, &cfg, &d, &err),
            MOTE_UNSUPPORTED, "neither times nor a rate");
}

/* A column of labels is labels of spans: each is cut by itself. */
static void a_column_of_labels_is_labels_of_spans(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "timestamp_ms,x,label\n");
    for (int i = 0; i < 90; i++)
        mote_buf_printf(&b, "%d,%d.5,%s\n", 20 * i, i, i < 50 ? "wing" : "ring");
    kind_tree_write(f, "anna_1.csv", b.data, b.len);
    (void)import(f);
    mote_sample_row *s = NULL;
    size_t n = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(s[0].id, s[1].id);
    assert_string_equal(s[0].label, "wing");
    assert_string_equal(s[1].label, "ring");
    assert_int_equal(s[0].to_us, 1000000);
    assert_int_equal(s[1].from_us, 1000000);
    mote_dataset d = load(f, 400, 400);    /* 20 samples, end to end */
    assert_int_equal(d.n_per_class[1], 2); /* of 50 */
    assert_int_equal(d.n_per_class[0], 2); /* of 40 */
    for (size_t i = 0; i < d.n; i++) {
        const float *x = mote_dataset_sample(&d, i);
        assert_true(d.class_id[i] == 1 ? x[19] < 50.0f : x[0] > 50.0f);
    }
    mote_dataset_release(&d);
    mote_import_report again = import(f);
    assert_int_equal(again.total.n_added, 0);
    assert_int_equal(again.total.n_known, 1);
}

/* 40 recordings of 2 s, ten windows of each: all windows of one are in one split. */
static void windows_of_a_recording_lie_in_one_split(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    int seen[40];
    memset(seen, -1, sizeof seen);
    for (int i = 0; i < 40; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s/p%02d_1.csv", i % 2 ? "ring" : "wing", i);
        write_csv(f, name, 100, 200 * i, 0, 0);
    }
    (void)import(f);
    size_t n = 0, n_splits = 0;
    for (int split = 0; split < MOTE_N_SPLITS; split++) {
        mote_dataset d;
        T_OK(load_split(f, (mote_cut_config){.length_ms = 400, .stride_ms = 160}, split, &d, &err));
        for (size_t i = 0; i < d.n; i++) {
            int of = (int)(*(const float *)mote_dataset_sample(&d, i) / 200.0f);
            assert_true(seen[of] == -1 || seen[of] == split);
            seen[of] = split;
        }
        n += d.n;
        n_splits += d.n > 0;
        mote_dataset_release(&d);
    }
    assert_int_equal(n, 40 * 11);
    assert_int_equal(n_splits, 3);
}

static void without_a_window_a_sample_is_the_whole_recording(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_dataset d;
    write_csv(f, "wing/anna_1.csv", 60, 0, 0, 0);
    write_csv(f, "ring/bert_1.csv", 60, 500, 0, 0);
    write_csv(f, "ring/carl_1.csv", 60, 900, 20, 5); /* with a gap it is no whole */
    (void)import(f);
    T_OK(load_split(f, (mote_cut_config){0}, MOTE_N_SPLITS, &d, &err));
    assert_int_equal(d.n, 2);
    assert_int_equal(d.n_left_out, 1);
    assert_int_equal(d.shape.dims[0], 60);
    assert_true(fabs(d.rate_hz - 50) < 1e-9);
    mote_dataset_release(&d);
    write_csv(f, "ring/dora_1.csv", 70, 900, 0, 0);
    (void)import(f);
    T_FAILS(load_split(f, (mote_cut_config){0}, MOTE_N_SPLITS, &d, &err), MOTE_SHAPE,
            "is float32[70,2], where the others are float32[60,2]; give 'data.window_ms'");
}

/* The second that a template asks for, of what is measured every 20 ms. */
static void a_window_of_less_than_a_step_names_the_setting(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_dataset d;
    write_csv(f, "wing/anna_1.csv", 60, 0, 0, 0);
    write_csv(f, "ring/bert_1.csv", 60, 500, 0, 0);
    (void)import(f);
    T_FAILS(load_split(f, (mote_cut_config){.length_ms = 9}, MOTE_N_SPLITS, &d, &err), MOTE_ARG,
            "data.window_ms: a window of 9 ms holds no step of series at 50 Hz, whose steps are "
            "20 ms apart; 64 steps, for one, are window_ms: 1280");
}

/* What two clocks call 100 Hz is 100 Hz, and no window has a sample less for it. */
static void rates_that_are_meant_alike_are_one_rate(void **state)
{
    (void)state;
    static const struct {
        double step_ms, rate_hz;
    } rows[] = {{10.02, 100}, {9.96, 100}, {16, 62.5}, {80.3, 12.5}, {7, 143}, {1000, 1}};
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err = {0};
        mote_decoded d;
        const mote_kind *k = mote_kind_of(MOTE_INPUT_SERIES);
        mote_decoding cfg = k->decoding();
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 20);
        mote_buf_str(&b, "t_ms,acc x,acc y\n");
        for (int n = 0; n < 50; n++)
            mote_buf_printf(&b, "%.3f,%d,%d\n", n * rows[i].step_ms, n, n);
        T_OK(mote_kind_decode(k, &(mote_file_bytes){"a.csv", b.data, b.len}, &cfg, &d, &err));
        assert_true(fabs(d.rate_hz - rows[i].rate_hz) < 1e-9);
        assert_int_equal(d.n_columns, 2);
        assert_string_equal(d.columns[1], "acc y");
        mote_decoded_release(&d);
    }
}

/* ---- what folders of files become ------------------------------------------------------------ */

static void write_text(fixture *f, const char *name, const char *text)
{
    kind_tree_write(f, name, text, strlen(text));
}

static mote_status import_by(fixture *f, const char *label_from, mote_import_report *r,
                             mote_err *err)
{
    const mote_kind *k = mote_kind_of(MOTE_INPUT_SERIES);
    mote_import_config cfg = mote_import_config_default(k);
    static mote_cut_config cut;
    cut = (mote_cut_config){.label_column = strstr(label_from, "column:") ? label_from + 7 : NULL};
    cfg.decoding.rate_hz = 10;
    cfg.decoding.cut = &cut;
    cfg.label_from = label_from;
    cfg.now_ms = 5;
    return mote_data_import(f->store, f->tree, &cfg, &f->arena, r, err);
}

/* What was refused, with its reason; a failure when the file was taken. */
static const char *reason_of(const mote_import_report *r, const char *name)
{
    for (size_t i = 0; i < r->total.n_rejected; i++)
        if (mote_str_ends(r->rejected[i].path, name))
            return r->rejected[i].reason;
    fail_msg("'%s' was not refused", name);
    return NULL;
}

#define TS_HEAD "# a set\n@problemName Two\n@classLabel true up down\n@data\n"

/* Every case of a .ts file is a sample with its own group, and _TRAIN and _TEST are their splits.
 */
static void cases_of_a_set_are_samples_with_its_splits(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_import_report r;
    write_text(f, "Two_TRAIN.ts", TS_HEAD "1,2,3:4,5,6:up\n3,2,1:6,5,4:down\n2,2,2:5,5,5:up\n");
    write_text(f, "Two_TEST.ts", TS_HEAD "7,8,9:4,5,6:down\n\n8,x,9:4,5,6:up\n");
    T_OK(import_by(f, "", &r, &err));
    assert_int_equal(r.total.n_added, 4);
    assert_int_equal(r.total.n_rejected, 1);
    assert_non_null(strstr(reason_of(&r, "Two_TEST.ts/7"), "'x' is not a number"));
    assert_string_equal(r.seen, "UCR/UEA .ts, 2 axes (channel_1, channel_2) at 10 Hz as "
                                "data.rate_hz says, for the file has no times; labels from the "
                                "file");
    mote_version_config vc = mote_version_config_default();
    mote_version_report vr;
    mote_data_version v;
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &vr, &err));
    assert_int_equal(v.n, 4);
    for (size_t i = 0; i < v.n; i++) {
        mote_decoded d;
        mote_decoding cfg = mote_kind_of(MOTE_INPUT_SERIES)->decoding();
        cfg.rate_hz = 10;
        T_OK(mote_sample_load(f->store, mote_kind_of(MOTE_INPUT_SERIES), &v.items[i].object, &cfg,
                              &d, &err));
        float first = mote_decoded_series(&d)->stretches[0].x[0];
        mote_decoded_release(&d);
        assert_true((v.items[i].split == MOTE_SPLIT_TEST) == (first > 6));
        assert_string_equal(v.items[i].label, first > 6 || first > 2.5f ? "down" : "up");
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(v.items[i].group, v.items[k].group);
    }
    T_OK(import_by(f, "", &r, &err)); /* again: nothing twice, nothing gone */
    assert_int_equal(r.total.n_added, 0);
    assert_int_equal(r.total.n_known, 4);
    assert_int_equal(r.n_gone, 0);
    write_text(f, "Two_TRAIN.ts", TS_HEAD "1,2,3:4,5,6:up\n3,2,1:6,5,4:up\n2,2,2:5,5,5:up\n");
    T_OK(import_by(f, "", &r, &err)); /* one line changed: it takes the place of what it was */
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(r.total.n_replaced, 1);
}

static size_t n_labelled(fixture *f, const char *label)
{
    mote_err err = {0};
    mote_sample_row *s = NULL;
    size_t n = 0, found = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    for (size_t i = 0; i < n; i++)
        found += strcmp(s[i].label, label) == 0;
    return found;
}

static void labels_come_from_names_folders_or_columns(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_import_report r;
    write_text(f, "all/wing_03.csv", "t_ms,x,state\n0,1,still\n100,2,still\n200,3,up\n");
    write_text(f, "all/ring_1.csv", "t_ms,x,state\n0,5,up\n100,6,up\n200,7,up\n");
    T_OK(import_by(f, "{label}_{n}.csv", &r, &err));
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(n_labelled(f, "wing") + n_labelled(f, "ring"), 2);
    T_OK(import_by(f, "folder", &r, &err));
    assert_int_equal(n_labelled(f, "all"), 2);
    write_text(f, "all/fling_1.csv", "t_ms,x,state\n0,5,still\n100,6,up\n200,6,up\n");
    T_OK(import_by(f, "column:state", &r, &err));
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(n_labelled(f, "still"), 1);
    assert_int_equal(n_labelled(f, "up"), 1);
    write_text(f, "all/other.csv", "t_ms,x,state\n0,9,up\n100,6,up\n200,7,up\n");
    T_OK(import_by(f, "{label}_{n}.csv", &r, &err));
    assert_string_equal(reason_of(&r, "other.csv"), "the name does not fit data.label_from");
    T_FAILS(import_by(f, "{label}_{m}", &r, &err), MOTE_ARG, "'{' may only stand in {label}");
    T_OK(import_by(f, "column:mood", &r, &err)); /* the others are known */
    assert_string_equal(reason_of(&r, "other.csv"),
                        "has no column 'mood' of labels; it has: t_ms, x, state");
}

static mote_status import_people(fixture *f, const char *group_column, mote_import_report *r,
                                 mote_err *err)
{
    const mote_cut_config cut = {.group_column = group_column};
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_SERIES));
    cfg.decoding.cut = &cut;
    return mote_data_import(f->store, f->tree, &cfg, &f->arena, r, err);
}

/* Folders called like splits say no label; a column of the file does. Its people are groups of
 * samples of their own, and no window sees two of them. */
static void people_in_one_file_are_groups(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_import_report r;
    mote_sample_row *s = NULL;
    size_t n = 0;
    for (int part = 0; part < 2; part++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 20);
        mote_buf_str(&b, "subject,t_ms,x,activity\n");
        for (int i = 0; i < 90; i++)
            mote_buf_printf(&b, "%d,%d,%d.5,%s\n", 3 * part + i / 30, 20 * i, 100 * part + i,
                            i % 30 < 15 ? "wing" : "ring");
        kind_tree_write(f, part ? "test/all.csv" : "train/all.csv", b.data, b.len);
    }
    T_OK(import_people(f, NULL, &r, &err));
    assert_int_equal(r.total.n_added, 2); /* each of one unknown */
    assert_int_equal(n_labelled(f, "wing"), 6);
    T_OK(import_people(f, "subject", &r, &err));
    assert_int_equal(r.total.n_added, 6);
    assert_int_equal(r.total.n_replaced, 2); /* what the files were as a whole */
    assert_int_equal(r.n_ungrouped, 0);
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    assert_int_equal(n, 12);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(strlen(s[i].group), 1);
        assert_int_equal(s[i].group[0] >= '3', strstr(s[i].source, "/test/") != NULL);
    }
    mote_dataset d = load(f, 200, 200); /* 10 steps */
    assert_int_equal(d.n, 12);          /* of 15 of a label one */
    for (size_t i = 0; i < d.n; i++) {
        const float *x = mote_dataset_sample(&d, i);
        assert_true((int)x[0] % 100 / 15 == (int)x[9] % 100 / 15);
    }
    mote_dataset_release(&d);
    T_OK(import_people(f, "subject", &r, &err));
    assert_int_equal(r.total.n_known, 6);
    assert_int_equal(r.total.n_added + r.total.n_replaced, 0);
    write_text(f, "train/none.csv", "t_ms,x\n0,1\n20,2\n40,2\n");
    T_OK(import_people(f, NULL, &r, &err));
    assert_string_equal(reason_of(&r, "none.csv"),
                        "its folder is called like a split, which is no label; name the column "
                        "that says it, data.label_from: column:NAME in mote.yaml, or give one with "
                        "--label");
}

/* Every file is taken, or named with what is wrong with it. */
static void bad_files_are_named_and_counted(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_import_report r;
    write_text(f, "up/a.csv", "t_ms,x,y\n0,1,2\n100,2,3\n200,3,4\n");
    write_text(f, "up/axes.csv", "t_ms,x,y,z\n0,1,2,3\n100,2,3,4\n200,3,4,5\n");
    write_text(f, "up/empty.csv", "");
    write_text(f, "up/head.csv", "t_ms,x,y\n");
    write_text(f, "up/words.csv", "name,city\nanna,bern\ncarl,ulm\n");
    write_text(f, "up/none.csv", "t_ms,x,y\n0,,2\n100,3,\n200,,4\n");
    write_text(f, "up/README", "Recorded in 2020,\nwith 3 people.\n");
    write_text(f, "train/up/b.csv", "t_ms,x,y\n0,1,2\n100,2,3\n200,3,5\n");
    write_text(f, "test/c.csv", "t_ms,x,y\n0,1,2\n100,2,3\n200,3,6\n");
    T_OK(import_by(f, "", &r, &err));
    assert_int_equal(r.n_entries, 9);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(r.n_skipped, 1); /* the README */
    assert_int_equal(r.total.n_rejected, 6);
    assert_string_equal(reason_of(&r, "axes.csv"), "it has 3 axes, those before have 2");
    assert_string_equal(reason_of(&r, "empty.csv"), "is empty");
    assert_non_null(strstr(reason_of(&r, "head.csv"), "a text"));
    assert_non_null(strstr(reason_of(&r, "words.csv"), "a text"));
    assert_string_equal(reason_of(&r, "none.csv"), "no sample has all its values");
    assert_non_null(strstr(reason_of(&r, "test/c.csv"), "called like a split"));
    assert_int_equal(r.n_provided, 1);
}

/* ---- what a check says ----------------------------------------------------------------------- */

/* The finding of that id, as its text; "" when there is none. */
static const char *finding(const mote_check_report *r, const char *id, const char *example)
{
    const mote_finding *f = kind_tree_finding(r, id);
    if (f && example && !strstr(f->examples[0], example))
        fail_msg("'%s' does not name '%s'", f->examples[0], example);
    return f ? f->text : "";
}

static void what_is_wrong_with_series_is_named(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_import_report ir;
    mote_check_report r;
    write_csv(f, "wing/fine_1.csv", 100, 0, 0, 0);
    write_csv(f, "wing/fine_2.csv", 100, 300, 0, 0);
    write_csv(f, "wing/gap_1.csv", 100, 500, 45, 10);
    write_text(f, "wing/same_1.csv", "t_ms,x,y\n0,1,2\n20,2,3\n20,3,4\n40,1,3\n60,2,1\n80,4,4\n");
    write_text(f, "wing/back_1.csv", "t_ms,x,y\n0,1,3\n20,2,3\n40,3,4\n30,1,3\n60,2,1\n80,4,4\n");
    write_text(f, "wing/text_1.csv", "t_ms,x,y\n0,1,4\n20,2,3\n40,off,4\n60,1,3\n80,2,1\n");
    write_text(f, "wing/slow_1.csv", "t_ms,x,y\n0,1,5\n100,2,3\n200,3,4\n300,1,3\n400,2,1\n");
    write_text(f, "wing/names_1.csv", "t_ms,y,x\n0,1,6\n20,2,3\n40,3,4\n60,1,3\n80,2,1\n");
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "t_ms,x,y\n");
    for (int i = 0; i < 100; i++)
        mote_buf_printf(&b, "%d,7,%d\n", 20 * i, i % 13);
    write_text(f, "wing/stuck_1.csv", b.data);
    mote_buf_reset(&b);
    mote_buf_str(&b, "t_ms,x,y\n");
    for (int i = 0; i < 100; i++)
        mote_buf_printf(&b, "%d,%d,%d\n", 20 * i, i < 20 ? 16 : i % 9, i % 13);
    write_text(f, "wing/limit_1.csv", b.data);
    mote_buf_reset(&b);
    mote_buf_str(&b, "t_ms,x,y\n");
    for (int i = 0; i < 100; i++) /* every fourth is late */
        mote_buf_printf(&b, "%d,%d,%d\n", 20 * i + (i % 4 == 2 ? 6 : 0), i % 11, i % 13);
    write_text(f, "wing/uneven_1.csv", b.data);
    write_text(f, "wing/rows_1.csv",
               "t_ms,x,y\n0,1,7\n20,2,3,9\n40,3,4\n60\n80,2,1\n100,3,3\n120,1,1\n140,2,2\n"
               "160,4,1\n180,3,2\n");
    write_text(f, "wing/none_1.csv",
               "t_ms,x,y\n0,1,8\n20,nan,3\n40,3,inf\n60,1,3\n80,2,1\n100,,3\n120,1,1\n");
    T_OK(import_by(f, "", &ir, &err));
    assert_int_equal(ir.total.n_rejected, 0);
    mote_check_config cfg = {.builtin = "off"};
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    assert_string_equal(finding(&r, "gap", "gap_1.csv: 1 gap"), "series with gaps: 2");
    assert_string_equal(finding(&r, "same-time", "same_1.csv: 1 sample"),
                        "series with a time that comes twice: 1");
    assert_string_equal(finding(&r, "back-in-time", "back_1.csv: 1 sample"),
                        "series in which time runs back: 1");
    assert_string_equal(finding(&r, "no-number", "none_1.csv: 2 cells"),
                        "series with text where a number should be: 2");
    assert_string_equal(finding(&r, "missing", NULL), "series with missing values: 2");
    assert_string_equal(finding(&r, "jitter", NULL), "series whose times jitter: 2");
    assert_string_equal(finding(&r, "ragged", "rows_1.csv: 2 rows"),
                        "series with rows of another length: 1");
    assert_string_equal(finding(&r, "stuck", "stuck_1.csv: 1 stretch"),
                        "series with an axis that stands still: 1");
    assert_string_equal(finding(&r, "clipped", "limit_1.csv"),
                        "series with an axis at its limit: 1");
    assert_string_equal(finding(&r, "other-rate", "slow_1.csv: 10 Hz"),
                        "series of another rate than most, which have 50 Hz: 1");
    assert_string_equal(finding(&r, "other-axes", "names_1.csv"),
                        "series whose axes are not called as in most: 1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kind_tree_set_up, kind_tree_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_of_csv_files_becomes_windows),
        TEST(events_are_the_first_classes),
        TEST(windows_never_cross_a_gap),
        cmocka_unit_test(series_are_put_at_one_rate),
        TEST(a_column_of_labels_is_labels_of_spans),
        TEST(windows_of_a_recording_lie_in_one_split),
        TEST(without_a_window_a_sample_is_the_whole_recording),
        TEST(a_window_of_less_than_a_step_names_the_setting),
        cmocka_unit_test(rates_that_are_meant_alike_are_one_rate),
        TEST(cases_of_a_set_are_samples_with_its_splits),
        TEST(labels_come_from_names_folders_or_columns),
        TEST(people_in_one_file_are_groups),
        TEST(bad_files_are_named_and_counted),
        TEST(what_is_wrong_with_series_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
