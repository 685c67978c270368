/* SPDX-License-Identifier: Apache-2.0 */
/* mote.yaml: what is read, what is refused and with which words. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "project/part.h"
#include "project/project.h"
#include "project/schema.h"

#define LEAST "name: demo\ntask: keyword\nkeywords: [bed, cat, happy]\n"

typedef struct {
    mote_arena arena;
    mote_project *project;
    mote_project_problems problems;
    mote_err err;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_arena_init(&f->arena, 8u << 20);
    *state = f;
    return f ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    free(f);
    return 0;
}

static mote_status parse(fixture *f, const char *text)
{
    f->project = NULL;
    return mote_project_parse(&(mote_file_bytes){"mote.yaml", text, strlen(text)}, &f->arena,
                              &f->project, &f->problems, &f->err);
}

static const mote_project *good(fixture *f, const char *text)
{
    if (parse(f, text) != MOTE_OK)
        fail_msg("refused: %s", f->err.text);
    return f->project;
}

static void the_smallest_file_gets_all_presets(void **state)
{
    const mote_project *p = good(*state, LEAST);
    assert_string_equal(p->name, "demo");
    assert_int_equal(p->classes.n, 5);
    assert_string_equal(p->classes.items[0], "bed");
    assert_string_equal(p->classes.items[3], MOTE_CLASS_UNKNOWN);
    assert_string_equal(p->classes.items[4], MOTE_CLASS_SILENCE);
    assert_true(p->clip_ms == 1000);
    assert_int_equal(p->rate_hz, 16000);
    assert_int_equal(p->model.kernel.h, 10);
    assert_int_equal(p->model.kernel.w, 4);
    assert_int_equal(p->model.hidden.n, 1);
    assert_int_equal(p->model.hidden.items[0], 128);
    assert_true(p->data.train + p->data.validation + p->data.test == 1);
    assert_true(p->augmentation.car_noise_snr_db.lo == -5);
    assert_int_equal(p->serving.max_body_bytes, 1000000);
    assert_false(p->value.is_given);
    assert_int_equal(p->n_requirements, 0);
    assert_string_equal(p->consent.purposes.items[0], "improvement");
}

/* What [time, frequency] suits does not suit a picture. */
static void a_kernel_that_nobody_chose_is_of_what_comes_in(void **state)
{
    static const struct {
        const char *text;
        int32_t h, w;
    } cases[] = {
        {"name: d\ntask: image\n", 3, 3},
        {"name: d\ntask: image\nmodel: {kernel: [10, 4]}\n", 10, 4},
        {"name: d\ntask: image\nmodel: {architecture: ds-cnn, channels: 16}\n", 3, 3},
        {"name: d\ntask: gesture\nmodel: {architecture: ds-cnn}\n", 10, 4},
        {LEAST, 10, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const mote_project *p = good(*state, cases[i].text);
        assert_int_equal(p->model.kernel.h, cases[i].h);
        assert_int_equal(p->model.kernel.w, cases[i].w);
    }
}

static void dropout_that_nobody_chose_is_of_what_is_said(void **state)
{
    static const struct {
        const char *text;
        double dropout;
    } cases[] = {
        {"name: d\ntask: table\ntable: {target: x}\n", 0.2},
        {"name: d\ntask: table\nanswer: value\ntable: {target: x}\n", 0},
        {"name: d\ntask: table\nanswer: value\ntable: {target: x}\nmodel: {dropout: 0.1}\n", 0.1},
        {LEAST, 0.2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_float_equal(good(*state, cases[i].text)->model.dropout, cases[i].dropout, 1e-9);
}

static void units_are_converted_to_the_unit_of_the_key(void **state)
{
    const mote_project *p =
        good(*state, LEAST "clip_ms: 1.5 s\nrate_hz: 8 kHz\n"
                           "data: {require: {min_clip: 250 ms, max_clipping: 5 %}}\n"
                           "device: {clock_mhz: 64000 kHz, budget: {ram: 64 KiB, flash: 40 kB, "
                           "latency_ms: 0.02 s, energy_uj: 1.5 mJ}}\n");
    assert_true(p->clip_ms == 1500);
    assert_int_equal(p->rate_hz, 8000);
    assert_true(p->data.min_clip_s == 0.25);
    assert_true(p->data.max_clipping == 0.05);
    assert_true(p->device.clock_mhz == 64);
    assert_int_equal(p->device.ram_bytes, 65536);
    assert_int_equal(p->device.flash_bytes, 40000);
    assert_true(p->device.latency_ms == 20);
    assert_true(p->device.energy_uj == 1500);
}

static void yes_no_and_on_are_keywords_not_booleans(void **state)
{
    const mote_project *p =
        good(*state, "name: d\ntask: keyword\nkeywords: [yes, no, on, off, 1, null]\n");
    assert_int_equal(p->words.n, 6);
    assert_string_equal(p->words.items[1], "no");
    assert_string_equal(p->words.items[4], "1");
}

static void requirements_take_the_unit_and_place_of_their_metric(void **state)
{
    const mote_project *p = good(
        *state, LEAST "requirements:\n"
                      "  - metric: accuracy\n    at_least: 92 %\n"
                      "  - {metric: accuracy, at_least: 0.8, slice: car-noise, confidence: 95 %}\n"
                      "  - {metric: ram_bytes, at_most: 32 kB}\n"
                      "  - {metric: ram_bytes, at_most: 64 kB, target: cortex-m0plus}\n"
                      "  - {metric: false_accepts_per_hour, at_most: 0.5}\n"
                      "  - {metric: p99_ms, at_most: 5}\n"
                      "device:\n  target: cortex-m7\n  budget: {ram: 48 kB, flash: 100 kB}\n");
    assert_int_equal(p->n_requirements, 7);
    const mote_requirement *q = p->requirements;
    assert_string_equal(q[0].id, "accuracy@test");
    assert_true(q[0].limit == 0.92 && q[0].is_at_least && q[0].where == MOTE_AT_TEST);
    assert_int_equal(q[0].line, 5);
    assert_string_equal(q[1].id, "accuracy@test/car-noise");
    assert_true(q[1].confidence == 0.95);
    assert_string_equal(q[2].id, "ram_bytes@device:cortex-m7");
    assert_true(q[2].limit == 32000);
    assert_string_equal(q[3].target, "cortex-m0plus");
    assert_int_equal(q[4].where, MOTE_AT_STREAM);
    assert_int_equal(q[5].where, MOTE_AT_SERVING);
    /* The budget's RAM is stated already; its flash is not. */
    assert_string_equal(q[6].id, "flash_bytes@device:cortex-m7");
    assert_true(q[6].is_implied && q[6].limit == 100000 && !q[6].is_at_least);
    assert_int_equal(q[6].line, 14);
}

/* Each text, put below the least file (3 lines), must give this complaint. */
static const struct {
    const char *text, *complaint;
} refused[] = {
    {"keyword: [a]\n", "mote.yaml:4:1: unknown key 'keyword', did you mean 'keywords'?"},
    {"epochs: 3\n", "mote.yaml:4:1: unknown key 'epochs' here, did you mean 'training.epochs'?"},
    {"training:\n  epoch: 3\n", "mote.yaml:5:3: unknown key 'epoch', did you mean 'epochs'?"},
    {"schedule: {promote: {zzzzzzz: 1}}\n",
     "mote.yaml:4:22: unknown key 'zzzzzzz' in 'schedule.promote', which knows: "
     "beat_by, clean_at_least, clean_loss_at_most"},
    {"name: other\n", "mote.yaml:4:1: duplicate key 'name', first at line 1"},
    {"training:\n  epochs: many\n", "mote.yaml:5:11: 'training.epochs': 'many' is not a number"},
    {"training:\n  epochs: 2.5\n",
     "mote.yaml:5:11: 'training.epochs' must be a whole number from 1 to 10000, not '2.5'"},
    {"training:\n  epochs: '12'\n",
     "mote.yaml:5:11: 'training.epochs' must be a whole number from 1 to 10000, not the "
     "quoted text '12'"},
    {"training:\n  epochs: 0\n",
     "mote.yaml:5:11: 'training.epochs' must be a whole number from 1 to 10000, not '0'"},
    {"training:\n  epochs:\n",
     "mote.yaml:5:10: 'training.epochs' must be a whole number from 1 to 10000, not empty"},
    {"training: 7\n", "mote.yaml:4:11: 'training' must be a block of keys below it"},
    {"unknown: yes\n", "mote.yaml:4:10: 'unknown' must be true or false, not 'yes'"},
    {"clip_ms: 1 parsec\n",
     "mote.yaml:4:10: 'clip_ms': '1 parsec' is not a time in ms, or with us, ms, s, min or h"},
    {"clip_ms: nan\n",
     "mote.yaml:4:10: 'clip_ms': 'nan' is not a time in ms, or with us, ms, s, min or h"},
    {"serving: {max_body: 64 KB}\n",
     "mote.yaml:4:21: 'serving.max_body': '64 KB': write kB for 1000 or KiB for 1024 bytes"},
    {"model: {architecture: ds-cn}\n",
     "mote.yaml:4:23: 'model.architecture' does not know 'ds-cn', did you mean 'ds-cnn'?"},
    {"device: {target: z80}\n",
     "mote.yaml:4:18: 'device.target' must be one of "
     "cortex-m0plus|cortex-m4f|cortex-m7|cortex-m55|rv32imac, not 'z80'"},
    {"augmentation: {speed: [1.2, 0.9]}\n",
     "mote.yaml:4:23: 'augmentation.speed' is [low, high], but 1.2 is more than 0.9"},
    {"model: {kernel: [10]}\n", "mote.yaml:4:17: 'model.kernel' must be two whole numbers, each "
                                "from 1 to 32, not a list of 1"},
    {"model: {blocks: 2, block_strides: [1, 2, 1]}\n",
     "mote.yaml:4:35: 'model.block_strides' has 3 entries for 2 blocks"},
    {"model: {architecture: dense, channels: 8}\n",
     "mote.yaml:4:40: 'model.channels' means nothing to architecture 'dense'; its settings are: "
     "hidden dropout"},
    {"model: {architecture: conv1d, kernel: [3, 3]}\n",
     "mote.yaml:4:39: 'model.kernel' means nothing to architecture 'conv1d'; its settings are: "
     "channels blocks kernel_steps block_strides dropout"},
    {"model: {architecture: linear, dropout: 0}\n",
     "mote.yaml:4:40: 'model.dropout' means nothing to architecture 'linear'; its settings are: "
     "none"},
    {"model: {hidden: [8]}\n", "mote.yaml:4:17: 'model.hidden' means nothing to architecture "
                               "'ds-cnn'; its settings are: channels blocks kernel stride "
                               "block_strides dropout"},
    {"model: {architecture: mobilenet}\n", "mote.yaml:4:23: 'model.architecture' 'mobilenet' does "
                                           "not take what comes in, which is 'audio' "
                                           "here"},
    {"model: {architecture: autoencoder}\n",
     "mote.yaml:4:23: 'model.architecture' 'autoencoder' does not say what is asked for, which is "
     "'class' here"},
    {"model: {architecture: conv1d, block_strides: [1, 2]}\n",
     "mote.yaml:4:46: 'model.block_strides' has 2 entries for 3 blocks"},
    {"data: {splits: {train: 80 %}}\n",
     "mote.yaml:4:8: 'data.splits' sum to 1.1 (train 0.8, validation 0.15, test 0.15), not 1"},
    {"data: {group_pattern: nohash}\n",
     "mote.yaml:4:23: 'data.group_pattern' must hold '{group}' where the group stands "
     "in the file name"},
    {"features: {high_hz: 9 kHz}\n", "mote.yaml:4:21: 'features.high_hz' (9000) is more than half "
                                     "of rate_hz (16000): sound at that "
                                     "rate has nothing above 8000, so state at most that"},
    {"features: {hop_ms: 40}\n",
     "mote.yaml:4:20: 'features.hop_ms' (40) is more than window_ms (30): sound between "
     "windows would be lost"},
    {"features: {coefficients: 20, mels: 16}\n",
     "mote.yaml:4:26: 'features.coefficients' (20) is more than mels (16)"},
    {"training: {warm_up_epochs: 9, epochs: 9}\n",
     "mote.yaml:4:28: 'training.warm_up_epochs' (9) must be less than epochs (9)"},
    {"value: {true_accept: 0.1}\n",
     "mote.yaml:4:1: 'value' needs 'volume_per_day': how many keywords are spoken in a day"},
    {"value: {volume_per_day: 5, false_accept: 2}\n",
     "mote.yaml:4:42: a false accept cannot be a gain (2): losses are negative"},
    {"requirements: 5\n", "mote.yaml:4:15: 'requirements' must be a list of '- metric: ...'"},
    {"requirements: [{at_least: 1}]\n",
     "mote.yaml:4:16: the requirement names no metric: add 'metric: accuracy'"},
    {"requirements: [{metric: acuracy, at_least: 1}]\n",
     "mote.yaml:4:25: unknown metric 'acuracy', did you mean 'accuracy'?"},
    {"requirements: [{metric: mae, at_most: 1}]\n",
     "mote.yaml:4:25: 'mae' is of answers of kind 'value', and task 'keyword' says 'class': see "
     "'accuracy'"},
    {"requirements: [{metric: roc_auc, at_least: 1}]\n",
     "mote.yaml:4:25: 'roc_auc' is of answers of kind 'anomaly', and task 'keyword' says"},
    {"requirements: [{metric: accuracy}]\n",
     "mote.yaml:4:16: requirement 'accuracy' needs one limit: 'at_least'"},
    {"requirements: [{metric: accuracy, at_most: 1}]\n",
     "mote.yaml:4:44: 'accuracy' is better when it is higher: write "
     "'at_least'"},
    {"requirements: [{metric: accuracy, at_least: 92}]\n",
     "mote.yaml:4:45: the limit of 'accuracy' must be from 0 to 1, not 92"},
    {"requirements: [{metric: accuracy, at_least: 1, where: serving}]\n",
     "mote.yaml:4:55: 'accuracy' is not measured at "
     "'serving' but at 'test'"},
    {"requirements: [{metric: accuracy, at_least: 1, target: cortex-m7}]\n",
     "mote.yaml:4:56: 'target' belongs to 'where: device'"},
    {"requirements: [{metric: accuracy, at_least: 1, slice: rain}]\n",
     "mote.yaml:4:16: no condition 'rain' is tested, only 'car-noise': 'conditions' lists them"},
    {"conditions: []\nrequirements: [{metric: accuracy, at_least: 1, slice: car-noise}]\n",
     "mote.yaml:5:16: no condition 'car-noise' is tested: 'conditions' lists them"},
    {"requirements: [{metric: accuracy, at_least: 1, slice: b}]\n"
     "conditions: [{name: a}, {name: c, noise: fan}]\n",
     "mote.yaml:4:16: no condition 'b' is tested, only 'a', 'c': 'conditions' lists them"},
    {"conditions: [{noise: fan}]\n",
     "mote.yaml:4:14: the condition has no name: add 'name: car-noise'"},
    {"conditions: [{name: clean}]\n", "mote.yaml:4:21: 'clean' is no name for a condition"},
    {"conditions: [{name: In Car}]\n", "mote.yaml:4:21: 'In Car' is no name for a condition"},
    {"conditions: [{name: a}, {name: a}]\n", "mote.yaml:4:32: condition 'a' is there twice"},
    {"conditions: [{name: a, name: b}]\n", "mote.yaml:4:24: duplicate key 'name'"},
    {"conditions: [{name: a, noise: rain}]\n",
     "mote.yaml:4:31: 'conditions[].noise' must be one of car|fan|hum|pink|white|none, not 'rain'"},
    {"conditions: [{name: a, snr: [1, 2]}]\n",
     "mote.yaml:4:24: unknown key 'snr', did you mean 'snr_db'?"},
    {"conditions: {name: a}\n",
     "mote.yaml:4:13: 'conditions' must be a list of at most 7 '- name: ...'"},
    {"conditions: [a]\n", "mote.yaml:4:14: 'conditions[].like' must be one of none|far|car|"},
    {"conditions: [[a]]\n", "mote.yaml:4:14: a condition is a block of keys such as"},
    {"requirements: [{metric: false_reject_rate, at_most: 1, slice: car-noise}]\n",
     "mote.yaml:4:63: 'slice' belongs to 'where: test'"},
    {"requirements: [{metric: accuracy, at_least: 1, atleast: 1}]\n",
     "mote.yaml:4:48: unknown key 'atleast', did you mean "
     "'at_least'?"},
    {"requirements: [{metric: ece, at_most: 1}, {metric: ece, at_most: 1}]\n",
     "mote.yaml:4:43: requirement 'ece@test' is there "
     "twice, first at line 4"},
    {"requirements: [{metric: value_per_day, at_least: 1}]\n",
     "mote.yaml:4:16: 'value_per_day' needs the block 'value'"},
    {"training: &a {epochs: 3}\n",
     "mote.yaml:4:11: anchors (&name) are not accepted here: write the value out"},
    {"training: *a\n",
     "mote.yaml:4:11: aliases (*name) are not accepted here: write the value out"},
    {"training: !!map {}\n", "mote.yaml:4:11: tags (!name) are not accepted here"},
    {"---\nname: x\n", "mote.yaml:4:1: only one document is accepted: remove this '---'"},
    {"training: {epochs: 3\n",
     "mote.yaml:5:1: did not find expected ',' or '}' while parsing a flow mapping"},
    {"? [a, b]\n: 1\n", "mote.yaml:4:3: a key must be a text"},
    {"consent: {purposes: [a, a]}\n", "mote.yaml:4:25: 'consent.purposes': 'a' is there twice"},
    {"consent: {purposes: [\"a\\0b\"]}\n", "mote.yaml:4:22: a text may not hold a zero byte"},
    {"training.epochs: 3\n",
     "mote.yaml:4:1: unknown key 'training.epochs', known are: mote, name,"},
};

static void every_mistake_is_named_with_its_place(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, LEAST "%s", refused[i].text);
        assert_int_equal(parse(f, text), MOTE_PARSE);
        assert_null(f->project);
        if (f->problems.n != 1 || strncmp(f->problems.items[0].text, refused[i].complaint,
                                          strlen(refused[i].complaint)) != 0)
            fail_msg("%s\n gave %zu:  %s\n wanted: %s", refused[i].text, f->problems.n, f->err.text,
                     refused[i].complaint);
    }
}

static void what_must_be_there_is_asked_for(void **state)
{
    fixture *f = *state;
    assert_int_equal(parse(f, ""), MOTE_PARSE);
    assert_int_equal(f->problems.n, 3);
    assert_non_null(strstr(f->problems.items[0].text, "mote.yaml:1:1: 'name' is missing"));
    assert_int_equal(parse(f, "[a]"), MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "must be a block of keys"));
    assert_int_equal(parse(f, "name: -a\ntask: poetry\nkeywords: [_x]\n"), MOTE_PARSE);
    assert_non_null(strstr(f->problems.items[0].text, "1:7: 'name' may hold letters"));
    assert_non_null(strstr(f->problems.items[1].text, "2:7: 'task' must be one of "));
    assert_int_equal(
        parse(f, "name: a\ntask: keyword\nkeywords: [x]\nunknown: false\nsilence: false\n"),
        MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "one keyword alone is not a choice"));
}

