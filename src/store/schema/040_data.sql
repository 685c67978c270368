-- Recordings. The bytes as they came are an object; a row says what they are. The same bytes may
-- stand under another label or group: `mote data check` reports that, a version leaves it out.
CREATE TABLE data_sample (
    id          INTEGER PRIMARY KEY,
    object      BLOB NOT NULL REFERENCES object(hash),         -- the file as it came
    decoded     BLOB REFERENCES object(hash),                  -- WAV at decoded_hz; NULL: decode `object`
    pcm_hash    BLOB NOT NULL CHECK (length(pcm_hash) = 32),   -- of the samples at decoded_hz
    decoded_hz  INTEGER NOT NULL,
    role        TEXT NOT NULL CHECK (role IN ('keyword', 'background')),
    label       TEXT NOT NULL,
    grp         TEXT NOT NULL,                                 -- speaker, device, session, voice
    source      TEXT NOT NULL,                                 -- path it came from, or who made it
    origin      TEXT NOT NULL CHECK (origin IN ('file', 'synthetic', 'upload')),
    provenance  TEXT,                                          -- JSON: how it was made
    container   TEXT NOT NULL,
    rate_hz     INTEGER NOT NULL,
    n_channels  INTEGER NOT NULL,
    bits        INTEGER NOT NULL,
    n_frames    INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    added_ms    INTEGER NOT NULL,
    UNIQUE (object, label, grp)
) STRICT;
CREATE INDEX data_sample_label ON data_sample(role, label);
CREATE INDEX data_sample_pcm ON data_sample(pcm_hash);

-- Files that an import left out, until an import takes them.
CREATE TABLE data_rejected (
    source      TEXT PRIMARY KEY,
    reason      TEXT NOT NULL,
    rejected_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The split of a group, decided once (src/data/split.h) and never changed.
CREATE TABLE data_split (
    grp         TEXT PRIMARY KEY,
    split       TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    decided_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Versions: immutable manifests (docs/formats/data-version.md).
CREATE TABLE data_version (
    number      INTEGER PRIMARY KEY,
    manifest    BLOB NOT NULL REFERENCES object(hash),
    created_ms  INTEGER NOT NULL,
    note        TEXT NOT NULL,
    n_samples   INTEGER NOT NULL,
    duration_us INTEGER NOT NULL
) STRICT;
