PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
CREATE TABLE data_erased (
    object      BLOB PRIMARY KEY CHECK (length(object) = 32),
    erased_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE data_import (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('add', 'remove')),
    what        TEXT NOT NULL,                                 -- the path, or what was removed
    who         TEXT NOT NULL,
    started_ms  INTEGER NOT NULL,
    undone_ms   INTEGER                                        -- NULL: it holds
) STRICT;
INSERT INTO "data_import" VALUES(1,'add','../rec','root',1795971889901,NULL);
INSERT INTO "data_import" VALUES(2,'add','../more','root',1795971891044,NULL);
INSERT INTO "data_import" VALUES(3,'add','../gone','root',1795971891371,NULL);
INSERT INTO "data_import" VALUES(4,'remove','label yes group p03','root',1795971891555,NULL);
CREATE TABLE data_rejected (
    source      TEXT PRIMARY KEY,
    reason      TEXT NOT NULL,
    rejected_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "data_rejected" VALUES('../rec/yes/broken.wav','a WAV header without samples',1795971889901);
CREATE TABLE data_removed (
    id          INTEGER PRIMARY KEY,
    sample_id   INTEGER NOT NULL,                              -- what it was, and will be again
    object      BLOB NOT NULL REFERENCES object(hash),
    decoded     BLOB REFERENCES object(hash),
    pcm_hash    BLOB NOT NULL,
    decoded_hz  INTEGER NOT NULL,
    role        TEXT NOT NULL,
    label       TEXT NOT NULL,
    grp         TEXT NOT NULL,
    source      TEXT NOT NULL,
    origin      TEXT NOT NULL,
    provenance  TEXT,
    container   TEXT NOT NULL,
    rate_hz     INTEGER NOT NULL,
    n_channels  INTEGER NOT NULL,
    bits        INTEGER NOT NULL,
    n_frames    INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    added_ms    INTEGER NOT NULL,
    import_id   INTEGER REFERENCES data_import(id),
    file        TEXT,
    removed_by  INTEGER NOT NULL REFERENCES data_import(id),
    removed_ms  INTEGER NOT NULL
) STRICT;
INSERT INTO "data_removed" VALUES(1,15,X'D6E651489CFD7D6748E65A5169C018999A8C3F4B3166CE8C92E896888352D992',NULL,X'E6E103C5F58ED428C538631E616733E245055818EA1977DE5AF7DE169A4EBFFD',16000,'keyword','yes','p03','../rec/yes/p03_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/yes/p03_nohash_0.wav',4,1795971891555);
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
    added_ms    INTEGER NOT NULL, import_id INTEGER REFERENCES data_import(id), file TEXT,
    UNIQUE (object, label, grp)
) STRICT;
INSERT INTO "data_sample" VALUES(1,X'29A1B0BC7B79D4E911CD6C0D5D66BB3216065F09AAC4787A75BDFB5503280F8E',NULL,X'DA989AA5ABBB9252026D22035726FCDDC2E5203C9E47920C4ABBB25A3CC33669',16000,'background','_background_','file:29a1b0bc7b79d4e9','../rec/_background_noise_/hum.wav','file',NULL,'WAV',16000,1,16,6400,400000,1795971889901,1,'/tmp/data-g/rec/_background_noise_/hum.wav');
INSERT INTO "data_sample" VALUES(2,X'8F2244CBA5A1BB712C44CF047A20B7AEDAA4431EA0A42B5D785592DBB7D52386',NULL,X'A581619958F011511DE94831C57A316AA2AE63DF70D2AA2CDF54BECA79D9B37A',16000,'keyword','no','p00','../rec/no/p00_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/no/p00_nohash_0.wav');
INSERT INTO "data_sample" VALUES(3,X'232DD126913C2647A4EBF3ACDF87EF35AE0D09E03D3F566CB494B4D98B6C2FF9',NULL,X'83676FD064569DD595A639FDF30A894444B805AD37AD02928275AC82AA298916',16000,'keyword','no','p01','../rec/no/p01_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/no/p01_nohash_0.wav');
INSERT INTO "data_sample" VALUES(4,X'B9AF384EBE642FFE1CDC560934D8C342F31AF9A433EBCE91792A04D96EC93106',X'EA6561D8F916E920472EA6F45DB639A0AA76C5FC5DEA440C3EA45B9B092B2E93',X'F16E9B4E6323DE8ED1955B0D13AF30B64131C1E7D05E75B33438172C730210ED',16000,'keyword','no','p01','../rec/no/p01_nohash_1.wav','file',NULL,'WAV',16000,2,16,320,20000,1795971889901,1,'/tmp/data-g/rec/no/p01_nohash_1.wav');
INSERT INTO "data_sample" VALUES(5,X'D7B7EA67278D9802EBC7208A82A99C6A64D7F77607900D1E79F3C43E38E35619',NULL,X'E89BD0361724933793AED61340739C1A96679F2508602F09EA8965720F91B93D',16000,'keyword','no','p02','../rec/no/p02_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/no/p02_nohash_0.wav');
INSERT INTO "data_sample" VALUES(6,X'92F6FC951D20CB96FBD5189312E537C217670B5D17386DC13A961C14757D3002',NULL,X'41C929ECDD16C9BB638471A05832736D0F0E9AFA79CBEB7B9DBD76D3EF1C10B9',16000,'keyword','no','p03','../rec/no/p03_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/no/p03_nohash_0.wav');
INSERT INTO "data_sample" VALUES(7,X'47863E8423960BE2F53FEE9D05728F9AE809943B642AE0A085925F5472A7B3B3',NULL,X'D0A0DE4231A6667057D42B068D1F3FC62798AD9CC5DCE395EE67E1B0B25A9491',16000,'keyword','tree','p00','../rec/tree/p00_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/tree/p00_nohash_0.wav');
INSERT INTO "data_sample" VALUES(8,X'91DBBF8F21A12980686C83A9A370ACC6ABBB75A5FC66C478B5CC27B0BC4F78AF',NULL,X'468831D849A8BDBEBE87B6744425ADD6761F5616C2724F27FE1E177E5CC207BA',16000,'keyword','tree','p01','../rec/tree/p01_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/tree/p01_nohash_0.wav');
INSERT INTO "data_sample" VALUES(9,X'80CE72BCF5A8BA1F0E59809B7F52931C946B9DA39D3648B9C4E5FAF8637368D8',NULL,X'1652927E5AECB491E0C05E8A8ADAA86B5963E7F0B78F8A2066B2F555A0CAC8C1',16000,'keyword','tree','p02','../rec/tree/p02_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/tree/p02_nohash_0.wav');
INSERT INTO "data_sample" VALUES(10,X'077B19AFE0B724A2A5A7D9220661201F1CD7263DEEA831E813236B7B35FD6B16',NULL,X'B8F86B546CC67B34DB92A93BE1CCD2172F10F3DEAB985D405852F0D91DF261FD',16000,'keyword','tree','p03','../rec/tree/p03_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/tree/p03_nohash_0.wav');
INSERT INTO "data_sample" VALUES(11,X'94E4ACBAB5CD505116A81D0A6E8F559E844098E24D05DB759BF1404BAD4FAC2A',NULL,X'CDF014DB9F6F771F33B84E93A0AB874D400EE3FFD81CD9AAD5345FB0ED884A94',16000,'keyword','yes','p00','../rec/yes/p00_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/yes/p00_nohash_0.wav');
INSERT INTO "data_sample" VALUES(12,X'8B50911541902626404898D1DB07B6442D323A6406DD5DDB430C5F0E9AB57FE1',X'1F3D5AD1E643AB950AA333431620863EC88E144768A6E452C22FD2705FB0C5E3',X'27AA30337146A1C733FE562E026E841AAEC6266376C640BEA3BE07D6DC79CB7E',16000,'keyword','yes','p00','../rec/yes/p00_nohash_1.wav','file',NULL,'WAV',8000,1,16,320,40000,1795971889901,1,'/tmp/data-g/rec/yes/p00_nohash_1.wav');
INSERT INTO "data_sample" VALUES(13,X'28717ADB70F25090BD06CE795C253E2A821F561EACB7ECA9438700316F8F6DF1',NULL,X'A955F2896435E83CD566F51611EF2004FD14E250A092B4C0FECCFA3F86086265',16000,'keyword','yes','p01','../rec/yes/p01_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/yes/p01_nohash_0.wav');
INSERT INTO "data_sample" VALUES(14,X'1AF7670BDD1CC2258E35C2F2213E7B6FA324473A1C99D5303FFAAEC316A96D79',NULL,X'6F84A5B2DA0AD6B84FB76BAECB7C33BD8E8CD9523C7F99A0CCA44D7658B18470',16000,'keyword','yes','p02','../rec/yes/p02_nohash_0.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971889901,1,'/tmp/data-g/rec/yes/p02_nohash_0.wav');
INSERT INTO "data_sample" VALUES(16,X'F14BA1146C2CAD6457FE03F9B60DFA0DB720A7566E2205DF921817925045ABAF',NULL,X'4B50ECDA342EC9F05326A32A5F0439E584A5900AD7D03441477482FE4C6C3B1F',16000,'keyword','no','p03','../more/no/p03_nohash_5.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971891044,2,'/tmp/data-g/more/no/p03_nohash_5.wav');
INSERT INTO "data_sample" VALUES(17,X'2C74173B6CB379EA87F044AD0A35C5D8C337C9D1749F63ED2FE7898BD246E80E',NULL,X'6C01A0E21EA3F65C24E0C31BD637A72CC05C199D459C5FB67AA5C47408D9D253',16000,'keyword','yes','p09','../gone/yes/p09_nohash_5.wav','file',NULL,'WAV',16000,1,16,640,40000,1795971891371,3,'/tmp/data-g/gone/yes/p09_nohash_5.wav');
CREATE TABLE data_sample_last (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    id          INTEGER NOT NULL
) STRICT;
INSERT INTO "data_sample_last" VALUES(1,17);
CREATE TABLE data_split (
    grp         TEXT PRIMARY KEY,
    split       TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    decided_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "data_split" VALUES('p00','train',1795971890538);
INSERT INTO "data_split" VALUES('p01','validation',1795971890538);
INSERT INTO "data_split" VALUES('p02','test',1795971890538);
INSERT INTO "data_split" VALUES('p03','train',1795971890538);
CREATE TABLE data_split_provided (
    grp         TEXT PRIMARY KEY,
    part        TEXT NOT NULL CHECK (part IN ('train', 'validation', 'test', 'learn')),
    provided_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE data_version (
    number      INTEGER PRIMARY KEY,
    manifest    BLOB NOT NULL REFERENCES object(hash),
    created_ms  INTEGER NOT NULL,
    note        TEXT NOT NULL,
    n_samples   INTEGER NOT NULL,
    duration_us INTEGER NOT NULL
) STRICT;
INSERT INTO "data_version" VALUES(1,X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',1795971890538,'',15,540000);
CREATE TABLE data_word_split (
    label       TEXT PRIMARY KEY,
    split       TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    decided_ms  INTEGER NOT NULL
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
CREATE TABLE log_drop (
    reason  TEXT PRIMARY KEY,           -- 'full', 'queue', 'disk'
    n       INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE log_key (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,                          -- never used twice
    subject BLOB CHECK (subject IS NULL OR length(subject) = 32),       -- keyed hash of the name; NULL: nobody was named
    period  INTEGER NOT NULL,                                           -- days since 1970
    state   INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2))       -- 0 in use, 1 to be destroyed, 2 destroyed
) STRICT;
CREATE TABLE log_size (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    n     INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO "log_size" VALUES(1,0,0);
CREATE TABLE measurement (
    requirement TEXT    NOT NULL,           -- id of the requirement, "accuracy@test"
    model       TEXT    NOT NULL,           -- SHA-256 of the bundle, hex; '' before there is one
    document    TEXT    NOT NULL,           -- JSON of the measurement (project/verdict.h)
    measured_ms INTEGER NOT NULL,
    PRIMARY KEY (requirement, model)
) STRICT;
CREATE TABLE migration (name TEXT PRIMARY KEY, sha256 BLOB NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "migration" VALUES('010_object',X'053E4E0056DA5F56F6CBC7B79BA055E72713EE0C09104F941B82D2188F5C9BB3');
INSERT INTO "migration" VALUES('020_track',X'D9B8F82D53AA3F0022D5F4120EC0BB47E01BFCA83C05C4B986AB7D50B2480A7C');
INSERT INTO "migration" VALUES('030_registry',X'7B491C2B117048A872F279C4DAE45AE97BA374D7EF842B4EAECD18AF05C8BF4D');
INSERT INTO "migration" VALUES('040_data',X'BDE1F494988FE76EA3A3A9BA6D088FC2ED2881A0292261A0BDD6E7D2AC936768');
INSERT INTO "migration" VALUES('050_monitor',X'5F90F38FDC052AFC1AABC936B7F6C2B23CA5A73C16317FDF89DE6CC72B43970E');
INSERT INTO "migration" VALUES('060_serve',X'B81149DE1476A7D07DC7B2A6C7D52ECADDBEF58A089C8A06B1C8B168879C6282');
INSERT INTO "migration" VALUES('070_pipeline',X'84FB03C1385321FA3B5CC48E8D6C060AA34CFEC5F0CEA86D47A7A819F695856C');
INSERT INTO "migration" VALUES('080_import',X'6BE95FBD903D19888A16448EBDF1B1212070205DB14F36DDC8E75932F1C374A6');
INSERT INTO "migration" VALUES('090_erase',X'2E78FA9C9EF961666EBBEBA69118544B023C0F1076D1DE481AD0DB0FF2012CCC');
INSERT INTO "migration" VALUES('091_withdrawal_open',X'9268A7C6C70F4F635BD9B7A4BC0706A0E4E902F007C22697EA4A035F4A8707C3');
INSERT INTO "migration" VALUES('130_split',X'D86980B12580EDAA632EEB8B6D4871E1BD3B3F84C091EDE0E7AF5A929C03F673');
CREATE TABLE model (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    created_ms  INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL
) STRICT;
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
CREATE TABLE monitor_cursor (
    bundle     BLOB PRIMARY KEY CHECK (length(bundle) = 32),
    prediction INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
CREATE TABLE object (
    hash         BLOB PRIMARY KEY CHECK (length(hash) = 32),  -- SHA-256 of the bytes that were put
    size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
    stored_bytes INTEGER NOT NULL CHECK (stored_bytes >= 0),
    encoding     TEXT NOT NULL CHECK (encoding IN ('raw', 'zstd')),
    put_ms       INTEGER NOT NULL                             -- last put; mote_store_gc spares the young
) STRICT, WITHOUT ROWID;
INSERT INTO "object" VALUES(X'077B19AFE0B724A2A5A7D9220661201F1CD7263DEEA831E813236B7B35FD6B16',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'1AF7670BDD1CC2258E35C2F2213E7B6FA324473A1C99D5303FFAAEC316A96D79',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'1F3D5AD1E643AB950AA333431620863EC88E144768A6E452C22FD2705FB0C5E3',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'232DD126913C2647A4EBF3ACDF87EF35AE0D09E03D3F566CB494B4D98B6C2FF9',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'28717ADB70F25090BD06CE795C253E2A821F561EACB7ECA9438700316F8F6DF1',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'29A1B0BC7B79D4E911CD6C0D5D66BB3216065F09AAC4787A75BDFB5503280F8E',12844,705,'zstd',1795971889901);
INSERT INTO "object" VALUES(X'2C74173B6CB379EA87F044AD0A35C5D8C337C9D1749F63ED2FE7898BD246E80E',1324,1324,'raw',1795971891371);
INSERT INTO "object" VALUES(X'47863E8423960BE2F53FEE9D05728F9AE809943B642AE0A085925F5472A7B3B3',1324,384,'zstd',1795971889901);
INSERT INTO "object" VALUES(X'80CE72BCF5A8BA1F0E59809B7F52931C946B9DA39D3648B9C4E5FAF8637368D8',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'8B50911541902626404898D1DB07B6442D323A6406DD5DDB430C5F0E9AB57FE1',684,684,'raw',1795971889901);
INSERT INTO "object" VALUES(X'8F2244CBA5A1BB712C44CF047A20B7AEDAA4431EA0A42B5D785592DBB7D52386',1324,192,'zstd',1795971889901);
INSERT INTO "object" VALUES(X'91DBBF8F21A12980686C83A9A370ACC6ABBB75A5FC66C478B5CC27B0BC4F78AF',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'92F6FC951D20CB96FBD5189312E537C217670B5D17386DC13A961C14757D3002',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'94E4ACBAB5CD505116A81D0A6E8F559E844098E24D05DB759BF1404BAD4FAC2A',1324,224,'zstd',1795971889901);
INSERT INTO "object" VALUES(X'B9AF384EBE642FFE1CDC560934D8C342F31AF9A433EBCE91792A04D96EC93106',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'D6E651489CFD7D6748E65A5169C018999A8C3F4B3166CE8C92E896888352D992',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'D7B7EA67278D9802EBC7208A82A99C6A64D7F77607900D1E79F3C43E38E35619',1324,1324,'raw',1795971889901);
INSERT INTO "object" VALUES(X'EA6561D8F916E920472EA6F45DB639A0AA76C5FC5DEA440C3EA45B9B092B2E93',684,684,'raw',1795971889901);
INSERT INTO "object" VALUES(X'F14BA1146C2CAD6457FE03F9B60DFA0DB720A7566E2205DF921817925045ABAF',1324,314,'zstd',1795971891044);
INSERT INTO "object" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',1489,751,'zstd',1795971890538);
CREATE TABLE object_link (
    parent BLOB NOT NULL REFERENCES object(hash) ON DELETE CASCADE,
    child  BLOB NOT NULL REFERENCES object(hash),
    PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'077B19AFE0B724A2A5A7D9220661201F1CD7263DEEA831E813236B7B35FD6B16');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'1AF7670BDD1CC2258E35C2F2213E7B6FA324473A1C99D5303FFAAEC316A96D79');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'232DD126913C2647A4EBF3ACDF87EF35AE0D09E03D3F566CB494B4D98B6C2FF9');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'28717ADB70F25090BD06CE795C253E2A821F561EACB7ECA9438700316F8F6DF1');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'29A1B0BC7B79D4E911CD6C0D5D66BB3216065F09AAC4787A75BDFB5503280F8E');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'47863E8423960BE2F53FEE9D05728F9AE809943B642AE0A085925F5472A7B3B3');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'80CE72BCF5A8BA1F0E59809B7F52931C946B9DA39D3648B9C4E5FAF8637368D8');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'8B50911541902626404898D1DB07B6442D323A6406DD5DDB430C5F0E9AB57FE1');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'8F2244CBA5A1BB712C44CF047A20B7AEDAA4431EA0A42B5D785592DBB7D52386');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'91DBBF8F21A12980686C83A9A370ACC6ABBB75A5FC66C478B5CC27B0BC4F78AF');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'92F6FC951D20CB96FBD5189312E537C217670B5D17386DC13A961C14757D3002');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'94E4ACBAB5CD505116A81D0A6E8F559E844098E24D05DB759BF1404BAD4FAC2A');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'B9AF384EBE642FFE1CDC560934D8C342F31AF9A433EBCE91792A04D96EC93106');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'D6E651489CFD7D6748E65A5169C018999A8C3F4B3166CE8C92E896888352D992');
