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

bool mote_consent_accepted(const mote_consent_policy *policy, const mote_consent *consent)
{
    if (!consent || !policy || policy->retention_days <= 0)
        return false;
    for (size_t i = 0; i < policy->n_purposes; i++)
        if (strcmp(policy->purposes[i], consent->purpose) == 0)
            return true;
    return false;
}
