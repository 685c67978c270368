-- Bytes by content. A row is what makes an object exist: it is committed after the file is on disk.
CREATE TABLE object (
    hash         BLOB PRIMARY KEY CHECK (length(hash) = 32),  -- SHA-256 of the bytes that were put
    size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
    stored_bytes INTEGER NOT NULL CHECK (stored_bytes >= 0),
    encoding     TEXT NOT NULL CHECK (encoding IN ('raw', 'zstd')),
    put_ms       INTEGER NOT NULL                             -- last put; mote_store_gc spares the young
) STRICT, WITHOUT ROWID;

-- Objects whose bytes name other objects (a manifest and its files).
CREATE TABLE object_link (
    parent BLOB NOT NULL REFERENCES object(hash) ON DELETE CASCADE,
    child  BLOB NOT NULL REFERENCES object(hash),
    PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_link_child ON object_link(child);
