/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of an import: what stands below a folder, and what would become of it. See import.h.
 *
 *     list the tree -> look at the first bytes (pool) -> read layouts -> labels -> groups
 *
 * Only first bytes are read here, and the files of layouts. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/unicode.h"
#include "data/filetype.h"
#include "data/history.h"
#include "data/import_internal.h"
#include "data/pattern.h"
#include "data/tree.h"

#define MAX_LAYOUT_BYTES ((size_t)1 << 30)
#define LAYOUT_FILE      "a table of its layout"

static mote_status no_memory(mote_err *err)
{
    return mote_fail(err, MOTE_NOMEM, "import: list of files");
}

/* ---- names --------------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mote_import_is_background(const char *folder, size_t n)
{
    static const char word[] = "background";
    if (n > 0 && folder[0] == '_') {
        folder++;
        n--;
    }
    if (n < sizeof word - 1)
        return false;
    for (size_t i = 0; i < sizeof word - 1; i++) {
        if (lower(folder[i]) != word[i])
            return false;
    }
    return true;
}

bool mote_import_is_negative(const char *folder, size_t n)
{
    static const char *const names[] = {"negative", "negatives", "_negative_", "_negatives_"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        size_t i = 0;
        while (i < n && lower(folder[i]) == names[k][i]) /* stops at the end of the name */
            i++;
        if (i == n && !names[k][i])
            return true;
    }
    return false;
}

/* The role that the name of a folder says. */
static mote_data_role role_of_name(const char *folder, size_t n)
{
    return mote_import_is_background(folder, n) ? MOTE_ROLE_BACKGROUND
           : mote_import_is_negative(folder, n) ? MOTE_ROLE_NEGATIVE
                                                : MOTE_ROLE_EXAMPLE;
}

/* What the first folder of a path that says a role says. */
static mote_data_role role_below(const char *rel)
{
    mote_data_role role = MOTE_ROLE_EXAMPLE;
    for (const char *p = rel, *slash; (slash = strchr(p, '/')) != NULL; p = slash + 1)
        role = role == MOTE_ROLE_EXAMPLE ? role_of_name(p, (size_t)(slash - p)) : role;
    return role;
}

/* As asked for, or as the folders say. */
static mote_data_role role_of(const mote_import_config *cfg, const char *root_name, const char *rel)
{
    switch (cfg->role) {
    case MOTE_IMPORT_EXAMPLE:
        return MOTE_ROLE_EXAMPLE;
    case MOTE_IMPORT_BACKGROUND:
        return MOTE_ROLE_BACKGROUND;
    case MOTE_IMPORT_NEGATIVE:
        return MOTE_ROLE_NEGATIVE;
    case MOTE_IMPORT_BY_FOLDER:
    default:
        break;
    }
    const mote_data_role root =
        root_name ? role_of_name(root_name, strlen(root_name)) : MOTE_ROLE_EXAMPLE;
    return root == MOTE_ROLE_EXAMPLE ? role_below(rel) : root;
}

/* Name of the folder `path` itself: "data/yes/" gives "yes"; NULL when it has none ("/", ".."). */
static const char *folder_name(mote_arena *a, const char *path)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    char *name = mote_arena_strndup(a, path + start, end - start);
    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return NULL;
    return name;
}

/* In normal form, where it has one; what has none is refused when it is put. */
static const char *normal(mote_arena *a, const char *s, size_t n)
{
    char *text = NULL;
    return mote_text_nfc(s, n, a, &text, NULL) == MOTE_OK ? text : mote_arena_strndup(a, s, n);
}

/* Label of a file: --label, or its folder; files right in the root take the root's name. */
static const char *folder_label(mote_importer *im, const char *rel, const char *root_name)
{
    const char *slash = strrchr(rel, '/');
    if (!slash)
        return root_name ? normal(im->arena, root_name, strlen(root_name)) : NULL;
    const char *start = slash;
    while (start > rel && start[-1] != '/')
        start--;
    return normal(im->arena, start, (size_t)(slash - start));
}

/* ---- what there is ------------------------------------------------------------------------- */

