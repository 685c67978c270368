/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of store/ share. Not for others. */
#ifndef MOTE_STORE_STORE_INTERNAL_H
#define MOTE_STORE_STORE_INTERNAL_H

#include "store/blob.h"
#include "store/sql.h"
#include "store/store.h"

typedef struct {
    const char *name; /* "010_object" */
    const char *sql;  /* ends in a 0 byte */
    size_t n;
} mote_schema_file;

/* Made at build time from store/schema/, in the order of the names. */
extern const mote_schema_file mote_schema_files[];
extern const size_t mote_n_schema_files;

/* Columns that name an object, besides object_link (reference.def); ends with a NULL. */
typedef struct {
    const char *table, *column;
} mote_reference;
extern const mote_reference mote_references[];

/* Prepared statements are few (one per place in the source); 96 hold them all with room. When all
 * slots are in use a statement is simply not cached. */
#define MOTE_STMT_CACHE 96

struct mote_stmt {
    mote_store *store;
    mote_sql_stmt *stmt;
    char *sql; /* owned; the key in the cache */
    uint64_t last_use;
    bool is_cached;
    bool in_use;
    int bind_code; /* of the first failed bind; 0: none has failed */
};

struct mote_store {
    mote_arena arena; /* the paths */
    char *project;
    char *dir;
    char *objects_dir;
    char *tmp_dir;
    char *key_file; /* NULL: the preset place */
    char *migrated; /* the schema parts that were applied to an older store; NULL: none */
    const mote_sql_driver *sql;
    mote_sql *db;
    const mote_blob_driver *blobs;
    int32_t depth;       /* open transactions, savepoints included */
    int64_t busy_us;     /* when a wait for another's lock began */
    bool is_read_only;   /* the folder or the database may not be written by us */
    bool must_roll_back; /* a rollback failed; see mote_store_settle */
    uint64_t use_clock;
    uint64_t tmp_counter;
    mote_stmt *cache[MOTE_STMT_CACHE];
    mote_sha256 *unsynced; /* objects written since begin, to sync before commit */
    size_t n_unsynced, cap_unsynced;
    bool new_fanout; /* a folder was made below objects/ since begin */
};

/* Finish a rollback that failed before. Called before anything else touches the database. */
mote_status mote_store_settle(mote_store *s, mote_err *err);

/* Bring the schema up to date (schema.c). */
MOTE_MUST_USE mote_status mote_schema_apply(mote_store *s, const mote_schema_file *files,
                                            size_t n_files, mote_err *err);

/* Sync the blobs put in this transaction (object.c); called before the outermost COMMIT.
 */
MOTE_MUST_USE mote_status mote_object_sync(mote_store *s, mote_err *err);

/* Look at what is at the place of the database before it is opened, and may it be written
 * (place.c). CORRUPT when it is missing or empty beside what belongs to it. */
MOTE_MUST_USE mote_status mote_store_look_at_place(mote_store *s, mote_err *err);
/* The database has nothing (`how`: "is missing"): CORRUPT when something of a store is left. A
 * write-ahead log counts where SQLite would drop it (with_log); beside a database that it reads, it
 * may be that of a store just being made. */
MOTE_MUST_USE mote_status mote_store_refuse_remains(const mote_store *s, const char *how,
                                                    bool with_log, mote_err *err);

/* Make .mote/ and all below private when the folder is open to others (upkeep.c). */
MOTE_MUST_USE mote_status mote_store_tighten(mote_store *s, mote_err *err);
MOTE_MUST_USE mote_status mote_store_new_database(const char *path, mote_err *err);

/* Remove the files that belong to nobody, adding to the report (sweep.c). */
MOTE_MUST_USE mote_status mote_store_sweep(mote_store *s, const mote_gc_options *o,
                                           mote_gc_report *r, mote_err *err);

#endif
