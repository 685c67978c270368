# Training is recorded as a run, and not repeated.
# requires: espeak-ng
# timeout: 300
$ mote init words > /dev/null && cd words
$ mote train
mote train: data: there is no data yet: add recordings with 'mote data add DIR', or make some with 'mote data synth'
[exit 7]
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/; s/at_most: 20 %/at_most: 1/; s/at_most: 10$/at_most: 100000/' mote.yaml
$ sed -i '/^  budget:/,/^$/d' mote.yaml
$ sed -i 's/min_per_class: .*/min_per_class: 12/' mote.yaml && mote data synth -n 12 --quiet > /dev/null
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

# What cannot fit is not trained, and no run is begun.
$ printf 'device:\n  target: cortex-m0plus\n  budget: {ram: 1 KiB}\n' > budget && sed -i -e '/^device:/,/^$/d' -e '$r budget' mote.yaml
$ mote train --force 2>&1 > out.txt | tail -n 1
mote train: plan: the model would need {{[0-9]+}} bytes of RAM on cortex-m0plus {{.*}}, device.budget.ram is 1024: {{.*}}
$ sed -i 's/ram: 1 KiB/flash: 1 KiB/; s/channels: 8/channels: 32/' mote.yaml
$ mote train 2>&1 > out.txt | tail -n 1
mote train: plan: the model would need about {{[0-9]+}} bytes of flash on cortex-m0plus {{.*}}, device.budget.flash is 1024: {{.*}}
$ mote train > out.txt 2>&1
[exit 1]
$ mote runs --json | grep -c '"run_id"'
2

# Mistakes.
$ mote train --threads 0
mote train: option --threads: 0 is outside 1 to 256
[exit 2]
