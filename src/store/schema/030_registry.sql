-- Registered models. A version is a bundle; an alias (champion, challenger, ...) names a version;
-- every move of an alias is kept, which is what rollback reads.
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
CREATE INDEX model_version_bundle ON model_version(bundle);

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
CREATE INDEX model_alias_move_alias ON model_alias_move(model, alias, id);
