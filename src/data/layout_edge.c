/* SPDX-License-Identifier: Apache-2.0 */
/* info.labels of an Edge Impulse export, in its versions:
 *
 *     {"version": 1, "files": [{"path": "training/yes.a.wav.3k.wav", "category": "training",
 *       "label": {"type": "label", "label": "yes"}, "metadata": {..}}, ..]}
 *     the same without "version", with a plain text as label
 *     {"__ndjson": true, ..}  and then a line for each file: {"__key": "files", "__item": {..}}
 *
 * "training" is what may be learned from: which part validates is dealt. See layout.h. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "data/layout.h"

static mote_status copy_text(mote_arena *a, const char *text, const char **out, mote_err *err)
{
    *out = mote_arena_strdup(a, text);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "info.labels");
}

static mote_provided_part part_of(const char *category)
{
    if (!category)
        return MOTE_N_PROVIDED;
    if (strcmp(category, "testing") == 0)
        return MOTE_PROVIDED_TEST;
    if (strcmp(category, "validation") == 0 || strcmp(category, "post-processing") == 0)
        return MOTE_PROVIDED_VALIDATION;
    return strcmp(category, "training") == 0 ? MOTE_PROVIDED_LEARN : MOTE_N_PROVIDED;
}

static mote_status read_label(const json_t *label, mote_arena *a, mote_layout_row *row,
                              mote_err *err)
{
    const char *type = json_string_value(json_object_get(label, "type"));
    const char *text = json_is_string(label) ? json_string_value(label)
                                             : json_string_value(json_object_get(label, "label"));
    if (type && strcmp(type, "unlabeled") == 0)
        row->refused = "info.labels gives it no label; give one with --label";
    else if (type && strcmp(type, "multi-label") == 0)
        row->refused = "info.labels gives it several labels in turn; cut it where they change";
    else if (text && *text)
        return copy_text(a, text, &row->label, err);
    else
        row->refused = "info.labels gives it no single label";
    return MOTE_OK;
}

/* Who speaks, if the metadata say it. */
static mote_status read_group(const json_t *metadata, mote_arena *a, mote_layout_row *row,
                              mote_err *err)
{
    static const char *const keys[] = {"speaker", "speaker_id", "user",        "user_id",
                                       "subject", "person",     "participant", "client_id"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !row->group; i++) {
        const char *text = json_string_value(json_object_get(metadata, keys[i]));
        if (text && *text)
            MOTE_TRY(copy_text(a, text, &row->group, err));
    }
    return MOTE_OK;
}

static mote_status read_file(mote_layout *l, const json_t *file, mote_arena *a, mote_err *err)
{
    const char *path = json_string_value(json_object_get(file, "path"));
    if (!path || !*path)
        return MOTE_OK;
    mote_layout_row row = {.part = part_of(json_string_value(json_object_get(file, "category")))};
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    MOTE_TRY(copy_text(a, path, &row.path, err));
    MOTE_TRY(read_label(json_object_get(file, "label"), a, &row, err));
    MOTE_TRY(read_group(json_object_get(file, "metadata"), a, &row, err));
    return mote_layout_add(l, row, err);
}

/* One JSON document of the layout: the whole file, or a line of it. */
static mote_status read_document(mote_layout *l, const json_t *document, mote_arena *a,
                                 mote_err *err)
{
    const json_t *item = json_object_get(document, "__item");
    const char *key = json_string_value(json_object_get(document, "__key"));
    if (item && key && strcmp(key, "files") == 0)
        return read_file(l, item, a, err);
    const json_t *files = json_object_get(document, "files");
    size_t n = json_array_size(files);
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(read_file(l, json_array_get(files, i), a, err));
    return MOTE_OK;
}

static mote_status read_lines(mote_layout *l, const mote_file_bytes *file, mote_arena *a,
                              mote_err *err)
{
    const char *text = file->bytes;
    size_t n = file->n;
    size_t line = 0;
    for (size_t at = 0, len; at < n; at += len + 1) {
        const char *end = memchr(text + at, '\n', n - at);
        len = end ? (size_t)(end - text) - at : n - at;
        line++;
        if (len < 2)
            continue;
        MOTE_SCOPED_JSON *document = NULL;
        char what[48];
        (void)mote_format(what, sizeof what, "info.labels, line %zu", line);
        MOTE_TRY(mote_json_parse(what, text + at, len, &document, err));
        MOTE_TRY(read_document(l, document, a, err));
    }
    return MOTE_OK;
}

mote_status mote_layout_parse_info_labels(mote_layout *l, const mote_file_bytes *file,
                                          mote_arena *a, mote_err *err)
{
    static const char mark[] = "\"__ndjson\"";
    const char *text = file->bytes;
    size_t n = file->n;
    l->has_extensions = true;
    const char *end = memchr(text, '\n', n);
    size_t head = end ? (size_t)(end - text) : n;
    for (size_t i = 0; i + sizeof mark - 1 <= head && i < 64; i++)
        if (memcmp(text + i, mark, sizeof mark - 1) == 0)
            return read_lines(l, file, a, err);
    MOTE_SCOPED_JSON *document = NULL;
    MOTE_TRY(mote_json_parse("info.labels", text, n, &document, err));
    return read_document(l, document, a, err);
}
