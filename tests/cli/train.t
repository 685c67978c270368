# Training is recorded as a run, and not repeated.
# requires: espeak-ng
# timeout: 300
$ mote init words > /dev/null && cd words
$ mote train
mote train: data: there is no data yet: add recordings with 'mote data add DIR', or make some with 'mote data synth'
[exit 7]
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/' mote.yaml
$ sed -i '/^  budget:/,/^$/d' mote.yaml
$ mote data synth -n 12 --quiet > /dev/null
$ mote train --quiet | tail -n 1
train     ran    run {{[0-9a-f]+: .* on validation, epoch 2 of 2}}
$ mote train --quiet | tail -n 1
train     fresh  run {{[0-9a-f]+: .* on validation, epoch 2 of 2}}
$ mote runs --json | grep -c '"FINISHED"'
1
$ mote train --force --quiet | tail -n 1
train     ran    run {{[0-9a-f]+: .* on validation, epoch 2 of 2}}
$ mote runs --json | grep -c '"FINISHED"'
2
$ mote train --threads 0
mote train: option --threads: 0 is outside 1 to 256
[exit 2]
