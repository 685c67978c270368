# From a folder of recordings to a project in one command, and round the loop in the next.
# requires: espeak-ng
# timeout: 300
$ mkdir -p rec/yes rec/no rec/_background_noise_ rec/empty
$ for i in 1 2 3; do espeak-ng -s 1${i}0 -w rec/yes/s${i}_nohash_0.wav yes; espeak-ng -s 1${i}5 -w rec/no/s${i}_nohash_0.wav no; done
$ cp rec/no/s1_nohash_0.wav rec/_background_noise_/hum.wav
$ mote init words --data rec -q
created words/.gitignore
created words/README.md
created words/mote.yaml

keywords, the folders of rec: no, yes
groups: '{group}_nohash_*' (the names look like Google Speech Commands)
rec: 7 files: 7 taken (6 words, 1 background; {{.*}}), 0 known, 0 skipped, 0 refused

next: cd words, look through mote.yaml, then
  mote scope         what it is for, as questions and answers
  mote run           once round the loop
$ grep ^keywords: words/mote.yaml
keywords: ["no", "yes"]
$ sed -i "s|^data:|data:\n  builtin: off|" words/mote.yaml && mote run data --project words -q
data      ran    v1: {{.*}}

# --word says which of them are asked for, and another template takes its labels from the data.
$ mote init sounds --template sound --data rec --json -q | grep -E '"(template|files)"'
  "template": "sound",
      "files": 7,
$ mote data show --project sounds | grep -c -E '^(yes|no) '
2

# What is refused is refused before anything is made; what is left out of the data is said.
$ mkdir flat && cp rec/yes/*.wav flat && mote init other --data flat
mote init: --data 'flat': there is no folder with recordings in it whose name could be a keyword: {{.*}} or name the words with --word
[exit 7]
$ mote init other --data nowhere
mote init: {{.*}}nowhere{{.*}}
[exit 7]
$ ls other
{{.*}}No such file{{.*}}
[exit 2]
$ : > rec/yes/s9_nohash_0.wav
$ mote init other --data rec -q | tail -2
mote init: 1 files that are or may hold recordings were left out
  mote scope         what it is for, as questions and answers
  mote run           once round the loop
