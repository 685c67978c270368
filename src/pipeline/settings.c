/* SPDX-License-Identifier: Apache-2.0 */
/* The makers of the settings, one each. See settings.h. A maker sees a view of mote.yaml in which
 * everything but its parts is poisoned. */
#include "pipeline/settings.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "project/archs.h"
#include "project/own_keys.h"
#include "project/part.h"
#include "project/schema.h"

#define DATASET_MAX_BYTES ((size_t)4 << 30)

static int32_t samples_of(double ms, int32_t rate_hz)
{
    return (int32_t)lround(ms * rate_hz / 1000.0);
}

static void make_about(const mote_project *p, mote_about_setting *out)
{
    out->name = p->name;
}

static mote_answer_kind answer_of(const mote_project *p)
{
    mote_answer_kind answer = MOTE_N_ANSWERS;
    MOTE_BUG_IF(mote_answer_parse(p->answer, &answer, NULL) != MOTE_OK);
    return answer;
}

static void make_task(const mote_project *p, mote_task_setting *out)
{
    out->task = mote_task_find(p->task);
    out->input = mote_project_input(p);
    out->answer = answer_of(p);
    out->events = p->stream.events;
    out->is_stream = out->task->is_stream || out->events.n > 0;
    out->labels = *mote_project_labels(p);
    out->classes = p->classes;
    out->unknown = p->unknown;
    out->silence = p->silence;
    out->rate_hz = p->rate_hz;
    out->length_ms = p->clip_ms;
}

/* ---- data -------------------------------------------------------------------------------- */

static void make_version(const mote_project *p, mote_version_config *out)
{
    *out = mote_version_config_of(p);
}

static void make_builtin(const mote_project *p, mote_builtin_config *out)
{
    *out = mote_builtin_config_of(p);
}

static void make_check(const mote_project *p, mote_check_config *out)
{
    *out = mote_check_config_of(p);
}

/* Of rows the columns that are asked for; of others the one number that is measured. */
static int32_t n_values_of(const mote_project *p)
{
    return p->table.target.n > 1 ? (int32_t)p->table.target.n : 1;
}

static void make_dataset(const mote_project *p, mote_dataset_config *out)
{
    const mote_kind *kind = mote_kind_of(mote_project_input(p));
    *out = mote_dataset_config_default(kind);
    out->labels = mote_project_labels(p)->items;
    out->n_labels = mote_project_labels(p)->n;
    out->events = p->stream.events;
    out->is_score = answer_of(p) == MOTE_ANSWER_ANOMALY;
    out->other = p->unknown || out->is_score;
    out->nothing = p->silence;
    out->n_values = answer_of(p) == MOTE_ANSWER_VALUE ? n_values_of(p) : 0;
    if (kind->cut_of)
        out->cut = kind->cut_of(p);
    out->other_ratio = p->data.unknown_ratio;
    out->nothing_ratio = p->data.silence_ratio;
    out->max_bytes = DATASET_MAX_BYTES;
}

/* ---- model ------------------------------------------------------------------------------- */

static void make_features(const mote_project *p, mote_frontend *out)
{
    *out = mote_frontend_of_project(&p->features, p->rate_hz);
}

static void make_arch(const mote_project *p, mote_arch *out)
{
    const mote_project_model *m = &p->model;
    const mote_arch_row *row = mote_arch_row_find(m->architecture);
    MOTE_BUG_IF(!row || m->hidden.n > MOTE_ARCH_MAX_BLOCKS); /* MOTE_KEY_MAX_INTS */
    memset(out, 0, sizeof *out);
    (void)mote_format(out->name, sizeof out->name, "%s", m->architecture);
    const bool is_of_hidden = mote_own_keys_find(row->settings, "hidden");
    out->n_blocks = is_of_hidden ? (int32_t)m->hidden.n : m->blocks;
    memcpy(out->hidden, m->hidden.items, m->hidden.n * sizeof *m->hidden.items);
    out->channels = m->channels;
    out->kernel_h = m->kernel.h;
    out->kernel_w = m->kernel.w;
    out->stride_h = m->stride.h;
    out->stride_w = m->stride.w;
    out->kernel_steps = m->kernel_steps;
    out->width = (float)m->width;
    out->bottleneck = m->bottleneck;
    out->shrinkage = (float)m->shrinkage;
    for (size_t i = 0; i < m->block_strides.n && i < MOTE_ARCH_MAX_BLOCKS; i++)
        out->block_stride[i] = m->block_strides.items[i];
    out->dropout = mote_own_keys_find(row->settings, "dropout") ? (float)m->dropout : 0.0f;
}