static mote_status add_entries(mote_importer *im, mote_err *err)
{
    mote_tree_entry *entries = NULL, one = {.path = mote_path_base(im->root)};
    size_t n = 1;
    if (im->is_dir) {
        MOTE_TRY(mote_tree_list(im->root, im->arena, &entries, &n, err));
    } else {
        struct stat info = {0};
        entries = &one;
        bool found = stat(im->root, &info) == 0;
        one.kind = found && S_ISREG(info.st_mode) ? MOTE_TREE_FILE : MOTE_TREE_SPECIAL;
        one.bytes = (int64_t)info.st_size;
    }
    MOTE_TRY(mote_arena_take(im->arena, n + 1, sizeof *im->items, &im->items, err));
    for (size_t i = 0; i < n; i++) {
        mote_import_item *it = &im->items[im->n_items++];
        char *full = NULL;
        if (im->is_dir)
            MOTE_TRY(mote_path_join(im->arena, im->root, entries[i].path, &full, err));
        else if (!(full = mote_arena_strdup(im->arena, im->root)))
            return no_memory(err);
        *it = (mote_import_item){
            .full = full, .disk = full, .part = MOTE_N_PROVIDED, .bytes = entries[i].bytes};
        it->rel = im->is_dir ? entries[i].path : mote_path_base(full);
        if (entries[i].kind == MOTE_TREE_FILE)
            continue;
        const char *words = mote_tree_words(entries[i].kind);
        *(mote_tree_may_hold_data(entries[i].kind) ? &it->refused : &it->skipped) = words;
    }
    return MOTE_OK;
}

/* Look at the first bytes, without ever waiting for them: what is no file any more is refused. */
static void look_at_piece(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    mote_importer *im = arg;
    mote_import_item *it = &im->items[piece];
    if (it->skipped || it->refused)
        return;
    uint8_t head[MOTE_FILETYPE_HEAD_BYTES];
    int fd = open(it->disk, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    ssize_t n = -1;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        n = read(fd, head, sizeof head);
    if (fd >= 0)
        (void)close(fd);
    if (n < 0) {
        it->refused = "cannot be read";
        return;
    }
    mote_filetype type = mote_filetype_of(head, (size_t)n);
    const mote_kind *kind = im->cfg->kind;
    it->is_set = mote_import_may_be_set(kind, it->rel, head, (size_t)n, (uint64_t)info.st_size);
    if (it->is_set)
        return;
    bool is_named = mote_kind_has_ending(kind, it->rel);
    mote_take take = mote_kind_take(kind, type, head, (size_t)n);
    if (take == MOTE_TAKE_READ)
        return;
    if (type == MOTE_FILETYPE_empty)
        *(is_named ? &it->refused : &it->skipped) = "is empty";
    else
        *(is_named || take == MOTE_TAKE_LOCKED ? &it->refused : &it->skipped) =
            type == MOTE_FILETYPE_text && is_named && kind->unlike ? kind->unlike
                                                                   : mote_filetype_name(type);
}

/* ---- layouts ------------------------------------------------------------------------------- */

/* The layout of this kind: one of each, whatever folders its files stand in. */
static mote_layout *layout_of_kind(mote_importer *im, mote_layout_kind kind)
{
    for (size_t i = 0; i < im->n_layouts; i++)
        if (im->layouts[i].kind == kind)
            return &im->layouts[i];
    mote_layout *l = &im->layouts[im->n_layouts++];
    mote_layout_init(l, kind);
    return l;
}

static mote_status read_layout(mote_importer *im, mote_import_item *it, mote_err *err)
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    if (mote_file_read(it->full, MAX_LAYOUT_BYTES, &text, &n, NULL) != MOTE_OK)
        return MOTE_OK; /* it stays what it is: a text */
    const mote_file_bytes file = {it->rel, text, n};
    mote_layout_kind kind = mote_layout_of(&file);
    if (kind == MOTE_LAYOUT_NONE)
        return MOTE_OK;
    mote_layout *l = layout_of_kind(im, kind);
    mote_err why = {0};
    mote_status st = mote_layout_parse(l, &file, im->arena, &why);
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why.text);
    it->skipped = LAYOUT_FILE;
    if (st != MOTE_OK) { /* what it says is missing: the user has to know */
        it->skipped = NULL;
        it->refused = mote_arena_strdup(im->arena, why.text);
    }
    return it->skipped || it->refused ? MOTE_OK : no_memory(err);
}

static mote_status read_layouts(mote_importer *im, mote_err *err)
{
    if (!im->is_dir)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(im->arena, 8, sizeof *im->layouts, &im->layouts, err));
    for (size_t i = 0; i < im->n_items; i++)
        if (im->items[i].skipped && mote_layout_is_name(im->items[i].rel))
            MOTE_TRY(read_layout(im, &im->items[i], err));
    for (size_t i = 0; i < im->n_layouts; i++)
        mote_layout_finish(&im->layouts[i]);
    return MOTE_OK;
}