static void a_key_of_another_task_is_refused_by_name(void **state)
{
    fixture *f = *state;
    assert_int_equal(parse(f,
                           "keywords: [a, b]\nname: d\nfeatures: {mels: many}\n"
                           "model: {hidden: [8], channels: 8}\ntask: table\ntable: {target: x}\n"),
                     MOTE_PARSE);
    static const char *const wanted[] = {
        "mote.yaml:1:1: 'keywords' belongs to task 'keyword'; task 'table' takes its classes from "
        "the labels of its samples",
        "mote.yaml:3:1: 'features' belongs to tasks 'keyword', 'sound', 'gesture', 'anomaly', "
        "'image', and means nothing to task 'table'",
        "mote.yaml:4:22: 'model.channels' belongs to tasks 'keyword', 'sound', 'gesture', "
        "'image', and means nothing to task 'table'",
    };
    assert_int_equal(f->problems.n, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < f->problems.n; i++)
        assert_string_equal(f->problems.items[i].text, wanted[i]);
}

/* What an answer leaves open: here 'table', which says a class when nothing is said, and
 * 'anomaly'; other complaints about the file do not matter. */
static void losses_fit_the_answer_and_bring_their_keys(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text, *wanted; /* NULL: nothing to complain about */
    } cases[] = {
        {"task: table\ntraining: {loss: mse}\n",
         "'training.loss' 'mse' is not for what is said, which is 'class' here"},
        {"task: table\ntraining: {loss: softmax, label_smoothing: 0.2}\n", NULL},
        {"task: table\ntraining: {huber_delta: 2}\n",
         "'training.huber_delta' means nothing to loss 'softmax'; its settings are: "
         "label_smoothing class_weights"},
        {"task: anomaly\ntraining: {loss: softmax}\n",
         "'training.loss' 'softmax' is not for what is said, which is 'anomaly' here"},
        {"task: anomaly\ntraining: {loss: huber, huber_delta: 2}\n", NULL},
        {"task: anomaly\ntraining: {huber_delta: 2}\n",
         "'training.huber_delta' means nothing to loss 'mse'; its settings are: none"},
        {"task: anomaly\nmodel: {architecture: gaussian}\ntraining: {epochs: 3}\n",
         "'training.epochs' means nothing to architecture 'gaussian'; its settings are: batch "
         "threads refit refit_folds"},
        {"task: anomaly\ninput: image\n", "'input' must be one of series|audio|table, not 'image'"},
        {"task: anomaly\ntable: {target: x}\n", "'table' means nothing where 'input' is 'series'"},
        {"task: anomaly\ninput: table\ntable: {target: x}\ndata: {window_ms: 9}\n",
         "'data.window_ms' means nothing where 'input' is 'table'"},
        {"task: anomaly\nfeatures: {bands: 9}\ninput: audio\n",
         "'features.bands' means nothing where 'input' is 'audio'"},
        {"task: anomaly\ninput: table\n", "'table.target' is missing"},
        {"task: table\ntable: {target: [x, y]}\n",
         "'table.target' names 2 columns, 'x' and 'y' among them: only values can be several"},
        {"task: table\nanswer: value\ntable: {target: [x, y, x]}\n",
         "'table.target': 'x' is there twice"},
        {"task: table\nanswer: value\ntable: {target: []}\n",
         "'table.target' must be a text of 0 to 100 bytes, or a list of at most 16, not an empty "
         "list"},
        {"task: table\nanswer: value\ntable: {target: [x, y], columns: [{name: x}]}\n",
         "'table.target': 'table.columns' has no column 'y'"},
        {"task: table\nanswer: value\ntable: {target: [x, y]}\n"
         "requirements: [{metric: mae, at_most: 3, slice: z}]\n",
         "no condition 'z' is tested"},
        {"task: table\nanswer: value\ntable: {target: x}\n"
         "requirements: [{metric: mae, at_most: 3, slice: x}]\n",
         "no condition 'x' is tested"},
        {"task: gesture\ntable: {target: x}\n", "'table' belongs to task"},
        {"task: keyword\nkeywords: [a, b]\ntraining: {loss: softmax}\n",
         "'training.loss' belongs to tasks 'anomaly', 'table'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        (void)mote_format(text, sizeof text, "name: demo\n%s", cases[i].text);
        (void)parse(f, text);
        bool found = false;
        for (size_t k = 0; k < f->problems.n; k++) {
            const char *said = f->problems.items[k].text;
            found = found || (cases[i].wanted && strstr(said, cases[i].wanted));
            if (!cases[i].wanted && strstr(said, "training"))
                fail_msg("%s: %s", cases[i].text, said);
        }
        if (cases[i].wanted && !found)
            fail_msg("%s: not refused", cases[i].text);
    }
    assert_string_equal(good(f, LEAST)->training.loss, "softmax");
}

