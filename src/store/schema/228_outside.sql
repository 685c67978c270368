-- How the model did outside of the project's own test: the last judgement of each folder, of each folder of hours, and of each way
-- to leave collections out.
CREATE TABLE judged_outside (
    kind       TEXT NOT NULL CHECK (kind IN ('on', 'hours', 'strangers')),
    place      TEXT NOT NULL,                                  -- the folder; of strangers, what a collection is
    model      TEXT NOT NULL,                                  -- name of the model that was judged; '': the recipe
    document   TEXT NOT NULL,                                  -- JSON of what was found (loop/outside.h)
    judged_ms  INTEGER NOT NULL,
    PRIMARY KEY (kind, place)
) STRICT;
