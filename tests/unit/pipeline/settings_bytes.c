/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as bytes, see settings_bytes.h. */
#include "settings_bytes.h"

#include "cli/settings.h"
#include "loop/importing.h"
#include "pipeline/stages_internal.h"
#include "support.h"

/* ---- what is handed on, as bytes --------------------------------------------------------- */

/* Field by field: what stands between the fields of a struct is anything. A pointer that is taken
 * for a number differs between two readings of the same file, which a test looks for; a field that
 * is forgotten here makes a key that does nothing, which another one looks for. */
#define ADD(field) mote_buf_add(b, &x.field, sizeof x.field)

static void add_names(mote_buf *b, const char *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mote_buf_printf(b, "%s,", items[i]);
}

static void add_text(mote_buf *b, const char *s)
{
    mote_buf_printf(b, "%s;", s ? s : "(null)");
}

static void add_file_columns(mote_buf *b, const mote_cut_config *c)
{
    add_text(b, c->label_column);
    add_text(b, c->time_column);
    add_text(b, c->group_column);
    add_names(b, c->axes.items, c->axes.n);
    mote_buf_printf(b, "%g,", c->time_unit_s);
}

static void add_table(mote_buf *b, mote_project_table x)
{
    add_names(b, x.target.items, x.target.n);
    add_text(b, x.group);
    add_text(b, x.time);
    for (size_t i = 0; i < x.columns.n; i++) {
        const mote_project_column *c = &x.columns.items[i];
        add_text(b, c->name);
        add_text(b, c->type);
        add_text(b, c->format);
        add_text(b, c->missing);
        add_names(b, c->treat.items, c->treat.n);
    }
}

static void add_about(mote_buf *b, mote_about_setting x)
{
    add_text(b, x.name);
}

static void add_task(mote_buf *b, mote_task_setting x)
{
    add_text(b, x.task->name);
    add_names(b, x.labels.items, x.labels.n);
    add_names(b, x.classes.items, x.classes.n);
    add_names(b, x.events.items, x.events.n);
    ADD(input), ADD(answer), ADD(is_stream), ADD(unknown), ADD(silence);
    ADD(rate_hz), ADD(length_ms);
}

static void add_version(mote_buf *b, mote_version_config x)
{
    add_names(b, x.labels, x.n_labels);
    add_table(b, x.table);
    ADD(fractions), ADD(seed), ADD(by_time), ADD(of_words), ADD(words_apart), ADD(builtin),
        ADD(now_ms);
}

static void add_builtin(mote_buf *b, mote_builtin_config x)
{
    add_names(b, x.keywords, x.n_keywords);
    add_text(b, x.use);
    add_text(b, x.spoken);
    add_text(b, x.language);
    ADD(unknown), ADD(few), ADD(few_words), ADD(rate_hz), ADD(clip_ms), ADD(now_ms), ADD(pool);
    ADD(cancel);
    ADD(progress), ADD(progress_arg);
}

static void add_check(mote_buf *b, mote_check_config x)
{
    add_names(b, x.labels, x.n_labels);
    add_text(b, x.builtin);
    add_text(b, x.spoken);
    add_file_columns(b, &x.cut);
    add_table(b, x.cut.table);
    ADD(cut.rate_hz), ADD(cut.length_ms), ADD(cut.stride_ms);
    ADD(cut.height), ADD(cut.width), ADD(cut.n_channels), ADD(cut.fit);
    ADD(silence), ADD(unknown), ADD(few_words), ADD(min_per_class), ADD(min_groups);
    ADD(of_words), ADD(of_classes);
    ADD(min_clip_s), ADD(min_total_s), ADD(max_clipping), ADD(coverage), ADD(full_scale_share);
    ADD(silence_dbfs), ADD(dc_share), ADD(cancel), ADD(progress), ADD(progress_arg);
}

static void add_dataset(mote_buf *b, mote_dataset_config x)
{
    add_names(b, x.events.items, x.events.n);
    add_names(b, x.labels, x.n_labels);
    add_file_columns(b, &x.cut);
    add_table(b, x.cut.table);
    ADD(kind), ADD(n_values), ADD(is_score), ADD(cut.rate_hz), ADD(cut.length_ms),
        ADD(cut.stride_ms);
    ADD(cut.height), ADD(cut.width), ADD(cut.n_channels), ADD(cut.fit);
    ADD(other), ADD(nothing), ADD(split), ADD(all_splits), ADD(words), ADD(n_folds), ADD(round);
    ADD(fold_seed), ADD(other_ratio), ADD(nothing_ratio);
    ADD(max_bytes), ADD(cancel), ADD(progress), ADD(progress_arg);
}

