/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that do not suit a target are named with their key and with figures, those that do are
 * not. */
#include "compile/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "model/model.h"
#include "random_graph.h"

static mote_model *load(const char *name)
{
    const char *root = getenv("MOTE_SOURCE_ROOT");
    char path[600], *bytes = NULL;
    size_t n = 0;
    mote_err err;
    mote_model *m = NULL;
    assert_true(mote_format(path, sizeof path, "%s/tests/fuzz/corpus/bundle/%s",
                            root != NULL ? root : "..", name));
    t_must(mote_file_read(path, 1 << 20, &bytes, &n, &err), &err);
    t_must(mote_model_load(bytes, n, &m, &err), &err);
    mote_free(bytes);
    return m;
}

/* hop 100 ms, 20 ms a frame for the float one; 40 and 20 for the other. */
static mote_compile_input input_of(const mote_model *m, const char **labels)
{
    const mote_operating_point *op = mote_model_operating_point(m);
    mote_compile_input in = {.name = "x",
                             .graph = mote_model_graph(m),
                             .n_labels = mote_model_n_labels(m),
                             .labels = labels,
                             .features = mote_model_features(m),
                             .sample = *mote_model_sample(m),
                             .smooth_hops = op->smooth_hops,
                             .suppress_ms = op->suppress_ms,
                             .hop_ms = op->hop_ms,
                             .thresholds = op->thresholds};
    for (int32_t i = 0; i < in.n_labels; i++)
        labels[i] = mote_model_label(m, i);
    return in;
}

static mote_advice advise(const char *bundle, const char *target, const mote_device_measurement *m,
                          const mote_advice_device *d)
{
    const char *labels[MOTE_MODEL_MAX_LABELS];
    mote_err err;
    mote_model *model = load(bundle);
    mote_compile_input in = input_of(model, labels);
    const mote_target *t;
    mote_footprint f;
    mote_advice a;
    t_must(mote_target_find(target, &t, &err), &err);
    t_must(mote_footprint_estimate(&in, t, &f, &err), &err);
    mote_placement place = {.input = &in, .target = t};
    if (d != NULL)
        place.device = *d;
    t_must(mote_advise_estimated(&place, &f, m, &a, &err), &err);
    mote_model_unref(model);
    return a;
}

static const mote_advice_item *find(const mote_advice *a, const char *about)
{
    for (int32_t i = 0; i < a->n; i++)
        if (strcmp(a->items[i].about, about) == 0)
            return &a->items[i];
    return NULL;
}

static void the_arithmetic_that_a_core_would_rather_have_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bundle, *target, *better;
    } cases[] = {
        {"audio.mote", "cortex-m0plus", "'features.arithmetic: fixed'"},
        {"audio.mote", "rv32imac", "'features.arithmetic: fixed'"},
        {"audio.mote", "cortex-m4f", NULL},
        {"audio.mote", "cortex-m7", NULL},
        {"audio.mote", "cortex-m55", NULL},
        {"audio_fixed.mote", "cortex-m0plus", NULL},
        {"audio_fixed.mote", "rv32imac", NULL},
        {"audio_fixed.mote", "cortex-m4f", "'features.arithmetic: float'"},
        {"audio_fixed.mote", "cortex-m7", "'features.arithmetic: float'"},
        {"audio_fixed.mote", "cortex-m55", "'features.arithmetic: float'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_advice a = advise(cases[i].bundle, cases[i].target, NULL, NULL);
        const mote_advice_item *item = find(&a, "arithmetic");
        assert_int_equal(a.n, cases[i].better != NULL);
        if (item == NULL)
            continue;
        assert_string_equal(item->key, "features.arithmetic");
        assert_non_null(strstr(item->text, cases[i].better));
        assert_non_null(strstr(item->text, "'mote run'"));
        assert_true(strlen(item->text) + 1 < sizeof item->text);
    }
}

static void a_stream_that_cannot_keep_up_is_named_with_its_time(void **state)
{
    (void)state;
    /* 120 MHz, 100 ms: 12,000,000 instructions for the network and five frames. */
    mote_device_measurement m = {.network_instructions = 6999000,
                                 .hop_instructions = 1000000,
                                 .post_instructions = 1000,
                                 .ram_static_bytes = 5000,
                                 .flash_bytes = 20000};
    mote_advice a = advise("audio.mote", "cortex-m4f", &m, NULL);
    assert_int_equal(a.n, 0);
    m.post_instructions += 60000;
    a = advise("audio.mote", "cortex-m4f", &m, NULL);
    assert_int_equal(a.n, 1);
    assert_string_equal(a.items[0].key, "stream.hop_ms");
    assert_non_null(strstr(a.items[0].text, "takes 100.5 ms and one comes every 100 ms"));
    mote_advice_device d = {.clock_hz = 125e6};
    a = advise("audio.mote", "cortex-m4f", &m, &d);
    assert_null(find(&a, "real_time"));
}

static void memory_that_a_usual_part_lacks_is_named(void **state)
{
    (void)state;
    mote_device_measurement m = {.network_instructions = 1,
                                 .ram_static_bytes = 32768 - 300,
                                 .network_stack_bytes = 300,
                                 .features_stack_bytes = 10,
                                 .flash_bytes = 262144};
    mote_advice a = advise("audio_fixed.mote", "cortex-m0plus", &m, NULL);
    assert_int_equal(a.n, 0);
    m.network_stack_bytes++;
    m.flash_bytes++;
    a = advise("audio_fixed.mote", "cortex-m0plus", &m, NULL);
    assert_int_equal(a.n, 2);
    assert_non_null(strstr(find(&a, "ram")->text, "32769 bytes of RAM"));
    assert_non_null(strstr(find(&a, "flash")->text, "262145 bytes of flash"));
}

static void a_device_that_is_described_wrongly_or_by_half_is_named(void **state)
{
    (void)state;
    mote_advice_device d = {.clock_hz = 80e6,
                            .latency_budget_ms = 100,
                            .energy_budget_uj = 50,
                            .energy_pj_per_instruction = 20};
    mote_advice a = advise("audio.mote", "cortex-m4f", NULL, &d);
    assert_int_equal(a.n, 0);
    d.latency_budget_ms = 101;
    d.energy_pj_per_instruction = 0;
    d.clock_hz = 130e6;
    a = advise("audio.mote", "cortex-m4f", NULL, &d);
    assert_int_equal(a.n, 3);
    assert_string_equal(find(&a, "latency")->key, "device.budget.latency_ms");
    assert_string_equal(find(&a, "energy")->key, "device.energy_pj_per_instruction");
    assert_string_equal(find(&a, "clock")->key, "device.clock_mhz");
    json_t *j = mote_advice_to_json(&a);
    assert_int_equal(json_array_size(j), 3);
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_arithmetic_that_a_core_would_rather_have_is_named),
        cmocka_unit_test(a_stream_that_cannot_keep_up_is_named_with_its_time),
        cmocka_unit_test(memory_that_a_usual_part_lacks_is_named),
        cmocka_unit_test(a_device_that_is_described_wrongly_or_by_half_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