static void conditions_are_a_list_and_the_old_key_still_means_one(void **state)
{
    fixture *f = *state;
    const mote_project *p = good(f, LEAST "conditions:\n  - {name: motorway, snr_db: [0, 9]}\n"
                                          "  - {name: by-the-fan, noise: fan}\n"
                                          "augmentation: {car_noise: {snr_db: [-9, 9]}}\n");
    assert_int_equal(p->conditions.n, 2);
    assert_string_equal(p->conditions.items[0].name, "motorway");
    assert_string_equal(p->conditions.items[0].noise, "car");
    assert_true(p->conditions.items[0].snr_db.hi == 9);
    assert_string_equal(p->conditions.items[1].noise, "fan");
    assert_true(p->conditions.items[1].snr_db.lo == -5);
    assert_int_equal(p->warnings.n, 0);
    p = good(f, LEAST);
    assert_int_equal(p->conditions.n, 1);
    assert_string_equal(p->conditions.items[0].name, "car-noise");
    assert_int_equal(p->warnings.n, 0); /* nobody said anything that will mean less */
    p = good(f, LEAST "augmentation: {car_noise: {snr_db: [-9, 9]}}\n");
    assert_true(p->conditions.items[0].snr_db.lo == -9);
    assert_int_equal(p->warnings.n, 1);
    assert_string_equal(p->warnings.items[0],
                        "mote.yaml:4:36: condition 'car-noise' is judged at the snr_db of "
                        "training, as it was before there was 'conditions'; say so there, before "
                        "the next release: conditions: [{name: car-noise, noise: car, snr_db: "
                        "[-9, 9]}]");
    p = good(f, LEAST "conditions: []\n");
    assert_int_equal(p->conditions.n, 0);
}

