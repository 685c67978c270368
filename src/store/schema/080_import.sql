-- What brought recordings in or took them out, so that the last of it can be undone
-- (src/data/history.h). A sample names the import that added it and the file it came from.
CREATE TABLE data_import (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('add', 'remove')),
    what        TEXT NOT NULL,                                 -- the path, or what was removed
    who         TEXT NOT NULL,
    started_ms  INTEGER NOT NULL,
    undone_ms   INTEGER                                        -- NULL: it holds
) STRICT;

ALTER TABLE data_sample ADD COLUMN import_id INTEGER REFERENCES data_import(id);
ALTER TABLE data_sample ADD COLUMN file TEXT;                  -- absolute, or below the project
CREATE INDEX data_sample_import ON data_sample(import_id);
CREATE INDEX data_sample_file ON data_sample(file);

-- Samples that an import replaced or a removal took: kept until nobody can undo it any more.
CREATE TABLE data_removed (
    id          INTEGER PRIMARY KEY,
    sample_id   INTEGER NOT NULL,                              -- what it was, and will be again
    object      BLOB NOT NULL REFERENCES object(hash),
    decoded     BLOB REFERENCES object(hash),
    pcm_hash    BLOB NOT NULL,
    decoded_hz  INTEGER NOT NULL,
    role        TEXT NOT NULL,
    label       TEXT NOT NULL,
    grp         TEXT NOT NULL,
    source      TEXT NOT NULL,
    origin      TEXT NOT NULL,
    provenance  TEXT,
    container   TEXT NOT NULL,
    rate_hz     INTEGER NOT NULL,
    n_channels  INTEGER NOT NULL,
    bits        INTEGER NOT NULL,
    n_frames    INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    added_ms    INTEGER NOT NULL,
    import_id   INTEGER REFERENCES data_import(id),
    file        TEXT,
    removed_by  INTEGER NOT NULL REFERENCES data_import(id),
    removed_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX data_removed_by ON data_removed(removed_by);
CREATE INDEX data_removed_object ON data_removed(object);

-- The highest number that a sample ever had: none is used twice, because the state of the data is
-- recognised by the numbers (src/pipeline/retrain.c).
CREATE TABLE data_sample_last (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    id          INTEGER NOT NULL
) STRICT;
INSERT INTO data_sample_last SELECT 1, coalesce(max(id), 0) FROM data_sample;
CREATE TRIGGER data_sample_numbered AFTER INSERT ON data_sample BEGIN
    UPDATE data_sample_last SET id = max(id, NEW.id) WHERE only = 1;
END;

-- Recordings that were erased for good: a version that names one can say so.
CREATE TABLE data_erased (
    object      BLOB PRIMARY KEY CHECK (length(object) = 32),
    erased_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
