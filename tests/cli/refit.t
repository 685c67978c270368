# The model that ships learns from everybody, and folds judge the recipe.
# requires: espeak-ng
# timeout: 300
$ mote init words > /dev/null && cd words
$ sed -i 's/epochs: .*/epochs: 2/; s/refit: none/refit: everybody/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ mote status 2>&1 | head -n 1
mote status: mote.yaml:{{[0-9]+:[0-9]+}}: 'training.refit' must be one of none|all, not 'everybody'
$ sed -i 's/refit: everybody.*/refit: all\n  refit_folds: 2/' mote.yaml
$ mote status 2>&1 | head -n 1
mote status: mote.yaml:{{[0-9]+:[0-9]+}}: 'training.refit_folds' {{.*}}3{{.*}}20{{.*}}
$ sed -i 's/refit_folds: 2/refit_folds: 3/; s/^stream:/stream:\n  hours: 0.02/; s/min_per_class: .*/min_per_class: 12/' mote.yaml
$ mote data synth -n 12 --quiet > /dev/null
$ mote run evaluate --quiet > out.txt; grep '^train' out.txt
train     ran    run {{[0-9a-f]{8}: [0-9.]+}} % by 3 folds on whom each had not heard, then 2 epochs on everybody
$ grep '^compress' out.txt
compress  ran    int8 {{[0-9.]+}} % against float {{[0-9.]+}} % by the folds
$ grep -o '; judged by .*everybody' out.txt
; judged by 3 folds over speakers; the shipped model has learned from everybody

# What was measured says so, and the models of the folds are kept with the run.
$ mote status | grep -o 'on speech of .* everybody' | sort -u
on speech of {{[0-9]+}} synthetic voices, judged by 3 folds over speakers; the shipped model has learned from everybody
$ mote runs latest --json | grep -o 'model/fold-[0-9].s8'
model/fold-1.s8
model/fold-2.s8
model/fold-3.s8
$ ls .mote/work | grep -c fold
0
[exit 1]