static void every_task_is_accepted_with_what_it_must_name(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < MOTE_N_TASKS; i++) {
        const mote_task *task = mote_task_get((mote_task_id)i);
        char text[100];
        snprintf(text, sizeof text, "name: d\ntask: %s\n%s", task->name,
                 i == MOTE_TASK_table ? "table: {target: x}\n" : "");
        const bool has_all = i != MOTE_TASK_keyword; /* no key more */
        assert_int_equal(parse(f, text), has_all ? MOTE_OK : MOTE_PARSE);
        assert_int_equal(f->problems.n, has_all ? 0 : 1);
        if (has_all)
            continue;
        assert_non_null(strstr(f->err.text, "'keywords' is missing"));
    }
    assert_int_equal(parse(f, "name: d\ntask: poem\nkeywords: [a, b]\n"), MOTE_PARSE);
    assert_string_equal(f->err.text, "mote.yaml:2:7: 'task' must be one of keyword|sound|gesture|"
                                     "anomaly|image|table, not 'poem'");
    assert_int_equal(parse(f, "name: d\ntask: keywort\nkeywords: [a, b]\n"), MOTE_PARSE);
    assert_string_equal(f->err.text,
                        "mote.yaml:2:7: 'task' does not know 'keywort', did you mean 'keyword'?");
}

