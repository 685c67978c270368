# From nothing to a champion, as status sees it.
# requires: espeak-ng
# timeout: 300
$ mote status
mote status: no mote.yaml in '.' or any folder above: create a project with 'mote init DIR'
[exit 7]
$ mote init words > /dev/null && cd words
$ mote status | grep '^next\|^  data '
  data      -       never run
next: add recordings: 'mote data add DIR', or make some: 'mote data synth'
$ mote status | sed -n '/^missing/,/^$/p'
missing for a model that can be trusted
  '{{.*}}': no recording; at least 20 are needed
...
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/; s/at_most: 20 %/at_most: 1/; s/at_most: 10$/at_most: 100000/' mote.yaml
$ sed -i '/^  budget:/,/^$/d' mote.yaml
$ sed -i 's/min_per_class: .*/min_per_class: 12/' mote.yaml && mote data synth -n 12 --quiet > /dev/null
$ mote run train --quiet > /dev/null
$ mote status | sed -n '4,9p'
  scope     fresh   mote.yaml: {{[0-9]+}} requirements
  data      fresh   v1: 60 clips, 10 background recordings; {{[0-9]+}} clips unused (words held apart)
  plan      fresh   70 recordings checked, {{.*}}
  features  fresh   mfcc 10 of 40 mel, 30/20 ms at 16000 Hz, mean taken off, float
  train     fresh   run {{.*}}
  compress  -       never run

# A change says what it makes stale and why; taking it back makes it fresh.
$ sed -i 's/seed: 1$/seed: 2/' mote.yaml && mote status | grep 'train '
  train     stale   mote.yaml: training changed
$ sed -i 's/seed: 2$/seed: 1/' mote.yaml && mote status | grep -c 'train     fresh'
1

# New samples wait when the schedule says so.
$ sed -i 's/retrain: .*/retrain: {new_samples: 1000}/' mote.yaml
$ mote data synth -n 13 --quiet > /dev/null && mote status | sed -n '/data /,/features/p'
  data      fresh   v1: 60 clips, 10 background recordings; {{[0-9]+}} clips unused (words held apart)
                    {{[0-9]+}} new samples wait, schedule.retrain.new_samples is 1000
  plan      fresh   {{.*}}
  features  fresh   {{.*}}
$ sed -i 's/new_samples: 1000/new_samples: 0/' mote.yaml && mote status | grep '^  data '
  data      stale   samples changed

# What waits, by class; what was removed; a document has it too.
$ mote data synth -n 14 --quiet > /dev/null; mote status | grep '^waiting'
waiting for the next version: {{.*}}
$ mote status --json | grep -c '"waiting": [1-9]'
{{[1-9]}}

# The same as a document.
$ mote status --json > doc.json && grep -c '"state"' doc.json && grep '"next"' doc.json
8
  "next": "bring the project up to date: 'mote run'"

# What the data cannot show is said, with the remedy; the document has it as facts.
$ mote init few > /dev/null && cd few && mote data synth -n 3 -u 0 -b 2 --quiet > /dev/null && mote run data --quiet > /dev/null
$ mote status | sed -n '/^what the data/,/^$/p'
what the data cannot show
  no recording of any other word: what it does with other speech is judged on synthetic speech only (data.builtin); add recordings of at least 3 other words, better 20
  advice: few people (3): one split says little; judge the recipe with all of them by 'mote evaluate --folds 3', and let what ships learn from all ('training.refit: all')

$ mote status --json | grep -cE '"(groups_known|words_apart|n_other_words)"'
3
