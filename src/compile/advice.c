/* SPDX-License-Identifier: Apache-2.0 */
/* Compares settings and target. See advice.h. */
#include "compile/advice.h"

#include <string.h>

#include "compile/codegen_internal.h"

static mote_advice_item *add(mote_advice *a, const char *about, const char *key)
{
    MOTE_BUG_IF(a->n >= MOTE_ADVICE_MAX);
    mote_advice_item *item = &a->items[a->n++];
    item->about = about;
    item->key = key;
    item->text[0] = '\0';
    return item;
}

/* True when the core would rather compute the front end's other arithmetic. */
static bool is_unsuited(const mote_placement *p)
{
    const mote_compile_input *in = p->input;
    mote_frontend other;
    return mote_compile_has_features(in) &&
           mote_frontend_is_fixed(in->features) == p->target->has_fpu &&
           mote_frontend_other_arithmetic(in->features, &other) &&
           mote_frontend_elements(&other, &in->sample) > 0;
}

/* The word of the other arithmetic. */
static const char *word_of_other(const mote_compile_input *in)
{
    return mote_frontend_is_fixed(in->features) ? "float" : "fixed";
}

#define NEW_RUN "the model then has to be trained anew, with 'mote run', as its features change"

static mote_status estimate_arithmetic(const mote_placement *p, const mote_footprint *f,
                                       mote_advice *a, mote_err *err)
{
    const mote_compile_input *in = p->input;
    const mote_target *t = p->target;
    mote_frontend features;
    mote_compile_input other = *in;
    mote_footprint o;
    if (!mote_frontend_other_arithmetic(in->features, &features))
        return MOTE_OK;
    other.features = &features;
    MOTE_TRY(mote_footprint_estimate(&other, t, &o, err));
    (void)mote_format(
        add(a, "arithmetic", "features.arithmetic")->text, sizeof a->items[0].text,
        "%s has %s FPU and the front end computes in %s point: 'features.arithmetic: "
        "%s' takes fewer instructions, which 'mote measure' counts, and about %lld "
        "bytes of flash instead of %lld (exact tables, recorded code sizes); " NEW_RUN,
        t->name, t->has_fpu ? "an" : "no",
        mote_frontend_is_fixed(in->features) ? "fixed" : "floating", word_of_other(in),
        (long long)o.flash_bytes, (long long)f->flash_bytes);
    return MOTE_OK;
}

static mote_status measure_arithmetic(const mote_placement *p, const mote_measure_options *options,
                                      const mote_device_measurement *m, mote_advice *a,
                                      mote_err *err)
{
    const mote_compile_input *in = p->input;
    const mote_target *t = p->target;
    mote_frontend features;
    mote_compile_input other = *in;
    mote_measure_options o = *options;
    if (!mote_frontend_other_arithmetic(in->features, &features))
        return MOTE_OK;
    other.features = &features;
    o.work_dir = NULL;
    MOTE_TRY(mote_measure(&other, t, &o, &a->other, err));
    a->has_other = true;
    if (a->other.hop_instructions >= m->hop_instructions)
        return MOTE_OK;
    (void)mote_format(add(a, "arithmetic", "features.arithmetic")->text, sizeof a->items[0].text,
                      "%s has %s FPU: with 'features.arithmetic: %s' a hop of the front end takes "
                      "%lld instructions instead of %lld, a clip %lld instead of %lld, flash %lld "
                      "bytes instead of %lld (both measured, on %d inputs); " NEW_RUN,
                      t->name, t->has_fpu ? "an" : "no", word_of_other(in),
                      (long long)a->other.hop_instructions, (long long)m->hop_instructions,
                      (long long)a->other.clip_instructions, (long long)m->clip_instructions,
                      (long long)a->other.flash_bytes, (long long)m->flash_bytes, m->n_inputs);
    return MOTE_OK;
}

static void check_memory(const mote_target *t, int64_t ram, int64_t flash, const char *how,
                         mote_advice *a)
{
    if (ram > t->ram_limit)
        (void)mote_format(add(a, "ram", "device.budget.ram")->text, sizeof a->items[0].text,
                          "%lld bytes of RAM%s, and a usual %s has %lld: linking fails with the "
                          "generated target.ld; a smaller model, or the sizes of your part there "
                          "and in 'device.budget.ram'",
                          (long long)ram, how, t->name, (long long)t->ram_limit);
    if (flash > t->flash_limit)
        (void)mote_format(add(a, "flash", "device.budget.flash")->text, sizeof a->items[0].text,
                          "%lld bytes of flash%s, and a usual %s has %lld: linking fails with the "
                          "generated target.ld; a smaller model, or the sizes of your part there "
                          "and in 'device.budget.flash'",
                          (long long)flash, how, t->name, (long long)t->flash_limit);
}

/* Between two runs of the network the core makes its frames, normalises a window of them where that
 * is asked for, runs the network and the detector. */