static void folds_over_groups_do_not_judge_what_time_splits(void **state)
{
    fixture *f = *state;
    assert_int_equal(parse(f, LEAST "training: {refit: all}\ndata: {splits: {by: time}}\n"),
                     MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "'training.refit' all is judged by folds over groups"));
}

static void a_misspelt_key_is_not_called_missing_too(void **state)
{
    fixture *f = *state;
    assert_int_equal(parse(f, "name: a\ntask: keyword\nkeyword: [x]\n"), MOTE_PARSE);
    assert_string_equal(f->err.text,
                        "mote.yaml:3:1: unknown key 'keyword', did you mean 'keywords'?");
    assert_int_equal(f->problems.n, 1);
}

static void all_complaints_come_at_once_in_the_order_of_the_file(void **state)
{
    fixture *f = *state;
    assert_int_equal(
        parse(f, LEAST "features: {hop_ms: 40}\ntraining:\n  epoch: 3\nmodel: {channels: 1}\n"),
        MOTE_PARSE);
    assert_int_equal(f->problems.n, 3);
    assert_int_equal(f->problems.items[0].line, 4);
    assert_int_equal(f->problems.items[1].line, 6);
    assert_int_equal(f->problems.items[2].line, 7);
    assert_non_null(strstr(f->err.text, "(and 2 more)"));

    char text[4096] = LEAST;
    for (int i = 0; i < 50; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "key_%d: 1\n", i);
    assert_int_equal(parse(f, text), MOTE_PARSE);
    assert_int_equal(f->problems.n, MOTE_PROJECT_MAX_PROBLEMS);
    assert_int_equal(f->problems.n_more, 30);
    assert_int_equal(f->problems.items[19].line, 23);
}