/* A label that the project asks for and that is the same but for its case, else the label itself.
 */
static mote_status as_asked(mote_importer *im, const char **label, mote_err *err)
{
    char *folded = NULL;
    MOTE_TRY(mote_text_fold(*label, im->arena, &folded, err));
    for (size_t i = 0; i < im->cfg->n_labels; i++) {
        char *asked = NULL;
        MOTE_TRY(mote_text_fold(im->cfg->labels[i], im->arena, &asked, err));
        if (strcmp(asked, folded) == 0)
            *label = im->cfg->labels[i];
    }
    return MOTE_OK;
}

static mote_status take_row(mote_importer *im, const mote_layout *l, const mote_layout_row *row,
                            mote_import_item *it, mote_err *err)
{
    if (row->skipped && !it->refused)
        it->skipped = row->skipped;
    if (row->refused && !im->cfg->label)
        it->refused = row->refused;
    if (row->label && !im->cfg->label) {
        it->label = normal(im->arena, row->label, strlen(row->label));
        if (!it->label)
            return no_memory(err);
        if (l->kind == MOTE_LAYOUT_COMMON_VOICE)
            MOTE_TRY(as_asked(im, &it->label, err));
        if (mote_import_is_background(it->label, strlen(it->label)) &&
            im->cfg->role == MOTE_IMPORT_BY_FOLDER) {
            it->role = MOTE_ROLE_BACKGROUND;
            it->label = MOTE_LABEL_BACKGROUND;
        }
    }
    it->group = row->group;
    it->part = row->part;
    return MOTE_OK;
}

/* What the layouts say of one recording. A set with a list of words that are not for training says
 * of the others that they are. */
static mote_status ask_layouts(mote_importer *im, mote_import_item *it, mote_err *err)
{
    for (size_t i = 0; i < im->n_layouts; i++) {
        const mote_layout *l = &im->layouts[i];
        const mote_layout_row *row = mote_layout_find(l, it->rel);
        if (row)
            return take_row(im, l, row, it, err);
        if (l->kind == MOTE_LAYOUT_SPEECH_COMMANDS && it->role == MOTE_ROLE_EXAMPLE)
            it->part = l->has_test && l->has_validation ? MOTE_PROVIDED_TRAIN : MOTE_PROVIDED_LEARN;
        else if (l->kind == MOTE_LAYOUT_COMMON_VOICE && !im->cfg->label &&
                 it->role == MOTE_ROLE_EXAMPLE)
            it->refused = "no table of Common Voice names it; give a label with --label";
        else if (l->kind == MOTE_LAYOUT_EDGE_IMPULSE && !im->cfg->label &&
                 it->role == MOTE_ROLE_EXAMPLE)
            it->refused = "info.labels does not name it; give a label with --label";
    }
    return MOTE_OK;
}

static mote_status say_layouts(mote_importer *im, mote_err *err)
{
    MOTE_TRY(mote_arena_take(im->arena, im->n_layouts + im->n_sets + 1,
                             sizeof *im->report.recognised, &im->report.recognised, err));
    for (size_t i = 0; i < im->n_layouts; i++) {
        const mote_layout *l = &im->layouts[i];
        if (l->n == 0)
            continue;
        const char *text = mote_arena_printf(im->arena, "%s (names %zu recordings)",
                                             mote_layout_name(l->kind), l->n);
        if (!text)
            return no_memory(err);
        im->report.recognised[im->report.n_recognised++] = text;
    }
    return mote_import_say_sets(im, im->report.recognised, &im->report.n_recognised, err);
}

/* ---- labels -------------------------------------------------------------------------------- */

/* ---- files of several samples ---------------------------------------------------------------- */

/* Items of the parts of a file, at `out`; NULL: only how many there are (1: it is one sample). What
 * cannot be taken apart stays one item, and its reader says why. */
