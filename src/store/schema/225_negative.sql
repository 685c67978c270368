-- Negative recordings: long ones in which nothing that is asked for is said, so that every window of them counts.
CREATE TABLE data_sample_next (
    id           INTEGER PRIMARY KEY,
    object       BLOB NOT NULL REFERENCES object(hash),        -- the file as it came
    kind         TEXT NOT NULL,                                -- of input: 'audio', ..
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32), -- of what it decodes to
    decoded      BLOB REFERENCES object(hash),                 -- a cheaper file; NULL: the object
    decoded_hz   INTEGER NOT NULL,                             -- of both; 0: does not run in time
    role         TEXT NOT NULL CHECK (role IN ('example', 'background', 'negative')),
    grp          TEXT NOT NULL,                                -- speaker, device, session, voice
    source       TEXT NOT NULL,                                -- path it came from, or who made it
    origin       TEXT NOT NULL CHECK (origin IN ('file', 'synthetic', 'upload')),
    provenance   TEXT,                                         -- JSON: how it was made
    duration_us  INTEGER NOT NULL,                             -- 0: does not run in time
    facts        TEXT NOT NULL,                                -- JSON, of the kind
    added_ms     INTEGER NOT NULL,
    import_id    INTEGER REFERENCES data_import(id),
    file         TEXT,                                         -- absolute, or below the project
    taken_ms     INTEGER NOT NULL DEFAULT 0                    -- when it was recorded; 0: not known
) STRICT;
INSERT INTO data_sample_next
    SELECT id, object, kind, content_hash, decoded, decoded_hz, role, grp, source, origin, provenance, duration_us, facts,
           added_ms, import_id, file, taken_ms
    FROM data_sample;
DROP VIEW data_said;
DROP VIEW data_removed_said;
DROP TABLE data_sample;
ALTER TABLE data_sample_next RENAME TO data_sample;
CREATE INDEX data_sample_object ON data_sample(object);
CREATE INDEX data_sample_import ON data_sample(import_id);
CREATE INDEX data_sample_file ON data_sample(file);

-- A row for everything that is said of a sample; of a background and a negative nothing need be said.
CREATE VIEW data_said AS
    SELECT s.*, coalesce(l.label, CASE s.role WHEN 'negative' THEN '_negative_' ELSE '_background_' END) AS label,
           l.value AS value, coalesce(l.from_us, 0) AS from_us, coalesce(l.to_us, 0) AS to_us, l.id AS label_id
    FROM data_sample s LEFT JOIN data_label l ON l.sample_id = s.id;
CREATE VIEW data_removed_said AS
    SELECT s.*, coalesce(l.label, CASE s.role WHEN 'negative' THEN '_negative_' ELSE '_background_' END) AS label,
           l.value AS value, coalesce(l.from_us, 0) AS from_us, coalesce(l.to_us, 0) AS to_us, l.id AS label_id
    FROM data_removed s LEFT JOIN data_label l ON l.sample_id = s.sample_id;
