# Every check finds what it is for, names the remedy, and repairs what is safe.
# requires: sqlite3
$ mote init words > /dev/null && cd words
$ mote doctor > out.txt; tail -2 out.txt
checked: 0 objects (0 B), 0 of them damaged; 0 models by their golden vectors; 0 keys; {{[0-9]+}} programs; write-ahead log {{.*}} free
all is well

# Objects: a recording that is damaged is for a copy to replace, a result of a stage is made again.
$ put() { h=$(printf %s "$1" | sha256sum | cut -c1-64); d=.mote/objects/$(echo $h | cut -c1-2); mkdir -p -m 700 $d; (umask 077; printf %s "$2" > $d/$(echo $h | cut -c3-)); sqlite3 .mote/store.db "INSERT INTO object(hash, size_bytes, stored_bytes, encoding, put_ms) VALUES (x'$h', ${#1}, ${#1}, 'raw', 1700000000000); $(echo "$3" | sed "s/HASH/x'$h'/")"; }
$ attempt="INSERT INTO stage_attempt(id, stage, key, state, started_ms, ended_ms, inputs, output) VALUES (1, 'compress', zeroblob(32), 'done', 1, 2, '{}', '{}');"
$ put whole whole; put broken brokeN "INSERT INTO object_link(parent, child) SELECT hash, HASH FROM object WHERE size_bytes = 5"
$ put result resulT "$attempt INSERT INTO stage_object(attempt, name, object) VALUES (1, 'graph', HASH)"
$ mote doctor > out.txt 2> err.txt; echo $?; cat err.txt | tail -1; grep -A1 objects out.txt
1
mote doctor: 2 findings to look at
error     objects   {{.*}}: does not hold the bytes of its name; used by: {{.*}}
                    re{{.*}}
error     objects   {{.*}}: does not hold the bytes of its name; used by: {{.*}}
                    re{{.*}}
checked: 3 objects (17 B), 2 of them damaged; {{.*}}
$ mote doctor --repair 2> /dev/null | grep -c "^repaired  objects .*stage_object"; mote doctor --json 2> /dev/null | grep -c "'mote run' makes it again, when it is of the present settings"
1
1
$ sqlite3 .mote/store.db "DELETE FROM stage_object; DELETE FROM object_link; DELETE FROM object"; mote gc --grace 0 > /dev/null; mote doctor 2>&1 | tail -1
all is well

# Rows that refer to what is gone; a damaged database.
$ sqlite3 .mote/store.db "INSERT INTO stage_object(attempt, name, object) VALUES (77, 'graph', zeroblob(32))"; mote doctor 2> /dev/null | grep database
error     database  store.db: 1 rows of table 'stage_object' refer to a 'object' that is gone
error     database  store.db: 1 rows of table 'stage_object' refer to a 'stage_attempt' that is gone
$ sqlite3 .mote/store.db "DELETE FROM stage_object"

# Files: without an owner, open to others.
$ (umask 077; mkdir -p .mote/objects/ab; echo lost > .mote/objects/ab/$(printf '%062d' 7)); chmod 644 .mote/.gitignore
$ mote doctor 2> /dev/null | grep '^warning'
warning   rights    {{.*}}.gitignore: 1 files or folders are open to other users
warning   orphans   .mote: 1 files belong to nobody, 5 B
$ mote doctor --repair 2> /dev/null | grep -c "^repaired"; mote doctor | tail -1; stat -c %a .mote/.gitignore
2
all is well
600

# The clock, against the newest row.
$ put later later; sqlite3 .mote/store.db "UPDATE object SET put_ms = 3900000000000"; mote doctor 2> /dev/null | grep -A1 clock
error     clock     this machine: it says {{.*}}, and the newest row is of 2093-08-01T21:20:00Z
                    set the clock: retention and schedules count by it
checked: {{.*}}
$ sqlite3 .mote/store.db "DELETE FROM object"; mote gc --grace 0 > /dev/null

# Keys of the prediction log.
$ sqlite3 .mote/store.db "INSERT INTO log_key(period) VALUES (1)"; mote doctor 2> /dev/null | grep -A1 keys | head -2
error     keys      the prediction log: {{.*}}
                    put the key files back from a copy, or give up what they sealed with 'mote gc --lost-keys'
$ sqlite3 .mote/store.db "DELETE FROM log_key"; mote doctor | tail -1
all is well

# Programs that the project's device needs.
$ m=$(command -v mote); PATH=/nowhere $m doctor 2> /dev/null > out.txt; grep -c '^warning   programs' out.txt; grep '^note      programs  espeak' out.txt
2
note      programs  espeak-ng: not installed: no speech can be made ('mote data synth')

# What cannot be opened at all is said too, and a lost store can begin anew.
$ cp mote.yaml keep; echo 'nonsense: 1' >> mote.yaml; mote doctor 2> /dev/null | head -1
error     project   {{.*}}nonsense{{.*}}
$ mote doctor --new
mote doctor: {{.*}}nonsense{{.*}}
[exit 4]
$ mv keep mote.yaml; mote doctor --new
mote doctor: the store of '{{.*}}' can be opened: nothing has to begin anew{{.*}}
[exit 9]
$ mkdir -p .mote/objects/ab; echo lost > .mote/objects/ab/$(printf '%062d' 7); rm .mote/store.db*; mote doctor 2> /dev/null | head -1
error     store     {{.*}} is missing, but objects of a project lie beside it{{.*}}
$ mote doctor --new --json
{
  "aside": "{{.*}}.mote-aside-1"
}
$ ls .mote-aside-1/objects/ab | wc -l; mote doctor | tail -1
1
all is well