static double step_ms(const mote_compile_input *in, const mote_device_measurement *m,
                      double clock_hz)
{
    int64_t frames = codegen_hop_frames(in);
    int64_t window = m->window_instructions > 0 ? m->window_instructions : 0;
    return (double)(m->network_instructions + frames * m->hop_instructions + window +
                    m->post_instructions) *
           1e3 / clock_hz;
}

static void check_real_time(const mote_placement *p, const mote_device_measurement *m,
                            mote_advice *a)
{
    const mote_compile_input *in = p->input;
    const mote_target *t = p->target;
    const double clock_hz = p->device.clock_hz > 0 ? p->device.clock_hz : (double)t->clock_hz;
    char other[80] = "";
    if (!mote_compile_has_features(in) || in->thresholds == NULL)
        return;
    double ms = step_ms(in, m, clock_hz);
    if (ms <= in->hop_ms)
        return;
    if (a->has_other && a->other.hop_instructions < m->hop_instructions)
        (void)mote_format(other, sizeof other, ", 'features.arithmetic: %s' (then %.1f ms)",
                          word_of_other(in), step_ms(in, &a->other, clock_hz));
    (void)mote_format(add(a, "real_time", "stream.hop_ms")->text, sizeof a->items[0].text,
                      "a step of the stream takes %.1f ms and one comes every %d ms: %s cannot "
                      "keep up at %g MHz, even with one instruction a cycle; a longer "
                      "'stream.hop_ms', a smaller model%s or a faster clock",
                      ms, in->hop_ms, t->name, clock_hz / 1e6, other);
}

static void check_device(const mote_placement *p, mote_advice *a)
{
    const mote_compile_input *in = p->input;
    const mote_target *t = p->target;
    const mote_advice_device *d = &p->device;
    if (mote_compile_has_features(in) && in->thresholds != NULL &&
        d->latency_budget_ms > in->hop_ms)
        (void)mote_format(add(a, "latency", "device.budget.latency_ms")->text,
                          sizeof a->items[0].text,
                          "'device.budget.latency_ms' is %g and a step of the stream comes "
                          "every %d ms ('stream.hop_ms'): a model that just meets it may not keep "
                          "up",
                          d->latency_budget_ms, in->hop_ms);
    if (d->clock_hz > 1.05 * (double)t->clock_hz)
        (void)mote_format(add(a, "clock", "device.clock_mhz")->text, sizeof a->items[0].text,
                          "'device.clock_mhz' is %g and a usual %s runs at %g MHz: times are too "
                          "short unless yours does",
                          d->clock_hz / 1e6, t->name, (double)t->clock_hz / 1e6);
    if (d->energy_budget_uj > 0 && !(d->energy_pj_per_instruction > 0))
        (void)mote_format(add(a, "energy", "device.energy_pj_per_instruction")->text,
                          sizeof a->items[0].text,
                          "'device.budget.energy_uj' is %g and no energy model says what an "
                          "instruction takes: not yet known until "
                          "'device.energy_pj_per_instruction' is set",
                          d->energy_budget_uj);
}

/* What the figures say besides the arithmetic. */
static void check_measured(const mote_placement *p, const mote_device_measurement *m,
                           mote_advice *a)
{
    int64_t stack = m->network_stack_bytes > m->features_stack_bytes ? m->network_stack_bytes
                                                                     : m->features_stack_bytes;
    check_memory(p->target, m->ram_static_bytes + stack, m->flash_bytes, "", a);
    check_real_time(p, m, a);
}

mote_status mote_advise_estimated(const mote_placement *p, const mote_footprint *f,
                                  const mote_device_measurement *m, mote_advice *out, mote_err *err)
{
    memset(out, 0, sizeof *out);
    if (is_unsuited(p))
        MOTE_TRY(estimate_arithmetic(p, f, out, err));
    if (m != NULL)
        check_measured(p, m, out);
    else
        check_memory(p->target, f->ram_bytes, f->least_flash_bytes, " at least", out);
    check_device(p, out);
    return MOTE_OK;
}

mote_status mote_advise_measured(const mote_placement *p, const mote_measure_options *options,
                                 const mote_device_measurement *m, mote_advice *out, mote_err *err)
{
    memset(out, 0, sizeof *out);
    if (is_unsuited(p))
        MOTE_TRY(measure_arithmetic(p, options, m, out, err));
    check_measured(p, m, out);
    check_device(p, out);
    return MOTE_OK;
}

json_t *mote_advice_to_json(const mote_advice *a)
{
    json_t *list = json_array();
    for (int32_t i = 0; list != NULL && i < a->n; i++) {
        const mote_advice_item *item = &a->items[i];
        json_t *o = json_pack("{s:s, s:s, s:s}", "about", item->about, "key", item->key, "text",
                              item->text);
        if (o == NULL || json_array_append_new(list, o) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