INSERT INTO "object_link" VALUES(X'FD14D4F12CA2330ED66A9CCB19B91912FA71D54C8897AA247A29AF32DB48394C',X'D7B7EA67278D9802EBC7208A82A99C6A64D7F77607900D1E79F3C43E38E35619');
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
    infer_us      INTEGER NOT NULL, key INTEGER REFERENCES log_key(id), sealed BLOB, bytes INTEGER NOT NULL DEFAULT 0,
    CHECK ((input IS NULL) = (input_kind IS NULL))
) STRICT;
CREATE TABLE prediction_erase (
    input BLOB PRIMARY KEY CHECK (length(input) = 32)
, plain INTEGER NOT NULL DEFAULT 1) STRICT, WITHOUT ROWID;
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
CREATE TABLE run_artifact (
    run    INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    path   TEXT NOT NULL,
    object BLOB NOT NULL REFERENCES object(hash),
    PRIMARY KEY (run, path)
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
CREATE TABLE run_param (
    run   INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_tag (
    run   INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
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
CREATE TABLE upkeep (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE withdrawal (
    subject   BLOB PRIMARY KEY CHECK (length(subject) = 32),            -- keyed hash of the name
    time_ms   INTEGER NOT NULL,                                         -- of the last withdrawal
    mono_us   INTEGER NOT NULL,                                         -- the same on the monotonic clock ...
    boot      TEXT NOT NULL,                                            -- ... of this boot of the machine
    up_to     INTEGER NOT NULL,                                         -- last prediction.id it covers
    n_times   INTEGER NOT NULL,
    n_records INTEGER NOT NULL,                                         -- erased in all, over all withdrawals
    n_inputs  INTEGER NOT NULL,
    done_ms   INTEGER                                                   -- NULL: not finished, to be resumed
) STRICT, WITHOUT ROWID;
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
CREATE INDEX data_sample_import ON data_sample(import_id);
CREATE INDEX data_sample_file ON data_sample(file);
CREATE INDEX data_removed_by ON data_removed(removed_by);
CREATE INDEX data_removed_object ON data_removed(object);
CREATE TRIGGER data_sample_numbered AFTER INSERT ON data_sample BEGIN
    UPDATE data_sample_last SET id = max(id, NEW.id) WHERE only = 1;
END;
CREATE UNIQUE INDEX log_key_of ON log_key(subject, period) WHERE state = 0 AND subject IS NOT NULL;
CREATE UNIQUE INDEX log_key_nobody ON log_key(period) WHERE state = 0 AND subject IS NULL;
CREATE INDEX log_key_subject ON log_key(subject) WHERE subject IS NOT NULL;
CREATE INDEX log_key_ending ON log_key(state) WHERE state <> 0;
CREATE INDEX prediction_key ON prediction(key) WHERE key IS NOT NULL;
CREATE INDEX prediction_plain ON prediction(id) WHERE key IS NULL;
CREATE TRIGGER prediction_counted AFTER INSERT ON prediction BEGIN
    UPDATE log_size SET n = n + 1, bytes = bytes + NEW.bytes;
END;
CREATE TRIGGER prediction_uncounted AFTER DELETE ON prediction BEGIN
    UPDATE log_size SET n = n - 1, bytes = bytes - OLD.bytes;
    -- A key that still has records is only given up by a withdrawal.
    UPDATE withdrawal SET n_records = n_records + 1, n_inputs = n_inputs + (OLD.input IS NOT NULL)
        WHERE subject = (SELECT subject FROM log_key WHERE id = OLD.key AND state <> 0);
END;
CREATE TRIGGER prediction_recounted AFTER UPDATE OF bytes ON prediction BEGIN
    UPDATE log_size SET bytes = bytes + NEW.bytes - OLD.bytes;
END;
CREATE INDEX withdrawal_open ON withdrawal(subject) WHERE done_ms IS NULL;
DELETE FROM "sqlite_sequence";
COMMIT;
