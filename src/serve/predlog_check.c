/* SPDX-License-Identifier: Apache-2.0 */
/* Can what the prediction log keeps be read: are its keys there, and do they fit? See predlog.h. */
#include "serve/keyring.h"
#include "serve/predlog.h"

#define SHOWN 5 /* keys that are named one by one */

static mote_status add(mote_symptoms *list, const char *what, mote_err *err)
{
    mote_symptom f = {.severity = MOTE_SYMPTOM_ERROR,
                      .check = "keys",
                      .where = "the prediction log",
                      .what = what,
                      .remedy = "put the key files back from a copy, or give up what they sealed "
                                "with 'mote gc --lost-keys'"};
    return mote_symptom_add(list, &f, err);
}

mote_status mote_predlog_check(mote_store *s, const mote_consent_policy *policy,
                               mote_symptoms *list, int64_t *n_keys, mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    MOTE_SCOPED_STMT *q = NULL;
    int64_t n = 0, n_bad = 0;
    MOTE_TRY(mote_store_set_key_file(s, policy->key_file, err));
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    MOTE_TRY(mote_stmt_prepare(s, "SELECT id FROM log_key WHERE state = 0 ORDER BY id", &q, err));
    for (;; n++) {
        bool row = false;
        mote_seal_key key;
        mote_err why = {0};
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        mote_status st = mote_keyring_get(keys, mote_stmt_i64(q, 0), &key, &why);
        mote_wipe(&key, sizeof key);
        if (st == MOTE_NOMEM)
            return mote_fail(err, st, "%s", why.text);
        if (st != MOTE_OK && n_bad++ < SHOWN)
            MOTE_TRY(add(list, why.text, err));
    }
    if (n_bad > SHOWN) {
        char text[80];
        (void)mote_format(text, sizeof text, "%lld of %lld keys cannot be used", (long long)n_bad,
                          (long long)n);
        MOTE_TRY(add(list, text, err));
    }
    *n_keys = n;
    return MOTE_OK;
}
