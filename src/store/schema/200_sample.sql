-- A sample is an object with facts of its kind, and what is said of it are labels beside it.
-- Recordings of an older Mote become samples of the kind 'audio'; none gets another number.
CREATE TABLE data_label (
    id          INTEGER PRIMARY KEY,
    sample_id   INTEGER NOT NULL,                              -- of data_sample or data_removed
    label       TEXT NOT NULL,
    value       REAL,                                          -- of what is measured; NULL: a class
    from_us     INTEGER NOT NULL,                              -- of the sample that is meant;
    to_us       INTEGER NOT NULL,                              -- 0, 0: all of it
    who         TEXT NOT NULL,                                 -- said so; '': whoever added it
    said_ms     INTEGER NOT NULL
) STRICT;
INSERT INTO data_label (sample_id, label, from_us, to_us, who, said_ms)
    SELECT id, label, 0, 0, '', added_ms FROM data_sample WHERE role = 'keyword';
INSERT INTO data_label (sample_id, label, from_us, to_us, who, said_ms)
    SELECT sample_id, label, 0, 0, '', added_ms FROM data_removed WHERE role = 'keyword';
CREATE INDEX data_label_sample ON data_label(sample_id);
CREATE INDEX data_label_label ON data_label(label);

CREATE TABLE data_sample_next (
    id           INTEGER PRIMARY KEY,
    object       BLOB NOT NULL REFERENCES object(hash),        -- the file as it came
    kind         TEXT NOT NULL,                                -- of input: 'audio', ..
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32), -- of what it decodes to
    decoded      BLOB REFERENCES object(hash),                 -- a cheaper file; NULL: the object
    decoded_hz   INTEGER NOT NULL,                             -- of both; 0: does not run in time
    role         TEXT NOT NULL CHECK (role IN ('example', 'background')),
    grp          TEXT NOT NULL,                                -- speaker, device, session, voice
    source       TEXT NOT NULL,                                -- path it came from, or who made it
    origin       TEXT NOT NULL CHECK (origin IN ('file', 'synthetic', 'upload')),
    provenance   TEXT,                                         -- JSON: how it was made
    duration_us  INTEGER NOT NULL,                             -- 0: does not run in time
    facts        TEXT NOT NULL,                                -- JSON, of the kind
    added_ms     INTEGER NOT NULL,
    import_id    INTEGER REFERENCES data_import(id),
    file         TEXT                                          -- absolute, or below the project
) STRICT;
INSERT INTO data_sample_next
    SELECT id, object, 'audio', pcm_hash, decoded, decoded_hz,
           CASE role WHEN 'keyword' THEN 'example' ELSE role END, grp, source, origin, provenance,
           duration_us,
           '{"container":"' || container || '","rate_hz":' || rate_hz || ',"n_channels":' ||
               n_channels || ',"bits":' || bits || ',"n_frames":' || n_frames || '}',
           added_ms, import_id, file
    FROM data_sample;
DROP TABLE data_sample;
ALTER TABLE data_sample_next RENAME TO data_sample;
CREATE INDEX data_sample_object ON data_sample(object);
CREATE INDEX data_sample_import ON data_sample(import_id);
CREATE INDEX data_sample_file ON data_sample(file);

-- What was removed, and can come back; its labels wait in data_label.
CREATE TABLE data_removed_next (
    id           INTEGER PRIMARY KEY,
    sample_id    INTEGER NOT NULL,                             -- what it was, and will be again
    object       BLOB NOT NULL REFERENCES object(hash),
    kind         TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    decoded      BLOB REFERENCES object(hash),
    decoded_hz   INTEGER NOT NULL,
    role         TEXT NOT NULL,
    grp          TEXT NOT NULL,
    source       TEXT NOT NULL,
    origin       TEXT NOT NULL,
    provenance   TEXT,
    duration_us  INTEGER NOT NULL,
    facts        TEXT NOT NULL,
    added_ms     INTEGER NOT NULL,
    import_id    INTEGER REFERENCES data_import(id),
    file         TEXT,
    removed_by   INTEGER NOT NULL REFERENCES data_import(id),
    removed_ms   INTEGER NOT NULL
) STRICT;
INSERT INTO data_removed_next
    SELECT id, sample_id, object, 'audio', pcm_hash, decoded, decoded_hz,
           CASE role WHEN 'keyword' THEN 'example' ELSE role END, grp, source, origin, provenance,
           duration_us,
           '{"container":"' || container || '","rate_hz":' || rate_hz || ',"n_channels":' ||
               n_channels || ',"bits":' || bits || ',"n_frames":' || n_frames || '}',
           added_ms, import_id, file, removed_by, removed_ms
    FROM data_removed;
DROP TABLE data_removed;
ALTER TABLE data_removed_next RENAME TO data_removed;
CREATE INDEX data_removed_by ON data_removed(removed_by);
CREATE INDEX data_removed_object ON data_removed(object);

-- A row for everything that is said of a sample; of a background nothing need be said.
CREATE VIEW data_said AS
    SELECT s.*, coalesce(l.label, '_background_') AS label, l.value AS value,
           coalesce(l.from_us, 0) AS from_us, coalesce(l.to_us, 0) AS to_us, l.id AS label_id
    FROM data_sample s LEFT JOIN data_label l ON l.sample_id = s.id;
CREATE VIEW data_removed_said AS
    SELECT s.*, coalesce(l.label, '_background_') AS label, l.value AS value,
           coalesce(l.from_us, 0) AS from_us, coalesce(l.to_us, 0) AS to_us, l.id AS label_id
    FROM data_removed s LEFT JOIN data_label l ON l.sample_id = s.sample_id;
