/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and judging a consent. */
#include "serve/consent.h"

#include <string.h>

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.:@", c));
}

/* Copy the name at *at, step behind it and the blanks after it; false when there is none or it is
 * too long. */
static bool take_name(const char **at, char *out, size_t out_bytes)
{
    size_t n = 0;
    while (is_name_char((*at)[n]))
        n++;
    if (n == 0 || n >= out_bytes)
        return false;
    memcpy(out, *at, n);
    out[n] = '\0';
    *at += n;
    *at += strspn(*at, " \t");
    return true;
}

mote_status mote_consent_parse(const char *text, mote_consent *out, mote_err *err)
{
    static const char key[] = "subject=";
    mote_consent c = {0};
    const char *at = text + strspn(text, " \t");
    bool ok = take_name(&at, c.purpose, sizeof c.purpose);
    if (ok && *at == ';') {
        at++;
        at += strspn(at, " \t");
        ok = strncmp(at, key, sizeof key - 1) == 0;
        at += ok ? sizeof key - 1 : 0;
        ok = ok && take_name(&at, c.subject, sizeof c.subject);
    }
    if (!ok || *at)
        return mote_fail(err, MOTE_PARSE,
                         "consent '%.100s' is not of the form '<purpose>[; subject=<id>]' "
                         "(letters, digits and -_.:@)",
                         text);
    *out = c;
    return MOTE_OK;
}

/* Like mote_consent_parse, up to `end`. */
static mote_status parse_part(const char *at, const char *end, mote_consent *out, mote_err *err)
{
    char part[MOTE_CONSENT_PURPOSE_BYTES + MOTE_CONSENT_SUBJECT_BYTES + 64];
    while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if ((size_t)(end - at) >= sizeof part)
        return mote_consent_parse(at, out, err); /* too long: refused with these words */
    memcpy(part, at, (size_t)(end - at));
    part[end - at] = '\0';
    return mote_consent_parse(part, out, err);
}

mote_status mote_consent_parse_all(const char *const *values, size_t n, mote_consent *out,
                                   bool *agree, mote_err *err)
{
    mote_consent first = {0};
    bool has_first = false, same = true;
    for (size_t i = 0; i < n; i++) {
        for (const char *at = values[i]; at;) {
            const char *end = at + strcspn(at, ",");
            mote_consent c = {0};
            MOTE_TRY(parse_part(at, end, &c, err));
            if (has_first)
                same &=
                    strcmp(c.purpose, first.purpose) == 0 && strcmp(c.subject, first.subject) == 0;
            else
                first = c;
            has_first = true;
            at = *end ? end + 1 : NULL;
        }
    }
    *agree = has_first && same;
    if (*agree)
        *out = first;
    return MOTE_OK;
}

mote_consent_policy mote_consent_policy_of(const mote_project *p)
{
    return (mote_consent_policy){.purposes = p->consent.purposes.items,
                                 .n_purposes = p->consent.purposes.n,
                                 .retention_days = p->consent.retention_days,
                                 .keep_inputs = p->consent.log_inputs,
                                 .keep_outputs = p->consent.log_outputs,
                                 .max_log_bytes = p->consent.max_log_bytes,
                                 .key_file = p->consent.key_file};
}

bool mote_consent_accepted(const mote_consent_policy *policy, const mote_consent *consent)
{
    if (!consent || !policy || policy->retention_days <= 0)
        return false;
    for (size_t i = 0; i < policy->n_purposes; i++)
        if (strcmp(policy->purposes[i], consent->purpose) == 0)
            return true;
    return false;
}