/* ---- what editors do to the file ---- */

#define ODD(bytes) bytes, sizeof(bytes) - 1
#define L2         "name: d\ntask: keyword\nkeywords: [a, b]\n"

static void what_editors_leave_behind_is_taken(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {ODD("\xef\xbb\xbf" L2)},                                  /* byte-order mark */
        {ODD("name: d\r\ntask: keyword\r\nkeywords: [a, b]\r\n")}, /* DOS */
        {ODD("\xef\xbb\xbfname: d\r\ntask: keyword\r\nkeywords: [a, b]\r\n\x1a")},
        {ODD("name: d\rtask: keyword\rkeywords: [a, b]\r")}, /* old Mac */
        {ODD(L2 "\0\0\0\0")},                                /* a crash */
        {ODD("name: d\ntask: keyword\nkeywords: [a, b]")},   /* no end of line */
        {ODD(L2 "\n\n   \n# a\ttab, \xc2\xa0 and \xe2\x80\x9cquotes\xe2\x80\x9d\n")},
        {ODD("name: d\t# a tab before a remark\ntask:\tkeyword\nkeywords: [a,\tb]\n")},
        {ODD("name: d\ntask: keyword\nkeywords: [\"a\xc2\xa0x\", \"\xe2\x80\x9cq\"]\n")},
        {ODD("name: d\ntask: keyword\n"
             "keywords: [l\xe2\x80\x99"
             "eau, \xd9\x86\xd8\xb9\xd9\x85]\n")},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        f->project = NULL;
        if (mote_project_parse(&(mote_file_bytes){"mote.yaml", cases[i].text, cases[i].n},
                               &f->arena, &f->project, &f->problems, &f->err) != MOTE_OK)
            fail_msg("case %zu: %s", i, f->err.text);
        assert_string_equal(f->project->name, "d");
        assert_int_equal(f->project->words.n, 2);
    }
}

