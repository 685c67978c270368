# requires: espeak-ng
# Recordings come in, damaged ones stay out, and twice is once.
$ mote init p >/dev/null && cd p && sed -i 's/^keywords:.*/keywords: [yes, no]/' mote.yaml
$ mkdir -p rec/yes rec/no
$ for i in 1 2 3; do espeak-ng -s 1${i}0 -w rec/yes/s${i}_NO_1.wav yes; espeak-ng -s 1${i}5 -w rec/no/s${i}_NO_1.wav no; done
$ head -c 3000 rec/yes/s1_NO_1.wav > rec/yes/s4_NO_1.wav
$ : > rec/yes/s5_NO_1.wav
$ echo text > rec/notes.txt
$ mote data add rec -q
mote data add: 2 files that are or may hold recordings were left out
groups: '{group}_NO_*' (the names look like Arabic Speech Commands)
refused: rec/yes/s4_NO_1.wav: the header promises {{[0-9]+}} bytes of samples, only 2956 are there; the file was cut short
refused: rec/yes/s5_NO_1.wav: is empty
rec: 9 files: 6 taken (6 words; {{.*}}), 0 known, 1 skipped, 2 refused
skipped: a text: 1
[exit 1]
$ mote data add rec -q --json 2>/dev/null | grep -E '"(entries|files|added|known|skipped|refused)"'
    "entries": 9,
    "files": 8,
    "added": 0,
    "known": 6,
    "skipped": 1,
    "refused": 2,

# A plan: what each folder would become, and nothing written.
$ mote data add rec -q --dry-run --label maybe
mote data add: 1 files that are or may hold recordings were left out
groups: '{group}_NO_*' (the names look like Arabic Speech Commands)
labels: the label ('maybe') is not asked for by this project: yes, no;
        they are taken as other words
folder  files  becomes            group of the first  split
no/         3  maybe              s1                  dealt
/           1  skipped: a text    -                   -
yes/        4  maybe              s1                  dealt
yes/        1  refused: is empty  -                   -
9 files: 7 would be taken or are known, 1 skipped, 1 refused; nothing was written
refused: rec/yes/s5_NO_1.wav: is empty
[exit 1]
$ mote data list --label maybe | tail -1
none of 6 recordings is like that

# Patterns, labels and roles. Another label or speaker for a file replaces what it was.
$ rm rec/yes/s4_NO_1.wav rec/yes/s5_NO_1.wav
$ mote data add rec/yes -q --group-pattern '{group}'
groups: '{group}'
rec/yes: 3 files: 3 taken {{.*}}
changed: 3 files in the place of what was there; 'mote data undo' is the way back, --keep keeps both
$ mote data undo
import 2 of {{.*}} (rec/yes{{.*}}) is undone: 3 samples taken out, 3 put back
$ mote data add rec -q --group-pattern '{group}_take*'
mote data add: group pattern '{group}_take*' fits none of the 6 names, the first is 'no/s1_NO_1.wav'; nothing was added
[exit 3]
$ mote data add rec -q --group-pattern 's*'
mote data add: group pattern 's*': holds {group} 0 times, expected once, as in '{group}_nohash_*'
[exit 3]
$ mote data add rec -q --role noise
mote data add: --role 'noise': expected 'example', 'background' or 'negative'
[exit 2]
$ mote data add rec -q --negative --role background
mote data add: --negative and --role background: say one
[exit 2]
$ mote data add nowhere -q
mote data add: 'nowhere': no such file or folder
[exit 7]
$ mkdir none && echo text > none/a.txt && mote data add none -q
mote data add: 'none': no recording in it (WAV, FLAC, OGG, MP3, ..)
none: 1 file: 0 taken {{.*}}, 0 known, 1 skipped, 0 refused
skipped: a text: 1
[exit 7]
$ espeak-ng -s 80 -w room.wav 'some words that are far away'
$ mote data add room.wav -q --role background
room.wav: 1 file: 1 taken (0 words, 1 background; {{.*}}), 0 known, 0 skipped, 0 refused

