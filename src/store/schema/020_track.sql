-- Experiments and runs, with MLflow's model: parameters, metrics, tags, artifacts; and what a run
-- was made from.
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
CREATE INDEX run_experiment ON run(experiment, start_ms);

CREATE TABLE run_param (
    run   INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

-- is_nan: value is 0 then. The whole row is the key, so that a repeated report changes nothing.
CREATE TABLE run_metric (
    run     INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    step    INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    value   REAL NOT NULL,
    is_nan  INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
    PRIMARY KEY (run, key, step, time_ms, value, is_nan)
) STRICT, WITHOUT ROWID;

-- The point with the greatest (step, time, value) of each metric, to sort and compare runs by.
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
CREATE INDEX run_artifact_object ON run_artifact(object);