static mote_status parts_of(mote_importer *im, const mote_import_item *it, mote_import_item *out,
                            size_t *n, mote_err *err)
{
    mote_file_parts parts = {0};
    mote_map map;
    *n = 1;
    if (it->skipped || it->refused || it->bytes > (int64_t)im->cfg->decoding.max_bytes ||
        mote_map_open(it->disk, &map, NULL) != MOTE_OK)
        return MOTE_OK;
    const mote_file_bytes whole = {it->full, map.data, map.len};
    mote_status st = im->cfg->kind->split_file(&whole, &im->cfg->decoding, im->arena, &parts, NULL);
    mote_map_release(&map);
    if (st == MOTE_NOMEM)
        return no_memory(err);
    if (st != MOTE_OK || parts.n == 0)
        return MOTE_OK;
    *n = parts.n;
    for (size_t i = 0; out && i < parts.n; i++) {
        out[i] = *it;
        out[i].inside = &parts.items[i];
        out[i].bytes = (int64_t)parts.items[i].n;
        if (parts.items[i].group && *parts.items[i].group)
            out[i].group = parts.items[i].group;
        out[i].full =
            mote_arena_printf(im->arena, "%s/%lld", it->full, (long long)parts.items[i].number);
        if (!out[i].full)
            return no_memory(err);
    }
    return MOTE_OK;
}

static mote_status unpack_items(mote_importer *im, mote_err *err)
{
    size_t total = 0, n = 1;
    mote_import_item *items = NULL;
    if (!im->cfg->kind->split_file)
        return MOTE_OK;
    for (size_t i = 0; i < im->n_items; i++) {
        mote_arena_mark mark = mote_arena_save(im->arena);
        MOTE_TRY(parts_of(im, &im->items[i], NULL, &n, err));
        mote_arena_rewind(im->arena, mark);
        total += n;
    }
    MOTE_TRY(mote_arena_take(im->arena, total + 1, sizeof *items, &items, err));
    for (size_t i = 0, at = 0; i < im->n_items; i++, at += n) {
        items[at] = im->items[i];
        MOTE_TRY(parts_of(im, &im->items[i], items + at, &n, err));
    }
    im->items = items;
    im->n_items = total;
    return MOTE_OK;
}

/* Does the file say itself what its samples are? Asked once of a file whose parts follow. */
static bool says_labels(mote_importer *im, const mote_import_item *it)
{
    mote_map map;
    if (im->asked_file && strcmp(im->asked_file, it->disk) == 0)
        return im->says_labels;
    im->asked_file = it->disk;
    im->says_labels = false;
    if (im->cfg->kind->says_labels && mote_map_open(it->disk, &map, NULL) == MOTE_OK) {
        im->says_labels = im->cfg->kind->says_labels(
            &(mote_file_bytes){it->full, map.data, map.len}, &im->cfg->decoding);
        mote_map_release(&map);
    }
    return im->says_labels;
}

/* By --label, by a pattern of the name, by what the file says of its parts, by the folder. */
static void label_example(mote_importer *im, mote_import_item *it, const char *root_name)
{
    const char *from = im->cfg->label_from, *label;
    size_t n;
    bool by_folder = from && strcmp(from, "folder") == 0;
    it->is_given = im->cfg->label || by_folder;
    if (im->cfg->label) {
        it->label = normal(im->arena, im->cfg->label, strlen(im->cfg->label));
    } else if (from && strchr(from, '{')) {
        it->is_given = true;
        if (mote_pattern_label(from, it->rel, &label, &n))
            it->label = normal(im->arena, label, n);
        else
            it->refused = "the name does not fit data.label_from";
    } else if (it->said && !by_folder) {
        it->label = normal(im->arena, it->said, strlen(it->said));
    } else if (it->inside && it->inside->label && !by_folder) {
        it->label = normal(im->arena, it->inside->label, strlen(it->inside->label));
    } else {
        it->label = im->cfg->kind->n_rows ? MOTE_LABEL_ROWS : folder_label(im, it->rel, root_name);
        bool is_split = im->cfg->kind->has_split_names && it->label && strchr(it->rel, '/') &&
                        mote_layout_is_split_name(it->label);
        it->is_in_file = is_split && !by_folder && (!from || !*from) && says_labels(im, it);
        if (is_split && (by_folder || ((!from || !*from) && !it->is_in_file)))
            it->refused = "its folder is called like a split, which is no label; name the column "
                          "that says it, data.label_from: column:NAME in mote.yaml, or give one "
                          "with --label";
    }
}