# A length that a pipe wrote means "to the end".
$ mkdir -p piped/yes && espeak-ng --stdout yes > piped/yes/s7_NO_1.wav && mote data add piped -q | tail -1
piped: 1 file: 1 taken (1 word; {{.*}}

# Removing and the way back.
$ mote data remove --group s7
  piped/yes/s7_NO_1.wav (yes, s7)
1 sample removed
'mote data undo' brings them back
$ mote data remove --group s7
mote data remove: none of 7 recordings is like that
[exit 7]
$ mote data undo
removal {{[0-9]+}} of {{.*}} (group s7{{.*}}) is undone: 0 samples taken out, 1 put back
$ mote data undo
import {{[0-9]+}} of {{.*}} (piped{{.*}}) is undone: 1 sample taken out, 0 put back
$ mote data remove
mote data remove: say which recordings: by label, group, origin, import, sample, path, or those whose file is gone
[exit 3]

# A name that is not UTF-8 is a name like others; the document shows it as well as it can.
$ cp room.wav "$(printf 'w\\377.wav')" && printf x >> "$(printf 'w\\377.wav')"
$ mote data add "$(printf 'w\\377.wav')" -q --json --role background | grep -c '"path": "w'
1
$ mote data list --json | grep -c '"hash"'
8
$ mote predict "$(printf 'w\\377')" x --json 2>/dev/null | grep -c '"status": "NOT_FOUND"'
1

# Versions: the copies above count once, splits hold whole groups.
$ sed -i 's/^data:/data:\n  builtin: off/' mote.yaml
$ mote data version
v1 ({{[0-9a-f]{12}}})
6 recordings: 2 train, 2 validation, 2 test; 1 backgrounds
left out: {{[0-9]}} duplicates, 0 with contradicting labels (see 'mote data check')
missing: no recording of any other word: what it does with other speech cannot be judged; add recordings of at least 3 other words, better 20
advice: few people (3): one split says little; judge the recipe with all of them by 'mote evaluate --folds 3', and let what ships learn from all ('training.refit: all')
$ mote data version --json | grep -cE '"(groups_known|words_apart|missing|advice)":'
4
$ mote data list --limit 0 --split test --json | grep -c '"group"'
2
$ mote data show latest
v1 ({{[0-9a-f]{12}}})
label  recordings  groups  seconds  train  validation  test  unused  no split yet
no              3       3 {{.*}} 1           1     1       0             0
yes             3       3 {{.*}} 1           1     1       0             0
all             6       3 {{.*}} 2           2     2       0             0
backgrounds: 1, {{.*}}
$ mote data diff v1 v7
mote data diff: data version 'v7': not there; there are v1 to v1 ('mote data version --list')
[exit 7]
$ mote data diff v1
v1 to v1: 0 added, 0 removed, 0 changed

# Synthesis is repeatable: the second call finds everything there.
$ mote data synth -q -n 2 -u 2 -b 1 --json | grep -E '"(words|unknown|backgrounds|known)"'
  "words": 4,
  "unknown": 2,
  "backgrounds": 1,
  "known": 0,
$ mote data synth -q -n 2 -u 2 -b 1 --json | grep -E '"(words|known)"'
  "words": 0,
  "known": 7,

# Only what is missing: recordings of people are not mixed with speech of a synthesiser.
$ mote data synth -q -n 2 -u 3 --seed 7 --unknown-only --json | grep -E '"(words|unknown|backgrounds)"'
  "words": 0,
  "unknown": 3,
  "backgrounds": 0,
$ mote data synth -q -b 2 --seed 7 --background-only
0 keywords, 0 other words and 2 backgrounds added, 0 were there
0 voices of espeak-ng {{.*}}
This is synthetic noise: record the rooms it will work in for what is shipped.
$ mote data synth -q --background-only --unknown-only
mote data synth: --unknown-only and --background-only exclude each other; call once with each for both without the keywords
[exit 2]
$ mote data synth -q --voices 75
mote data synth: --voices '75': expected two rising percentages, as in '0-75'
[exit 2]
$ mote data synth -q --language klingon
mote data synth: espeak-ng has no voice for language 'klingon'; 'espeak-ng --voices' lists what there is
[exit 7]

# Without the program it says what to install.
$ ln -s "$(command -v mote)" /tmp/mote-alone-$$; PATH=/nonexistent /tmp/mote-alone-$$ data synth -q; c=$?; rm /tmp/mote-alone-$$; (exit $c)
mote data synth: 'espeak-ng' is not installed; install the package espeak-ng (apt-get install espeak-ng), or add recordings of your own with 'mote data add'
[exit 18]

# Checks exit 1 on an error, and the document says the same.
$ mote data check -q | tail -1
mote data check: errors in the data: {{[1-9]}}
recordings checked: {{[0-9]+}}, errors: {{[1-9]}}, warnings: {{[0-9]+}}
$ mote data check -q --json > check.json 2>/dev/null
[exit 1]
$ grep -c '"severity": "error"' check.json
{{[1-9]}}

# What the project lacks is built in, once, and counted nowhere else.
$ mkdir ../few && cd ../few && mote init . >/dev/null && sed -i 's/^keywords:.*/keywords: [yes, no]/' mote.yaml
$ mote data add ../p/rec/yes/s1_NO_1.wav --label yes -q | tail -1
../p/rec/yes/s1_NO_1.wav: 1 file: 1 taken {{.*}}
$ mote data version -q | head -3
v1 ({{[0-9a-f]{12}}})
1 recording: {{.*}}; 0 backgrounds
built in, synthetic: {{[4-9][0-9]{2}}} other words, 16 noises (data.builtin)
$ mote data version -q | head -1
v1 ({{[0-9a-f]{12}}}): nothing has changed
$ mote data show | grep -E '^(all|backgrounds|built in)'
all             1       1 {{.*}}
backgrounds: 0, 0.0 s
built in, synthetic, counted nowhere above: {{[4-9][0-9]{2}}} other words, 16 noises (data.builtin)
$ mote data list --origin synthetic --split test --limit 1 | grep -c 'builtin:test:'
1
$ cd ../p

# A project without data says what to do.
$ cd .. && mote init empty >/dev/null && cd empty && mote data show
mote data show: there is no data yet: add recordings with 'mote data add DIR', or make some with 'mote data synth'
[exit 7]
$ mote data version
mote data version: there is no data yet: add recordings with 'mote data add DIR', or make some with 'mote data synth'
[exit 7]