/* How a model of each answer ends; of anomalies it gives back what comes in. */
static const mote_arch_head heads[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = MOTE_HEAD_CLASSES,
    [MOTE_ANSWER_VALUE] = MOTE_HEAD_VALUES,
    [MOTE_ANSWER_ANOMALY] = MOTE_HEAD_INPUT,
};

mote_status mote_settings_arch(const mote_settings *s, mote_arch *out, mote_err *err)
{
    const mote_sample_form *form = mote_setting_form(s);
    mote_shape in;
    MOTE_TRY(mote_frontend_shape(mote_setting_features(s), &form->shape, &in, err));
    mote_arch a = *mote_setting_arch(s);
    MOTE_TRY(mote_arch_take_shape(&a, &in, err));
    a.head = heads[form->answer];
    a.n_outputs = (int32_t)(form->classes.n + form->values.n);
    *out = a;
    return MOTE_OK;
}

static mote_average average_of(const mote_project_training *y)
{
    mote_average a = {.decay = (float)y->ema, .span = y->average_span};
    if (y->ema > 0 || strcmp(y->average, "ema") == 0)
        a.kind = MOTE_AVERAGE_EMA;
    else if (strcmp(y->average, "swa") == 0)
        a.kind = MOTE_AVERAGE_SWA;
    return a;
}

static void make_training(const mote_project *p, mote_training_setting *out)
{
    const mote_project_training *y = &p->training;
    mote_train_config *c = &out->config;
    mote_train_default(c);
    c->n_epochs = y->epochs;
    c->min_steps = y->min_steps;
    c->batch_size = y->batch;
    c->seed = (uint64_t)y->seed;
    c->optim.kind = strcmp(y->optimiser, "sgd") == 0 ? MOTE_OPTIM_SGD : MOTE_OPTIM_ADAM;
    c->optim.momentum = (float)y->momentum;
    c->optim.decay = (float)y->weight_decay;
    c->rate = y->learning_rate;
    c->warmup_epochs = y->warm_up_epochs;
    c->loss.kind = mote_loss_find(y->loss);
    const char *own = mote_loss_row_get(c->loss.kind)->settings;
    c->loss.huber_delta = mote_own_keys_find(own, "huber_delta") ? (float)y->huber_delta : 0.0f;
    c->label_smoothing =
        mote_own_keys_find(own, "label_smoothing") ? (float)y->label_smoothing : 0.0f;
    c->mixup_alpha = (float)y->mixup;
    c->average = average_of(y);
    c->patience = y->patience;
    /* Without early stopping the cosine has run out at the last epoch, which is then as good as any
     * and not chosen by a small validation split. */
    c->keep = y->patience > 0 ? MOTE_KEEP_LEAST_LOSS : MOTE_KEEP_LAST;
    c->now_us = mote_clock_mono_us;
    out->is_discriminant = y->head && strcmp(y->head, "discriminant") == 0;
    out->is_balanced =
        mote_own_keys_find(own, "class_weights") && strcmp(y->class_weights, "balanced") == 0;
    out->of_classes = mote_loss_is_of_classes(c->loss.kind);
    out->is_refit = strcmp(y->refit, "all") == 0;
    out->n_folds = y->refit_folds;
    out->mining_rounds = y->mining_rounds;
    out->mining_windows = y->mining_windows;
    out->n_seeds = y->seeds;
    out->start = y->start;
    out->freeze = y->freeze;
    out->n_views = y->views;
    out->thaw_epochs = y->thaw_epochs;
    out->thaw_rate = y->thaw_rate;
    out->teachers = y->teachers;
    out->teacher_weight = y->teacher_weight;
    out->teacher_temperature = y->teacher_temperature;
}

static void make_compress(const mote_project *p, mote_project_compress *out)
{
    *out = p->compress;
}

static void make_augmentation(const mote_project *p, mote_augment_config *out)
{
    *out = p->augmentation;
    if (out->conditions > 0)
        out->under = p->conditions;
}

/* ---- judging ----------------------------------------------------------------------------- */

static void make_conditions(const mote_project *p, mote_conditions *out)
{
    mote_conditions_of(p, out);
}

