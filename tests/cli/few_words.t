# requires: espeak-ng jq
# Few different words of its own: others beside them, in training alone, and it is said why.
$ mkdir five && cd five && mote init . >/dev/null && sed -i 's/^keywords:.*/keywords: [yes, no]/; s/min_per_class: 20/min_per_class: 3/' mote.yaml
$ grep '^  few_words:' mote.yaml
  few_words: 20 {{.*}}
$ for w in yes no dog cat; do mkdir -p rec/$w; for s in 1 2 3; do espeak-ng -v en-us+f$s -w rec/$w/s${s}_NO_1.wav $w; done; done
$ mote data add rec -q | tail -1
rec: 12 files: 12 taken {{.*}}
$ mote data version -q | grep -A 1 '^built in'
built in, synthetic: {{[2-4][0-9]{2}}} other words, 16 noises (data.builtin)
those words are in training alone: 2 different other words to learn from, fewer than 20 (data.few_words)
$ mote data version -q --json | jq -r '.is_new, .builtin.why'
false
2 different other words to learn from, fewer than 20 (data.few_words)
$ mote data show | tail -1
synthetic other words are in training: 2 different other words to learn from, fewer than 20 (data.few_words)
$ mote data show --json | jq -r .builtin.why
2 different other words to learn from, fewer than 20 (data.few_words)
$ mote data check -q 2>/dev/null | grep -A 1 few-different
note few-different-words: 2 different other words to learn from, fewer than 20 (data.few_words): synthetic other words are in training beside them
    do: add recordings of more words, one folder per word, by many people
$ mote run data -q
data      ran    v1: 12 clips, 0 background recordings; built in, synthetic: {{[2-4][0-9]{2}}} other words, 16 noises (data.builtin); those in training alone: 2 different other words to learn from, fewer than 20 (data.few_words)
$ mote data list --origin synthetic --split test --limit 1 | grep -c 'builtin:test:'    # made, and in no version
1
$ mote status | grep '^  data'
  data      fresh   v1: 12 clips, {{.*}}
$ sed -i '/^  few_words:/d' mote.yaml && mote status | grep '^  data'
  data      stale   builtin changed
$ mote data show | tail -1
built in, synthetic, counted nowhere above: {{[4-9][0-9]{2}}} other words, 16 noises (data.builtin)