static void add_features(mote_buf *b, mote_frontend x)
{
    mote_sha256 hash = mote_frontend_hash(&x);
    mote_buf_add(b, hash.bytes, sizeof hash.bytes);
}

static void add_training(mote_buf *b, mote_training_setting x)
{
    ADD(config.n_epochs), ADD(config.min_steps), ADD(config.batch_size), ADD(config.seed);
    ADD(config.loss), ADD(config.optim);
    ADD(config.schedule), ADD(config.rate), ADD(config.final_rate_fraction);
    ADD(config.warmup_epochs), ADD(config.label_smoothing), ADD(config.mixup_alpha);
    ADD(config.class_weights), ADD(config.average), ADD(config.norm_momentum);
    ADD(config.keep), ADD(config.patience), ADD(config.checkpoint_path);
    ADD(config.checkpoint_every), ADD(config.identity);
    ADD(config.simd), ADD(config.limit_bytes), ADD(config.now_us);
    ADD(is_balanced), ADD(is_discriminant), ADD(is_refit), ADD(n_folds);
    add_text(b, x.start), add_text(b, x.freeze);
    ADD(n_views), ADD(thaw_epochs), ADD(thaw_rate);
    ADD(mining_rounds), ADD(mining_windows), ADD(n_seeds);
    add_names(b, x.teachers.items, x.teachers.n);
    ADD(teacher_weight), ADD(teacher_temperature);
}

static void add_stream(mote_buf *b, mote_stream_setting x)
{
    add_names(b, x.events.items, x.events.n);
    ADD(config.hours), ADD(config.snr_db), ADD(config.gap_s), ADD(config.seed);
    ADD(detector.smooth_hops), ADD(detector.suppress_hops), ADD(detector.tolerance_s);
    ADD(hop_ms), ADD(hop_samples), ADD(max_false_accepts_per_hour);
}

static void add_anomaly(mote_buf *b, mote_project_anomaly x)
{
    add_names(b, x.normal.items, x.normal.n);
    ADD(false_alarm), ADD(margin), ADD(quiet_ms), ADD(adapt_ms);
}

static void add_compress(mote_buf *b, mote_project_compress x)
{
    ADD(max_loss);
}

static void add_value(mote_buf *b, mote_project_value x)
{
    add_text(b, x.currency);
    ADD(is_given), ADD(true_accept), ADD(false_accept), ADD(false_reject), ADD(volume_per_day);
    ADD(listening_hours_per_day);
}

static void add_device(mote_buf *b, mote_device_setting x)
{
    add_text(b, x.target);
    ADD(clock_mhz), ADD(energy_pj_per_instruction);
}

static void add_promote(mote_buf *b, mote_project_schedule x)
{
    ADD(on_drift), ADD(new_samples), ADD(every_days), ADD(beat_by), ADD(clean_at_least);
    ADD(clean_loss_at_most);
}

static void add_effects(mote_buf *b, mote_project_effects x)
{
    add_text(b, x.codec.kind);
    x.codec.kind = NULL;
#define EFFECT(key, type, unit, lo, hi, choices, preset, field, doc) ADD(field);
#include "project/effects.def"
}

static void add_conditions(mote_buf *b, mote_conditions x)
{
    for (int32_t i = 0; i < x.n; i++) {
        const mote_condition *c = &x.items[i];
        mote_buf_printf(b, "%s %s %d %.17g %.17g %d;", c->slice, c->text, (int)c->noise,
                        c->snr_db.lo, c->snr_db.hi, c->is_normal);
        add_effects(b, c->effects);
    }
}

static void add_augmentation(mote_buf *b, mote_augment_config x)
{
    add_text(b, x.position);
    ADD(shift_ms), ADD(gain_db), ADD(noise_probability), ADD(noise_snr_db);
    ADD(car_noise_probability), ADD(car_noise_snr_db), ADD(speed), ADD(pitch_semitones);
    ADD(tempo), ADD(vocal_tract);
    ADD(time_masks), ADD(time_mask_frames), ADD(frequency_masks), ADD(frequency_mask_bins);
    ADD(flip_across), ADD(flip_down), ADD(crop), ADD(rotate_deg), ADD(brightness), ADD(contrast);
    ADD(pixel_noise), ADD(cut_out), ADD(axis_noise), ADD(magnitude), ADD(delay_ms), ADD(turn_deg);
    ADD(conditions), ADD(babble_probability), ADD(babble_snr_db), ADD(babble_voices);
    add_effects(b, x.effects);
    for (size_t i = 0; i < x.under.n; i++) {
        add_text(b, x.under.items[i].name);
        add_text(b, x.under.items[i].noise);
        mote_buf_add(b, &x.under.items[i].snr_db, sizeof x.under.items[i].snr_db);
        add_effects(b, x.under.items[i].effects);
    }
}

