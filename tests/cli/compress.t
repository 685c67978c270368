# What int8 costs, on the validation split.
# requires: espeak-ng
# timeout: 300
$ mote init words > /dev/null && cd words
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/; s/at_most: 20 %/at_most: 1/; s/at_most: 10$/at_most: 100000/' mote.yaml
$ sed -i '/^  budget:/,/^$/d' mote.yaml
$ sed -i 's/min_per_class: .*/min_per_class: 12/' mote.yaml && mote data synth -n 12 --quiet > /dev/null
$ mote compress --quiet
data      ran    v1: 60 clips, 10 background recordings; {{[0-9]+}} clips unused (words held apart)
plan      ran    70 recordings checked, warnings: {{[0-9]+}}; about {{.*}} of flash and {{.*}} of RAM on cortex-m4f
features  ran    mfcc 10 of 40 mel, 30/20 ms at 16000 Hz, mean taken off, float
train     ran    run {{[0-9a-f]+: .* on validation, epoch 2 of 2}}
compress  ran    int8 {{[0-9.]+}} % against float {{[0-9.]+}} % on validation
$ mote compress --json --quiet | grep -c '"accuracy_s8": [01]'
1
$ mote compress extra
mote compress: unexpected argument 'extra': the command takes none
[exit 2]

# A run whose last stage is still to come is no model yet, and what makes it one is said.
$ printf '[0]' > x.json && mote predict latest x.json
mote predict: {{.*}}run '{{.*}}' is trained, but has no model to use yet: the last stage makes it; 'mote run' runs the stages that are missing, with the data and the mote.yaml of that run
[exit 7]