static mote_status label_items(mote_importer *im, mote_err *err)
{
    const char *parent = im->root;
    if (!im->is_dir) {
        const char *base = mote_path_base(im->root);
        parent = mote_arena_strndup(im->arena, im->root, (size_t)(base - im->root));
        if (!parent)
            return no_memory(err);
    }
    const char *root_name = folder_name(im->arena, parent);
    for (size_t i = 0; i < im->n_items; i++) {
        mote_import_item *it = &im->items[i];
        if (it->skipped)
            continue;
        it->role = role_of(im->cfg, root_name, it->rel);
        const bool is_example = it->role == MOTE_ROLE_EXAMPLE;
        if (!is_example)
            it->label =
                it->role == MOTE_ROLE_NEGATIVE ? MOTE_LABEL_NEGATIVE : MOTE_LABEL_BACKGROUND;
        else if (!it->refused)
            label_example(im, it, root_name);
        if (im->cfg->kind->has_split_names && is_example)
            it->part = mote_layout_part_of_names(it->disk, it->rel);
        if (!it->refused)
            MOTE_TRY(ask_layouts(im, it, err));
        if (!it->label && !it->refused && !it->skipped)
            it->refused = "no folder name to take the label from; give one with --label";
    }
    return MOTE_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which words there are, and how many of them the project does not ask for. */
static mote_status count_labels(mote_importer *im, mote_err *err)
{
    const char **labels = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(im->arena, im->n_items + 1, sizeof *labels, &labels, err));
    for (size_t i = 0; i < im->n_items; i++) {
        const mote_import_item *it = &im->items[i];
        if (!it->skipped && !it->refused && it->role == MOTE_ROLE_EXAMPLE)
            labels[n++] = it->label;
    }
    qsort(labels, n, sizeof *labels, compare_names);
    mote_import_report *r = &im->report;
    for (size_t i = 0; i < n; i++) {
        if (r->n_labels > 0 && strcmp(labels[r->n_labels - 1], labels[i]) == 0)
            continue;
        labels[r->n_labels++] = labels[i];
        bool is_asked = false;
        for (size_t k = 0; k < im->cfg->n_labels && !is_asked; k++)
            is_asked = strcmp(im->cfg->labels[k], labels[i]) == 0;
        r->n_foreign += is_asked ? 0 : 1;
    }
    r->labels = labels;
    return MOTE_OK;
}

/* ---- groups -------------------------------------------------------------------------------- */

/* The name in which a speaker is looked for: that of an Edge Impulse export has parts around it. */
static const char *name_of(mote_importer *im, const mote_import_item *it)
{
    bool edge = false;
    for (size_t i = 0; i < im->n_layouts; i++)
        edge = edge || im->layouts[i].kind == MOTE_LAYOUT_EDGE_IMPULSE;
    if (!edge)
        return it->rel;
    size_t n = 0;
    const char *middle = mote_layout_middle(mote_path_base(it->rel), &n);
    return mote_arena_printf(im->arena, "%.*s.wav", (int)(n < 400 ? n : 400), middle);
}

static bool is_word(const mote_import_item *it)
{
    return !it->skipped && !it->refused && it->role == MOTE_ROLE_EXAMPLE && !it->group;
}

/* The scheme that at least four fifths of the names follow. */
static mote_status recognise_scheme(mote_importer *im, mote_err *err)
{
    for (const mote_pattern_known *k = mote_pattern_known_list(); k->pattern; k++) {
        size_t n_words = 0, n_fit = 0;
        for (size_t i = 0; i < im->n_items; i++) {
            const char *group, *name;
            size_t n;
            if (!is_word(&im->items[i]))
                continue;
            if (!(name = name_of(im, &im->items[i])))
                return no_memory(err);
            n_words++;
            n_fit += mote_pattern_match(k->pattern, name, &group, &n) ? 1 : 0;
        }
        if (n_words > 0 && n_fit * 5 >= n_words * 4) {
            im->report.pattern = k->pattern;
            im->report.pattern_name = k->name;
            return MOTE_OK;
        }
    }
    return MOTE_OK;
}

/* One recording: by the pattern; an export's name in the middle keeps the pieces of one recording
 * together even when it names nobody. */
static mote_status find_group(mote_importer *im, mote_import_item *it, bool *fits, mote_err *err)
{
    const char *group = NULL, *name = name_of(im, it);
    size_t n = 0;
    if (!name)
        return no_memory(err);
    *fits = im->report.pattern && mote_pattern_match(im->report.pattern, name, &group, &n);
    if (*fits) {
        it->group = normal(im->arena, group, n);
    } else if (im->cfg->group_pattern) {
        it->refused = "the name does not fit the group pattern";
        return MOTE_OK;
    } else {
        im->report.n_ungrouped++;
        it->group = name == it->rel ? NULL : mote_arena_strndup(im->arena, name, strlen(name) - 4);
    }
    return it->group || name == it->rel ? MOTE_OK : no_memory(err);
}