#undef ADD

/* Judging reads the list and the currency (project/verdict.h). */
static void add_requirements(mote_buf *b, const mote_project *p)
{
    add_text(b, p->value.currency);
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        mote_buf_printf(b, "%s %d %d %.17g %d %s %s %.17g %d;", q->id, (int)q->metric,
                        q->is_at_least, q->limit, (int)q->where, q->target, q->slice, q->confidence,
                        q->is_implied);
    }
}

/* Structs without a gap and without a pointer. */
#define ADD_PLAIN(name, type)                                                                      \
    static void add_##name(mote_buf *b, type x)                                                    \
    {                                                                                              \
        mote_buf_add(b, &x, sizeof x);                                                             \
    }
ADD_PLAIN(arch, mote_arch)
ADD_PLAIN(budget, mote_budget_setting)

mote_sha256 settings_digest(const mote_buf *b)
{
    assert_int_equal(b->status, MOTE_OK);
    return mote_sha256_of(b->data ? b->data : "", b->len);
}

/* One setting, made of a project. */
mote_sha256 settings_handed_on(mote_setting_id id, const mote_project *p)
{
    static mote_settings s;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_settings_make(p, 1u << id, &s);
    switch (id) {
#define ADD(id)                                                                                    \
    case MOTE_SETTING_##id:                                                                        \
        add_##id(&b, *mote_setting_##id(&s));                                                      \
        break;
        ADD(about)
        ADD(task)
        ADD(version)
        ADD(builtin)
        ADD(check)
        ADD(dataset)
        ADD(anomaly)
        ADD(features)
        ADD(arch)
        ADD(training)
        ADD(augmentation)
        ADD(compress)
        ADD(conditions)
        ADD(stream)
        ADD(value)
        ADD(device)
        ADD(budget)
        ADD(promote)
#undef ADD
    case MOTE_SETTING_requirements:
        add_requirements(&b, mote_setting_requirements(&s));
        break;
    case MOTE_N_SETTINGS:
        break;
    }
    return settings_digest(&b);
}

mote_sha256 settings_read_by(mote_reader_id reader, const mote_project *p)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_server_config server = {0};
    mote_live_config live;
    mote_retrain_rule rule;
    mote_importing importing;
    mote_err err = {0};
    switch (reader) {
    case MOTE_READER_import:
        T_OK(mote_importing_of(&(mote_importing_by){.project = p}, &importing, &err));
        add_text(&b, importing.cfg.group_pattern);
        add_text(&b, importing.cfg.label_from);
        break;
    case MOTE_READER_threads:
        mote_buf_printf(&b, "%d", (int)mote_cli_threads(p, 0));
        break;
    case MOTE_READER_server:
        mote_cli_server(p, &server);
        add_names(&b, server.policy.purposes, server.policy.n_purposes);
        server.policy.purposes = NULL;
        add_text(&b, server.policy.key_file);
        mote_buf_printf(&b, "%d %d %d %lld", (int)server.policy.retention_days,
                        (int)server.policy.keep_inputs, (int)server.policy.keep_outputs,
                        (long long)server.policy.max_log_bytes);
        memset(&server.policy, 0, sizeof server.policy); /* with its gap, which holds anything */
        add_names(&b, server.site.hosts, server.site.n_hosts);
        add_names(&b, server.site.origins, server.site.n_origins);
        server.site.hosts = server.site.origins = NULL;
        mote_buf_add(&b, &server, sizeof server);
        break;
    case MOTE_READER_monitor:
        live = mote_cli_live(p);
        mote_buf_printf(&b, "%d %d %.17g %llu", live.window, live.min_predictions, live.false_alarm,
                        (unsigned long long)live.seed);
        break;
    case MOTE_READER_retrain:
        rule = mote_retrain_rule_of(p);
        mote_buf_printf(&b, "%d %d %d", rule.on_drift, rule.new_samples, rule.every_days);
        break;
    case MOTE_READER_scope:
        add_text(&b, p->scope.decision);
        add_text(&b, p->scope.data);
        add_names(&b, p->scope.open.items, p->scope.open.n);
        break;
    case MOTE_N_READERS:
        break;
    }
    return settings_digest(&b);
}
