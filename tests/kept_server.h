/* SPDX-License-Identifier: Apache-2.0 */
/* A server without HTTP, of one model that keeps what it is asked: for tests of what is kept and of
 * what becomes of it. */
#ifndef MOTE_TESTS_KEPT_SERVER_H
#define MOTE_TESTS_KEPT_SERVER_H

#include "tests/support.h"

#include "serve/classify.h"
#include "serve/predlog.h"
#include "tests/tiny_model.h"

/* A network of n numbers behind this signature and front end. */
static mote_model *kept_model_of(mote_signature s, const char *front)
{
    MOTE_SCOPED_BUF b;
    mote_err err = {0};
    mote_frontend f;
    mote_model *m = tiny_tensor_model((int32_t)mote_shape_elements(&s.sample), 3);
    mote_model *out = NULL;
    s.answer = MOTE_ANSWER_CLASS;
    s.n_outputs = s.n_labels = TINY_LABELS;
    for (int i = 0; i < TINY_LABELS; i++)
        s.labels[i] = tiny_labels[i];
    if (front)
        TINY_MUST(mote_frontend_named(front, &f, NULL));
    mote_bundle_parts parts = {.name = "kept",
                               .signature = s,
                               .features = front ? &f : NULL,
                               .graph = mote_model_graph(m)};
    mote_buf_init(&b, 1 << 24);
    T_OK(mote_bundle_write(&parts, &b, &err));
    out = tiny_load(&b);
    mote_model_unref(m);
    return out;
}

typedef struct {
    char project[256];
    mote_models *models;
    mote_infer *infer;
    mote_predlog *log;
} kept_server;

static void kept_server_open(kept_server *f, mote_model *m)
{
    static const char *const purposes[] = {"improve"};
    mote_err err = {0};
    const mote_predlog_config cfg = {.project = f->project,
                                     .policy = {.purposes = purposes,
                                                .n_purposes = 1,
                                                .retention_days = 1,
                                                .keep_inputs = true,
                                                .keep_outputs = true}};
    T_OK(mote_predlog_create(&cfg, &f->log, &err));
    T_OK(mote_models_create(1, &f->models, &err));
    const mote_model_entry e = {.name = "kept", .version = "1"};
    T_OK(mote_models_put(f->models, &e, m, &err));
    mote_model_unref(m);
    const mote_infer_hooks hooks = {.log = f->log};
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
}

static void kept_server_ask(kept_server *f, const void *body, size_t n, const char *subject)
{
    mote_err err = {0};
    mote_arena a;
    mote_classification c;
    const mote_served *s = NULL;
    mote_consent consent = {.purpose = "improve"};
    snprintf(consent.subject, sizeof consent.subject, "%s", subject);
    mote_arena_init(&a, 1 << 22);
    T_OK(mote_infer_find(f->infer, "kept", NULL, &s, &err));
    const mote_asked asked = {.s = s,
                              .file = {"body", body, n},
                              .consent = &consent,
                              .request_id = subject,
                              .may_convert = true};
    T_OK(mote_classify(f->infer, &asked, &a, &c, &err));
    mote_arena_release(&a);
}

/* What is queued is written. */
static void kept_server_close(kept_server *f)
{
    mote_err err = {0};
    T_OK(mote_predlog_flush(f->log, 60000, &err));
    mote_infer_destroy(f->infer);
    mote_predlog_destroy(f->log);
    mote_models_destroy(f->models);
}

#endif