static mote_status find_groups(mote_importer *im, mote_err *err)
{
    size_t n_words = 0, n_fit = 0;
    const char *first = NULL;
    if (im->cfg->group_pattern)
        im->report.pattern = im->cfg->group_pattern;
    else
        MOTE_TRY(recognise_scheme(im, err));
    for (size_t i = 0; i < im->n_items; i++) {
        bool fits = false;
        if (!is_word(&im->items[i]))
            continue;
        MOTE_TRY(find_group(im, &im->items[i], &fits, err));
        first = first ? first : im->items[i].rel;
        n_words++;
        n_fit += fits ? 1 : 0;
    }
    if (im->cfg->group_pattern && n_words > 0 && n_fit == 0)
        return mote_fail(err, MOTE_ARG,
                         "group pattern '%s' fits none of the %zu names, the first "
                         "is '%s'; nothing was added",
                         im->cfg->group_pattern, n_words, first);
    return MOTE_OK;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static mote_status count_skipped(mote_importer *im, const char *reason, mote_err *err)
{
    mote_import_report *r = &im->report;
    if (!r->skipped) /* reasons are few: kinds of files, and those of layouts */
        MOTE_TRY(mote_arena_take(im->arena, MOTE_N_FILETYPES + 32, sizeof *r->skipped, &r->skipped,
                                 err));
    r->n_skipped++;
    for (size_t i = 0; i < r->n_reasons; i++) {
        if (strcmp(r->skipped[i].reason, reason) == 0) {
            r->skipped[i].n++;
            return MOTE_OK;
        }
    }
    MOTE_BUG_IF(r->n_reasons == MOTE_N_FILETYPES + 32);
    r->skipped[r->n_reasons++] = (mote_import_skipped){reason, 1};
    return MOTE_OK;
}

static mote_status keep_plan(mote_importer *im, mote_err *err)
{
    mote_import_report *r = &im->report;
    MOTE_TRY(mote_arena_take(im->arena, im->n_items + 1, sizeof *r->plan, &r->plan, err));
    for (size_t i = 0; i < im->n_items; i++) {
        const mote_import_item *it = &im->items[i];
        r->plan[r->n_plan++] =
            (mote_import_plan){it->rel,    it->is_in_file ? "(by its column)" : it->label,
                               it->group,  it->role,
                               it->part,   it->skipped,
                               it->refused};
    }
    return MOTE_OK;
}

/* Count what is skipped and keep the items that are to be decided. */
static mote_status sift(mote_importer *im, mote_err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < im->n_items; i++) {
        if (im->items[i].skipped)
            MOTE_TRY(count_skipped(im, im->items[i].skipped, err));
        else
            im->items[kept++] = im->items[i];
    }
    im->report.n_entries = im->n_items;
    im->report.total.n_files = im->n_items = kept;
    return MOTE_OK;
}

mote_status mote_import_plan_all(mote_importer *im, mote_err *err)
{
    if (im->cfg->group_pattern)
        MOTE_TRY(mote_pattern_check(im->cfg->group_pattern, err));
    if (im->cfg->label_from && strchr(im->cfg->label_from, '{'))
        MOTE_TRY(mote_pattern_check_label(im->cfg->label_from, err));
    if (!mote_path_exists(im->root))
        return mote_fail(err, MOTE_NOT_FOUND, "'%s': no such file or folder", im->root);
    im->is_dir = mote_path_is_dir(im->root);
    MOTE_TRY(add_entries(im, err));
    mote_pool_run(im->cfg->pool, im->n_items, look_at_piece, im);
    MOTE_TRY(mote_import_open_sets(im, err));
    MOTE_TRY(read_layouts(im, err));
    MOTE_TRY(unpack_items(im, err));
    MOTE_TRY(label_items(im, err));
    MOTE_TRY(find_groups(im, err));
    MOTE_TRY(count_labels(im, err));
    MOTE_TRY(say_layouts(im, err));
    if (im->cfg->dry_run)
        MOTE_TRY(keep_plan(im, err));
    return sift(im, err);
}
