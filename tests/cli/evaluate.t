# Judging needs data.
# requires: espeak-ng arm-none-eabi-gcc qemu-system-arm
# timeout: 300
$ mote init words > /dev/null && cd words
$ mote evaluate
mote evaluate: data: there is no data yet: add recordings with 'mote data add DIR', or make some with 'mote data synth'
[exit 7]

# A model that has hardly learned anything is judged, and refused by exit code 1.
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: 90 %/at_least: 99.9 %/' mote.yaml
$ sed -i 's/min_per_class: .*/min_per_class: 12/' mote.yaml && mote data synth -n 12 --quiet > /dev/null
$ mote evaluate --quiet > out.txt
mote evaluate: {{[1-9]}} of 8 requirements not met{{.*}}
[exit 1]
$ grep -c 'taken for' out.txt
2
$ sed -n '/^clean/p' out.txt
clean: accuracy {{[0-9.]+ % \([0-9.]+ to [0-9.]+\), macro F1 .*, n [0-9]+}}
$ grep '^stream of' out.txt
stream of 0.02 h with {{[0-9]+}} words, threshold {{.*}} false accepts an hour {{.*}} missed {{.*}}
$ grep 'accuracy@test' out.txt
  not met          accuracy@test  {{.*}}, at least 99.9 %: {{.*}} points short{{.*}}
$ grep -o 'on speech of .* training nor validation' out.txt | sort -u
on speech of {{[0-9]+}} synthetic voices who were in neither training nor validation
$ grep -o '; it is .*' out.txt | head -n 1
; it is '{{bed|cat|happy}}'
$ grep 'not tested' out.txt
  not tested: {{.*}}speech of people (all of it is synthetic); {{.*}}distance and age (never recorded)
$ grep 'exceeded' out.txt
  exceeded: stream.max_false_accepts_per_hour is 1, but false_accepts_per_hour@stream measured {{.*}}; no requirement asks for it, so no verdict says it
$ mote status --json | jq -c '[.not_tested, .promises, .exceeded] | map(type)'
["array","array","array"]
$ mote evaluate --json 2> /dev/null | jq -r '.exceeded[0].limit'
stream.max_false_accepts_per_hour

# The second time nothing runs, and the answer is the same.
$ mote evaluate --quiet > again.txt
mote evaluate: {{[1-9]}} of 8 requirements not met{{.*}}
[exit 1]
$ sed -n '/^clean/,$p' out.txt > a; sed -n '/^clean/,$p' again.txt > b; cmp a b && grep -c fresh again.txt
7
