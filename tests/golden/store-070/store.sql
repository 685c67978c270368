PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migration (name TEXT PRIMARY KEY, sha256 BLOB NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO migration VALUES('010_object',X'053e4e0056da5f56f6cbc7b79ba055e72713ee0c09104f941b82d2188f5c9bb3');
INSERT INTO migration VALUES('020_track',X'd9b8f82d53aa3f0022d5f4120ec0bb47e01bfca83c05c4b986ab7d50b2480a7c');
INSERT INTO migration VALUES('030_registry',X'7b491c2b117048a872f279c4dae45ae97ba374d7ef842b4eaecd18af05c8bf4d');
INSERT INTO migration VALUES('040_data',X'bde1f494988fe76ea3a3a9ba6d088fc2ed2881a0292261a0bdd6e7d2ac936768');
INSERT INTO migration VALUES('050_monitor',X'5f90f38fdc052afc1aabc936b7f6c2b23ca5a73c16317fdf89de6cc72b43970e');
INSERT INTO migration VALUES('060_serve',X'b81149de1476a7d07dc7b2a6c7d52ecaddbef58a089c8a06b1c8b168879c6282');
INSERT INTO migration VALUES('070_pipeline',X'84fb03c1385321fa3b5cc48e8d6c060aa34cfec5f0cea86d47a7a819f695856c');
CREATE TABLE object (
    hash         BLOB PRIMARY KEY CHECK (length(hash) = 32),  -- SHA-256 of the bytes that were put
    size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
    stored_bytes INTEGER NOT NULL CHECK (stored_bytes >= 0),
    encoding     TEXT NOT NULL CHECK (encoding IN ('raw', 'zstd')),
    put_ms       INTEGER NOT NULL                             -- last put; mote_store_gc spares the young
) STRICT, WITHOUT ROWID;
INSERT INTO object VALUES(X'2aee9d296e273860c67105e5a28b92a1250cc8a6387636d5a36e202cc516f999',144,144,'raw',1795958912782);
INSERT INTO object VALUES(X'476be63c667e6c3368df44c9c7e5bed7efa36e0f344a9afdeabd276215ef84e2',144,144,'raw',1795958912739);
INSERT INTO object VALUES(X'650e8af2a3a133bdd0da1fa2c6b9dabcaec65782296095ddc3a460d0dfae6e49',144,144,'raw',1795958912706);
INSERT INTO object VALUES(X'69a50d32a5f616cae06defe9ec885b69541d415ca06f0b65261f3b6288d1fa32',144,144,'raw',1795958912684);
CREATE TABLE object_link (
    parent BLOB NOT NULL REFERENCES object(hash) ON DELETE CASCADE,
    child  BLOB NOT NULL REFERENCES object(hash),
    PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;
CREATE TABLE experiment (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    lifecycle    TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle IN ('active', 'deleted')),
    created_ms   INTEGER NOT NULL,
    updated_ms   INTEGER NOT NULL
) STRICT;
CREATE TABLE experiment_tag (
    experiment INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (experiment, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
    id           INTEGER PRIMARY KEY,
    run_id       TEXT NOT NULL UNIQUE CHECK (length(run_id) = 32),
    experiment   INTEGER NOT NULL REFERENCES experiment(id),
    name         TEXT NOT NULL,
    status       TEXT NOT NULL
                 CHECK (status IN ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')),
    lifecycle    TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle IN ('active', 'deleted')),
    user         TEXT NOT NULL,
    start_ms     INTEGER NOT NULL,
    end_ms       INTEGER,
    parent       TEXT REFERENCES run(run_id),
    data_version TEXT,
    data_manifest BLOB REFERENCES object(hash),
    config       TEXT NOT NULL,                     -- canonical JSON
    git_commit   TEXT,                              -- NULL: no repository
    git_branch   TEXT,
    git_dirty    INTEGER CHECK (git_dirty IN (0, 1)),
    git_diff     BLOB REFERENCES object(hash),      -- against git_commit; NULL: clean, or too large
    machine      TEXT NOT NULL,                     -- JSON: processor, cores, memory, compiler
    mote_version TEXT NOT NULL
) STRICT;
CREATE TABLE run_param (
    run   INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_metric (
    run     INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    step    INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    value   REAL NOT NULL,
    is_nan  INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
    PRIMARY KEY (run, key, step, time_ms, value, is_nan)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_metric_latest (
    run     INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    step    INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    value   REAL NOT NULL,
    is_nan  INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_tag (
    run   INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_artifact (
    run    INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    path   TEXT NOT NULL,
    object BLOB NOT NULL REFERENCES object(hash),
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE model (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    created_ms  INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL
) STRICT;
CREATE TABLE model_tag (
    model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE model_version (
    model         INTEGER NOT NULL REFERENCES model(id),
    version       INTEGER NOT NULL CHECK (version >= 1),
    bundle        BLOB NOT NULL REFERENCES object(hash),
    run_id        TEXT REFERENCES run(run_id),
    source        TEXT NOT NULL DEFAULT '',          -- where the bundle came from, in words
    data_version  TEXT,
    data_manifest BLOB REFERENCES object(hash),
    parent        INTEGER,                           -- the version it was retrained from
    description   TEXT NOT NULL DEFAULT '',
    verdicts      TEXT,                              -- JSON; NULL: not judged yet
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    PRIMARY KEY (model, version),
    FOREIGN KEY (model, parent) REFERENCES model_version(model, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE model_version_tag (
    model   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (model, version, key),
    FOREIGN KEY (model, version) REFERENCES model_version(model, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE model_alias (
    model   INTEGER NOT NULL,
    alias   TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES model_version(model, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE model_alias_move (
    id           INTEGER PRIMARY KEY,
    model        INTEGER NOT NULL REFERENCES model(id),
    alias        TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('set', 'promote', 'override', 'rollback', 'remove')),
    from_version INTEGER,                            -- NULL: the alias was not set
    to_version   INTEGER,                            -- NULL: removed
    who          TEXT NOT NULL,
    reason       TEXT NOT NULL,
    at_ms        INTEGER NOT NULL
) STRICT;
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
CREATE TABLE data_rejected (
    source      TEXT PRIMARY KEY,
    reason      TEXT NOT NULL,
    rejected_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE data_split (
    grp         TEXT PRIMARY KEY,
    split       TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    decided_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE data_version (
    number      INTEGER PRIMARY KEY,
    manifest    BLOB NOT NULL REFERENCES object(hash),
    created_ms  INTEGER NOT NULL,
    note        TEXT NOT NULL,
    n_samples   INTEGER NOT NULL,
    duration_us INTEGER NOT NULL
) STRICT;
CREATE TABLE monitor_window (
    id       INTEGER PRIMARY KEY,
    model    TEXT NOT NULL,
    version  INTEGER NOT NULL,                       -- 0: not registered
    bundle   BLOB NOT NULL CHECK (length(bundle) = 32),
    start_ms INTEGER NOT NULL,
    end_ms   INTEGER NOT NULL,
    n        INTEGER NOT NULL CHECK (n > 0),         -- predictions
    is_drift INTEGER NOT NULL CHECK (is_drift IN (0, 1)),
    p_value  REAL NOT NULL,                          -- corrected for all things watched
    top      TEXT NOT NULL                           -- JSON: [{"what","statistic","threshold","p_value"}]
) STRICT;
CREATE TABLE alert (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('drift')),
    model      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    bundle     BLOB NOT NULL CHECK (length(bundle) = 32),
    state      TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    window     INTEGER NOT NULL REFERENCES monitor_window(id),   -- that opened it
    opened_ms  INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL,                     -- end of the last window that drifted
    n_windows  INTEGER NOT NULL,                     -- that drifted
    n_quiet    INTEGER NOT NULL DEFAULT 0,           -- windows without drift since the last that did
    acknowledged_by TEXT,
    acknowledged_ms INTEGER,
    note       TEXT,
    resolved_ms INTEGER,
    resolution TEXT
) STRICT;
CREATE TABLE monitor_cursor (
    bundle     BLOB PRIMARY KEY CHECK (length(bundle) = 32),
    prediction INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE prediction (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms       INTEGER NOT NULL,
    expires_ms    INTEGER NOT NULL,            -- end of the retention that it was logged under
    model         TEXT NOT NULL,
    version       TEXT NOT NULL,
    model_hash    BLOB NOT NULL CHECK (length(model_hash) = 32),
    purpose       TEXT NOT NULL,
    subject       TEXT NOT NULL,               -- '': nobody was named
    request_id    TEXT NOT NULL,
    class_id      INTEGER,                     -- with label and probabilities: NULL when outputs are not kept
    label         TEXT,
    probabilities BLOB,                        -- float32, little-endian
    input         BLOB REFERENCES object(hash),
    input_kind    TEXT CHECK (input_kind IN ('wav', 'f32')),
    watched       BLOB NOT NULL,               -- float32, little-endian: summary values of the monitor
    infer_us      INTEGER NOT NULL,
    CHECK ((input IS NULL) = (input_kind IS NULL))
) STRICT;
INSERT INTO prediction VALUES(1,1795958912684,1798550912684,'t','cec0bbd2f6ed',X'cec0bbd2f6ed9a617bb35cb716cd55fd272aa6a35072f15d32461ee85aa30821','improvement','old-ann','old-request-0',0,'a',X'0000003f0000003f',X'69a50d32a5f616cae06defe9ec885b69541d415ca06f0b65261f3b6288d1fa32','f32',X'0000003f1872313f00000000',51);
INSERT INTO prediction VALUES(2,1795958912706,1798550912706,'t','cec0bbd2f6ed',X'cec0bbd2f6ed9a617bb35cb716cd55fd272aa6a35072f15d32461ee85aa30821','improvement','old-bob','old-request-1',0,'a',X'0000003f0000003f',X'650e8af2a3a133bdd0da1fa2c6b9dabcaec65782296095ddc3a460d0dfae6e49','f32',X'0000003f1872313f00000000',10);
INSERT INTO prediction VALUES(3,1795958912739,1798550912739,'t','cec0bbd2f6ed',X'cec0bbd2f6ed9a617bb35cb716cd55fd272aa6a35072f15d32461ee85aa30821','improvement','','old-request-2',0,'a',X'0000003f0000003f',X'476be63c667e6c3368df44c9c7e5bed7efa36e0f344a9afdeabd276215ef84e2','f32',X'0000003f1872313f00000000',10);
INSERT INTO prediction VALUES(4,1795958912782,1798550912782,'t','cec0bbd2f6ed',X'cec0bbd2f6ed9a617bb35cb716cd55fd272aa6a35072f15d32461ee85aa30821','improvement','old-ann','old-request-3',0,'a',X'0000003f0000003f',X'2aee9d296e273860c67105e5a28b92a1250cc8a6387636d5a36e202cc516f999','f32',X'0000003f1872313f00000000',9);
CREATE TABLE prediction_erase (
    input BLOB PRIMARY KEY CHECK (length(input) = 32)
) STRICT, WITHOUT ROWID;
CREATE TABLE stage_attempt (
    id          INTEGER PRIMARY KEY,
    stage       TEXT    NOT NULL,           -- "data", "train", ...
    key         BLOB    NOT NULL,           -- SHA-256 of everything the result depends on
    state       TEXT    NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_ms  INTEGER NOT NULL,
    ended_ms    INTEGER,
    inputs      TEXT    NOT NULL,           -- JSON: what the key was made of, name -> hash
    output      TEXT,                       -- JSON: what later stages and people read
    error       TEXT
) STRICT;
CREATE TABLE stage_object (
    attempt     INTEGER NOT NULL REFERENCES stage_attempt (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    object      BLOB    NOT NULL REFERENCES object (hash),
    PRIMARY KEY (attempt, name)
) STRICT;
CREATE TABLE measurement (
    requirement TEXT    NOT NULL,           -- id of the requirement, "accuracy@test"
    model       TEXT    NOT NULL,           -- SHA-256 of the bundle, hex; '' before there is one
    document    TEXT    NOT NULL,           -- JSON of the measurement (project/verdict.h)
    measured_ms INTEGER NOT NULL,
    PRIMARY KEY (requirement, model)
) STRICT;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('prediction',4);
CREATE INDEX object_link_child ON object_link(child);
CREATE INDEX run_experiment ON run(experiment, start_ms);
CREATE INDEX run_artifact_object ON run_artifact(object);
CREATE INDEX model_version_bundle ON model_version(bundle);
CREATE INDEX model_alias_move_alias ON model_alias_move(model, alias, id);
CREATE INDEX data_sample_label ON data_sample(role, label);
CREATE INDEX data_sample_pcm ON data_sample(pcm_hash);
CREATE INDEX monitor_window_model ON monitor_window(model, id);
CREATE INDEX alert_state ON alert(state, model);
CREATE INDEX prediction_expires ON prediction(expires_ms);
CREATE INDEX prediction_time ON prediction(time_ms);
CREATE INDEX prediction_subject ON prediction(subject) WHERE subject <> '';
CREATE INDEX prediction_model ON prediction(model, id);
CREATE INDEX prediction_input ON prediction(input) WHERE input IS NOT NULL;
CREATE INDEX stage_attempt_by_key ON stage_attempt (stage, key, state);
COMMIT;
