-- What the stages of the loop have done. A row is one attempt; the latest row of a stage that is
-- 'done' under the key of its present inputs makes the stage fresh.
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
CREATE INDEX stage_attempt_by_key ON stage_attempt (stage, key, state);

-- The objects that an attempt made; keeps them from being collected.
CREATE TABLE stage_object (
    attempt     INTEGER NOT NULL REFERENCES stage_attempt (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    object      BLOB    NOT NULL REFERENCES object (hash),
    PRIMARY KEY (attempt, name)
) STRICT;

-- The latest number of every requirement, wherever it was measured, for one model.
CREATE TABLE measurement (
    requirement TEXT    NOT NULL,           -- id of the requirement, "accuracy@test"
    model       TEXT    NOT NULL,           -- SHA-256 of the bundle, hex; '' before there is one
    document    TEXT    NOT NULL,           -- JSON of the measurement (project/verdict.h)
    measured_ms INTEGER NOT NULL,
    PRIMARY KEY (requirement, model)
) STRICT;