static void make_stream(const mote_project *p, mote_stream_setting *out)
{
    out->events = p->stream.events;
    out->config = mote_stream_config_of(&p->stream, 0);
    out->detector = mote_stream_detector_of(&p->stream);
    out->hop_ms = (int32_t)lround(p->stream.hop_ms);
    out->hop_samples = (size_t)samples_of(p->stream.hop_ms, p->rate_hz);
    out->max_false_accepts_per_hour = p->stream.max_false_accepts_per_hour;
}

static void make_value(const mote_project *p, mote_project_value *out)
{
    *out = p->value;
}

static void make_anomaly(const mote_project *p, mote_project_anomaly *out)
{
    *out = p->anomaly;
}

static void make_requirements(const mote_project *p, mote_project *out)
{
    memcpy(out, p, sizeof *out);
}

static void make_promote(const mote_project *p, mote_project_schedule *out)
{
    *out = p->schedule;
}

/* ---- device ------------------------------------------------------------------------------ */

static void make_device(const mote_project *p, mote_device_setting *out)
{
    out->target = p->device.target;
    out->clock_mhz = p->device.clock_mhz;
    out->energy_pj_per_instruction = p->device.energy_pj_per_instruction;
}

static void make_budget(const mote_project *p, mote_budget_setting *out)
{
    out->ram_bytes = p->device.ram_bytes;
    out->flash_bytes = p->device.flash_bytes;
}

/* ---- all --------------------------------------------------------------------------------- */

static const char *const parts_of[MOTE_N_SETTINGS][MOTE_SETTING_MAX_PARTS + 1] = {
#define SETTING(id, type, doc, ...) {__VA_ARGS__, NULL},
#include "pipeline/settings.def"
#undef SETTING
};

static size_t count_parts(const char *const *parts)
{
    size_t n = 0;
    while (parts[n])
        n++;
    return n;
}

void mote_settings_make(const mote_project *p, unsigned wanted, mote_settings *out)
{
    memset(out, 0, sizeof *out);
    out->has = wanted;
    mote_project view;
#define SETTING(id, type, doc, ...)                                                                \
    if (wanted & MOTE_USES(id)) {                                                                  \
        const char *const *parts = parts_of[MOTE_SETTING_##id];                                    \
        mote_project_view(p, parts, count_parts(parts), &view);                                    \
        make_##id(&view, &out->id##_);                                                             \
    }
#include "pipeline/settings.def"
#undef SETTING
}

mote_frontend mote_settings_frontend(const mote_project *p, const mote_sample_form *form)
{
    mote_frontend f = mote_frontend_of_project(&p->features, form->rate_hz);
    if (form->fields) /* a form has no more columns than a front end takes */
        MOTE_BUG_IF(mote_frontend_take_columns(&f, form->fields, NULL) != MOTE_OK);
    return f;
}

void mote_settings_complete(mote_settings *s, const mote_project *p, const mote_sample_form *form)
{
    s->form = *form;
    s->is_complete = true;
    const mote_names *named = form->values.n > 0 ? &form->values : &form->classes;
    if ((s->has & MOTE_USES(task)) && s->task_.labels.n == 0) {
        s->task_.labels = *named;
        s->task_.classes = form->classes;
        if (s->task_.events.n > 0) /* they come first (data/form.h) */
            s->task_.labels.n = s->task_.events.n;
    }
    if ((s->has & MOTE_USES(dataset)) && s->dataset_.n_labels == 0) {
        s->dataset_.labels = named->items;
        s->dataset_.n_labels = named->n;
    }
    if (s->has & MOTE_USES(dataset))
        s->dataset_.cut.columns = form->fields;
    if ((s->has & MOTE_USES(stream)) && form->rate_hz > 0)
        s->stream_.hop_samples = (size_t)fmax(1, round(p->stream.hop_ms * form->rate_hz / 1000.0));
    if (s->has & MOTE_USES(features))
        s->features_ = mote_settings_frontend(p, form);
}

bool mote_setting_holds(mote_setting_id id, const mote_schema_row *row)
{
    bool holds = false;
    for (const char *const *part = parts_of[id]; *part; part++)
        holds = holds || mote_part_holds(*part, row);
    return holds;
}

size_t mote_settings_parts(unsigned wanted, const char *out[MOTE_SETTINGS_MAX_PARTS])
{
    size_t n = 0;
    for (int i = 0; i < MOTE_N_SETTINGS; i++) {
        if (!(wanted & (1u << i)))
            continue;
        for (const char *const *part = parts_of[i]; *part; part++) {
            size_t k = 0;
            while (k < n && strcmp(out[k], *part) != 0)
                k++;
            if (k == n)
                out[n++] = *part;
        }
    }
    return n;
}
