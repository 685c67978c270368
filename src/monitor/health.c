/* SPDX-License-Identifier: Apache-2.0 */
/* All the checks of `mote doctor`. See health.h. */
#include "monitor/health.h"

#include <string.h>

#include "base/process.h"
#include "compile/target.h"
#include "serve/predlog.h"
#include "track/registry.h"

#define REGISTRY_BYTES ((size_t)64 << 20)

/* ---- models ---- */

static mote_status check_version(mote_store *s, const mote_model_version *v, mote_symptoms *list,
                                 mote_err *err)
{
    char where[256];
    mote_err why = {0};
    mote_status st = mote_registry_check_version(s, v, true, &why);
    if (st == MOTE_OK)
        return MOTE_OK;
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why.text);
    (void)mote_format(where, sizeof where, "%s/%lld (%s)", v->model, (long long)v->version,
                      v->aliases[0]);
    mote_symptom f = {.severity = MOTE_SYMPTOM_ERROR,
                      .check = "models",
                      .where = where,
                      .what = why.text,
                      .remedy = "one of the ways back that it names"};
    return mote_symptom_add(list, &f, err);
}

static mote_status check_models(mote_store *s, mote_symptoms *list, int64_t *n_checked,
                                mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, REGISTRY_BYTES);
    mote_registered_model *models = NULL;
    size_t n_models = 0;
    MOTE_TRY(mote_registry_models(s, &a, &models, &n_models, err));
    for (size_t i = 0; i < n_models; i++) {
        mote_model_version *versions = NULL;
        size_t n = 0;
        MOTE_TRY(mote_registry_versions(s, models[i].name, &a, &versions, &n, err));
        for (size_t k = 0; k < n; k++) {
            if (versions[k].n_aliases == 0)
                continue; /* its bytes are checked with the other objects */
            MOTE_TRY(check_version(s, &versions[k], list, err));
            ++*n_checked;
        }
    }
    return MOTE_OK;
}

/* ---- programs ---- */

typedef struct {
    const char *program, *package, *use;
    bool is_needed;
} tool;

static mote_status check_tool(const tool *t, mote_symptoms *list, int32_t *n, mote_err *err)
{
    if (mote_process_in_path(t->program)) {
        ++*n;
        return MOTE_OK;
    }
    char remedy[128];
    (void)mote_format(remedy, sizeof remedy, "on Debian or Ubuntu: apt install %s", t->package);
    mote_symptom f = {.severity = t->is_needed ? MOTE_SYMPTOM_WARNING : MOTE_SYMPTOM_NOTE,
                      .check = "programs",
                      .where = t->program,
                      .what = t->use,
                      .remedy = remedy};
    return mote_symptom_add(list, &f, err);
}

mote_status mote_health_programs(const mote_project *p, mote_symptoms *list, int32_t *n,
                                 mote_err *err)
{
    static const tool speech[] = {
        {"espeak-ng", "espeak-ng", "not installed: no speech can be made ('mote data synth')",
         false},
        {"flite", "flite", "not installed: other words are made by fewer engines", false},
        {"git", "git", "not installed: runs do not record which commit they are of", false}};
    *n = 0;
    for (size_t i = 0; i < sizeof speech / sizeof speech[0]; i++)
        MOTE_TRY(check_tool(&speech[i], list, n, err));
    for (size_t i = 0; i < mote_n_targets; i++) {
        const mote_target *t = &mote_targets[i];
        bool seen = false; /* the same tool chain serves several targets */
        bool needed = p && strcmp(p->device.target, t->name) == 0;
        for (size_t k = 0; k < mote_n_targets && !seen; k++)
            seen = strcmp(mote_targets[k].prefix, t->prefix) == 0 &&
                   ((k < i && !needed) ||
                    (k != i && p && strcmp(p->device.target, mote_targets[k].name) == 0));
        if (seen)
            continue;
        char gcc[64], no_gcc[160], no_qemu[160];
        (void)mote_format(gcc, sizeof gcc, "%sgcc", t->prefix);
        (void)mote_format(no_gcc, sizeof no_gcc,
                          "not installed: code for %s is written, and cannot be built here",
                          t->name);
        (void)mote_format(no_qemu, sizeof no_qemu,
                          "not installed: nothing is measured or proven on %s", t->name);
        const tool tools[] = {{gcc, t->compiler_package, no_gcc, needed},
                              {t->emulator, t->emulator_package, no_qemu, needed}};
        MOTE_TRY(check_tool(&tools[0], list, n, err));
        MOTE_TRY(check_tool(&tools[1], list, n, err));
    }
    return MOTE_OK;
}

/* ---- all ---- */

mote_status mote_health_check(mote_store *s, const mote_project *p, const mote_check_config *cfg,
                              mote_symptoms *list, mote_health_report *out, mote_err *err)
{
    mote_health_report r = {.n_versions = 0};
    const mote_consent_policy policy = mote_consent_policy_of(p);
    MOTE_TRY(check_models(s, list, &r.n_versions, err)); /* before a repair removes a file */
    MOTE_TRY(mote_predlog_check(s, &policy, list, &r.n_keys, err));
    MOTE_TRY(mote_health_programs(p, list, &r.n_programs, err));
    MOTE_TRY(mote_store_examine(s, cfg, list, &r.store, err));
    *out = r;
    return MOTE_OK;
}