static void what_editors_damage_is_named_with_its_place_and_the_remedy(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        const char *complaint;
    } cases[] = {
        {ODD("\xff\xfen\0a\0m\0e\0"), "mote.yaml:1:1: the file is UTF-16: save it as UTF-8"},
        {ODD("\xfe\xff\0n\0a\0m\0e"), "mote.yaml:1:1: the file is UTF-16"},
        {ODD("n\0a\0m\0e\0:\0 \0"), "mote.yaml:1:1: the file is UTF-16"},
        {ODD("\xff\xfe\0\0n\0\0\0"), "mote.yaml:1:1: the file is UTF-32"},
        {ODD(L2 "data:\n\tsplit_seed: 1\n"), "mote.yaml:5:1: a tab cannot indent"},
        {ODD(L2 "data:\n  \tsplit_seed: 1\n"), "mote.yaml:5:3: a tab cannot indent"},
        {ODD(L2 "\t\n"), "mote.yaml:4:1: a tab cannot indent"},
        {ODD("name: d\r\ntask: keyword\r\nkeywords: [a, b]\r\ndata:\r\n\tsplit_seed: 1\r\n"),
         "mote.yaml:5:1: a tab cannot indent"},
        {ODD("name: d\rtask: keyword\rkeywords: [a, b]\rdata:\r\tsplit_seed: 1\r"),
         "mote.yaml:5:1: a tab cannot indent"},
        {ODD(L2 "data:\n\xc2\xa0\xc2\xa0split_seed: 1\n"),
         "mote.yaml:5:1: a non-breaking space (U+00A0) stands here: type an ordinary space"},
        {ODD(L2 "clip_ms:\xc2\xa0"
                "900\n"),
         "mote.yaml:4:9: a non-breaking space (U+00A0)"},
        {ODD(L2 "clip_ms: 900\xe2\x80\x8b\n"), "mote.yaml:4:13: an invisible character (U+200B)"},
        {ODD(L2 "\xef\xbb\xbf"
                "clip_ms: 900\n"),
         "mote.yaml:4:1: a byte-order mark"},
        {ODD("name: \xe2\x80\x9c"
             "d\xe2\x80\x9d\ntask: keyword\nkeywords: [a, b]\n"),
         "mote.yaml:1:7: a typographic quotation mark (U+201C) stands here: type a plain \""},
        {ODD("name: d\ntask: keyword\nkeywords: [\xe2\x80\x98"
             "a\xe2\x80\x99, b]\n"),
         "mote.yaml:3:12: a typographic quotation mark (U+2018)"},
        {ODD(L2 "requirements:\n  \xe2\x80\x93 metric: accuracy\n"),
         "mote.yaml:5:3: a typographic dash (U+2013) stands here: type a plain -"},
        {ODD(L2 "clip_ms\xef\xbc\x9a 900\n"), "mote.yaml:4:8: a full-width colon (U+FF1A)"},
        {ODD(L2 "\f\nclip_ms: 900\n"), "mote.yaml:4:1: a form feed (U+000C): remove it"},
        {ODD(L2 "clip_ms: 900 \v\n"), "mote.yaml:4:14: a vertical tab (U+000B)"},
        {ODD("name: d\n\0\0\ntask: keyword\n"), "mote.yaml:2:1: a zero byte"},
        {ODD("name: d\n\x1atask: keyword\n"), "mote.yaml:2:1: Ctrl-Z (U+001A)"},
        {ODD("# caf\xc3\xa9\nname: caf\xe9\n"),
         "mote.yaml:2:10: not plain text in UTF-8: the byte 0xe9 is of another encoding"},
        {ODD(L2 "<<<<<<< HEAD\nclip_ms: 900\n=======\n"),
         "mote.yaml:4:1: the mark of a merge conflict"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        f->project = NULL;
        mote_status st =
            mote_project_parse(&(mote_file_bytes){"mote.yaml", cases[i].text, cases[i].n},
                               &f->arena, &f->project, &f->problems, &f->err);
        if (st != MOTE_PARSE || f->problems.n != 1 ||
            strncmp(f->problems.items[0].text, cases[i].complaint, strlen(cases[i].complaint)) != 0)
            fail_msg("case %zu gave %s\n wanted %s", i, st == MOTE_OK ? "OK" : f->err.text,
                     cases[i].complaint);
    }
}

static void hostile_sizes_are_refused(void **state)
{
    fixture *f = *state;
    char *text = malloc(MOTE_PROJECT_MAX_BYTES + 2);
    memset(text, '[', MOTE_PROJECT_MAX_BYTES + 1);
    text[MOTE_PROJECT_MAX_BYTES + 1] = 0;
    assert_int_equal(parse(f, text), MOTE_LIMIT);
    text[MOTE_PROJECT_MAX_BYTES] = 0;
    assert_int_equal(parse(f, text), MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "nested too deeply"));
    for (size_t i = 0; i < MOTE_PROJECT_MAX_BYTES; i += 2)
        memcpy(text + i, "a,", 2);
    memcpy(text, "[ ", 2);
    assert_int_equal(parse(f, text), MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "too many values"));
    memcpy(text, LEAST "\xff\x01", sizeof LEAST + 2);
    assert_int_equal(parse(f, text), MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "mote.yaml:4:1: not plain text in UTF-8"));
    free(text);
}

static void json_of(fixture *f, const char *section, char *out, size_t n)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 65536);
    assert_int_equal(mote_project_section_json(f->project, section, &b, &f->err), MOTE_OK);
    snprintf(out, n, "%s", b.data);
}

static void sections_are_canonical_json(void **state)
{
    fixture *f = *state;
    char one[4096], two[4096];
    good(f, LEAST "training: {batch: 16, learning_rate: 1e-3}\nclip_ms: 1 s\n");
    json_of(f, "training", one, sizeof one);
    assert_non_null(strstr(one, "\"batch\":16,"));
    assert_non_null(strstr(one, "\"threads\":0"));
    json_of(f, "task", two, sizeof two);
    assert_string_equal(
        two, "{\"clip_ms\":1000.0,\"keywords\":[\"bed\",\"cat\",\"happy\"],\"rate_hz\":16000,"
             "\"silence\":true,\"task\":\"keyword\",\"unknown\":true}");
    json_of(f, "data", two, sizeof two);
    assert_non_null(strstr(
        two, "\"splits\":{\"by\":\"groups\",\"test\":0.15,\"train\":0.7,\"validation\":0.15}"));
    good(f, "clip_ms: 1000\ntraining:\n  learning_rate: 0.001\n  batch: 16\n" LEAST);
    json_of(f, "training", two, sizeof two);
    assert_string_equal(one, two);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 65536);
    assert_int_equal(mote_project_section_json(f->project, "nope", &b, &f->err), MOTE_NOT_FOUND);
    size_t n;
    const char *const *names = mote_project_sections(&n);
    for (size_t i = 0; i < n; i++)
        json_of(f, names[i], two, sizeof two);
}

