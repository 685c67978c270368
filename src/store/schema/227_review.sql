-- What people marked as wrong in use: a word that was missed, or something taken for one. It waits to be taken into the data
-- (then a sample has the same object) or dropped (then the object is let go, and stays known).
CREATE TABLE data_review (
    id         INTEGER PRIMARY KEY,
    object     BLOB REFERENCES object(hash),                   -- the stretch that is meant; NULL: dropped
    content    BLOB NOT NULL CHECK (length(content) = 32),     -- its hash, also when dropped
    what       TEXT NOT NULL CHECK (what IN ('miss', 'false')),
    label      TEXT NOT NULL,                                  -- what was said, or taken for said; '': not known
    source     TEXT NOT NULL,                                  -- the file, and where in it
    who        TEXT NOT NULL,                                  -- put it here
    added_ms   INTEGER NOT NULL,
    UNIQUE (content, what)
) STRICT;
CREATE INDEX data_review_object ON data_review(object);
