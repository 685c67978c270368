# requires: sqlite3
# What belongs to nobody is found and removed; what is used stays.
$ mote init words > /dev/null && cd words
$ mote gc
predictions over their retention: 0 removed
objects that nothing uses: 0 removed, 0.0 MB; 0 kept
files without an owner: 0 removed, 0.0 MB
$ umask 077; mkdir -p .mote/objects/ab .mote/work && echo lost > .mote/objects/ab/$(printf '%062d' 7)
$ echo half > .mote/work/.plan.json.999999999-3.tmp && echo half > .mote/objects/tmp/3b9ac9ff-1-0 && echo mine > .mote/note
$ touch -d '2 hours ago' .mote/work/.plan.json.999999999-3.tmp .mote/objects/tmp/3b9ac9ff-1-0
$ mote gc --dry-run | tail -1
files without an owner: 3 would be removed, 0.0 MB
$ mote gc | tail -1
files without an owner: 3 removed, 0.0 MB
$ find .mote/objects .mote/work -type f; cat .mote/note
mine
$ mote gc --grace -1
...
[exit 2]
$ : The folder is for its owner only, also one that was open before
$ find .mote -perm /077
$ chmod -R go+rX .mote && (umask 0; mote status > /dev/null; mote gc > /dev/null) && find .mote -perm /077
$ : Retention holds with whatever command comes first, also when it was tightened
$ sqlite3 .mote/store.db "INSERT INTO prediction(time_ms, expires_ms, model, version, model_hash, purpose, subject, request_id, watched, infer_us) VALUES (1000, 9000000000000, 'm', '1', zeroblob(32), 'p', 'ann', 'r', x'', 1)"
$ mote data show > /dev/null 2>&1; sqlite3 .mote/store.db "SELECT count(*) FROM prediction"
0
$ : What the log could not keep is said
$ sqlite3 .mote/store.db "INSERT INTO log_drop VALUES ('full', 12, 1700000000000), ('disk', 1, 1600000000000)"; mote status | grep -A1 '  log '
  log       DROPS   13 predictions with consent were not kept (log full 12, queue full 0, disk 1), last 2023-11-14T22:13:20Z
                    holds 0.0 MB of the 1000.0 MB that consent.max_log allows
$ mote gc --lost-keys
mote gc: the keys of the prediction log are there and fit: nothing is lost
[exit 9]