static void hash_follows_what_matters_and_nothing_else(void **state)
{
    fixture *f = *state;
    mote_sha256 base, same, other, data_base, data_same;
    good(f, LEAST);
    assert_int_equal(mote_project_part_hash(f->project, "training", &base, NULL), MOTE_OK);
    assert_int_equal(mote_project_part_hash(f->project, "data", &data_base, NULL), MOTE_OK);
    good(f, LEAST "# a comment\ntraining: {threads: 7, epochs: 40}\n");
    assert_int_equal(mote_project_part_hash(f->project, "training", &same, NULL), MOTE_OK);
    assert_true(mote_sha256_equal(&base, &same));
    good(f, LEAST "training: {epochs: 41}\n");
    assert_int_equal(mote_project_part_hash(f->project, "training", &other, NULL), MOTE_OK);
    assert_false(mote_sha256_equal(&base, &other));
    assert_int_equal(mote_project_part_hash(f->project, "data", &data_same, NULL), MOTE_OK);
    assert_true(mote_sha256_equal(&data_base, &data_same));
}

static void project_is_found_upwards(void **state)
{
    fixture *f = *state;
    char dir[] = "/tmp/mote_project_XXXXXX", deep[64], *found = NULL;
    assert_non_null(mkdtemp(dir));
    snprintf(deep, sizeof deep, "%s/a/b", dir);
    assert_int_equal(mote_dir_make(deep, NULL), MOTE_OK);
    assert_int_equal(mote_project_find(deep, &f->arena, &found, &f->err), MOTE_NOT_FOUND);
    assert_non_null(strstr(f->err.text, "mote init DIR"));
    char file[64];
    snprintf(file, sizeof file, "%s/mote.yaml", dir);
    assert_int_equal(mote_file_write(file, LEAST "bad: 1\n", strlen(LEAST "bad: 1\n"), NULL),
                     MOTE_OK);
    assert_int_equal(mote_project_find(deep, &f->arena, &found, &f->err), MOTE_OK);
    assert_string_equal(found, dir);
    assert_int_equal(mote_project_load(found, &f->arena, &f->project, NULL, &f->err), MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "/mote.yaml:4:1: unknown key 'bad'"));
    assert_int_equal(mote_file_write(file, LEAST, strlen(LEAST), NULL), MOTE_OK);
    assert_int_equal(mote_project_load(found, &f->arena, &f->project, NULL, &f->err), MOTE_OK);
    assert_string_equal(f->project->dir, dir);
    assert_int_equal(mote_project_find("/nowhere/at/all", &f->arena, &found, &f->err),
                     MOTE_NOT_FOUND);
    assert_int_equal(mote_dir_remove(dir, NULL), MOTE_OK);
}

static void every_failed_allocation_is_reported(void **state)
{
    static const char text[] = LEAST
        "requirements: [{metric: accuracy, at_least: 92 %}]\ndevice: {budget: {ram: 64 kB}}\n";
    (void)state;
    for (int64_t n = 0; n < 1000; n++) {
        mote_arena a;
        mote_arena_init(&a, 8u << 20);
        mote_project *p = NULL;
        mote_mem_fail_after(n);
        mote_status st = mote_project_parse(&(mote_file_bytes){"mote.yaml", text, sizeof text - 1},
                                            &a, &p, NULL, NULL);
        mote_mem_fail_never();
        mote_arena_release(&a);
        if (st == MOTE_OK) {
            assert_true(n > 0);
            return;
        }
        assert_int_equal(st, MOTE_NOMEM);
        assert_null(p);
    }
    fail_msg("never succeeded");
}

static void a_full_arena_is_reported_at_every_size(void **state)
{
    static const char text[] = LEAST "requirements: [{metric: accuracy, at_least: 92 %}]\n";
    (void)state;
    mote_status st = MOTE_NOMEM;
    for (size_t limit = 64; st != MOTE_OK && limit < (1u << 20); limit += 640) {
        mote_arena a;
        mote_arena_init(&a, limit);
        mote_project *p = NULL;
        st = mote_project_parse(&(mote_file_bytes){"mote.yaml", text, sizeof text - 1}, &a, &p,
                                NULL, NULL);
        mote_arena_release(&a);
        assert_true(st == MOTE_OK ? p != NULL : st == MOTE_NOMEM && !p);
    }
    assert_int_equal(st, MOTE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_smallest_file_gets_all_presets, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kernel_that_nobody_chose_is_of_what_comes_in, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(dropout_that_nobody_chose_is_of_what_is_said, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(units_are_converted_to_the_unit_of_the_key, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(yes_no_and_on_are_keywords_not_booleans, setup, teardown),
        cmocka_unit_test_setup_teardown(requirements_take_the_unit_and_place_of_their_metric, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(every_mistake_is_named_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(what_must_be_there_is_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_of_another_task_is_refused_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(losses_fit_the_answer_and_bring_their_keys, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(conditions_are_a_list_and_the_old_key_still_means_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(every_task_is_accepted_with_what_it_must_name, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(folds_over_groups_do_not_judge_what_time_splits, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_misspelt_key_is_not_called_missing_too, setup, teardown),
        cmocka_unit_test_setup_teardown(all_complaints_come_at_once_in_the_order_of_the_file, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_editors_leave_behind_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(what_editors_damage_is_named_with_its_place_and_the_remedy,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_sizes_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(sections_are_canonical_json, setup, teardown),
        cmocka_unit_test_setup_teardown(hash_follows_what_matters_and_nothing_else, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(project_is_found_upwards, setup, teardown),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(a_full_arena_is_reported_at_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
