/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of a choice's own keys. See own_keys.h. */
#include "project/own_keys.h"

#include <string.h>

const char *mote_own_keys_find(const char *list, const char *key)
{
    const size_t n = strlen(key);
    for (const char *at = list; (at = strstr(at, key)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0' || at[n] == '='))
            return at;
    return NULL;
}

bool mote_own_keys_preset(const char *word, char *out, size_t out_bytes)
{
    const char *value = word + strcspn(word, " =");
    if (*value != '=')
        return false;
    const size_t n = strcspn(++value, " "), kept = n < out_bytes ? n : out_bytes - 1;
    memcpy(out, value, kept);
    out[kept] = '\0';
    return true;
}

void mote_own_keys_names(const char *list, char *out, size_t out_bytes)
{
    size_t n = 0;
    bool is_value = false;
    for (; *list && n + 1 < out_bytes; list++) {
        is_value = (is_value || *list == '=') && *list != ' ';
        if (!is_value)
            out[n++] = *list;
    }
    out[n] = '\0';
}
