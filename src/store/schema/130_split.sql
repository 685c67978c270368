-- Splits that somebody else decided (the lists of a published set, the categories of an export):
-- src/data/provided.h. 'learn': training or validation, never the test.
CREATE TABLE data_split_provided (
    grp         TEXT PRIMARY KEY,
    part        TEXT NOT NULL CHECK (part IN ('train', 'validation', 'test', 'learn')),
    provided_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The split of a word that is no keyword, decided once (src/data/deal.h) and never changed: other
-- words of the test are heard in neither training nor validation.
CREATE TABLE data_word_split (
    label       TEXT PRIMARY KEY,
    split       TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    decided_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
