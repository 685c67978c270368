# A model that takes tensors, from a file.
$ awk 'BEGIN { printf "["; for (i = 0; i < 36; i++) printf "%s%.2f", i ? "," : "", i / 36; print "]" }' > in.json
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote in.json
input    label  probability  detected  from
in.json  {{[^ ]+ +[01]\.[0-9]+ +(yes|no) +0 ms}}
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote in.json in.json --json | grep -c '"label"'
2

# Inputs that do not fit are named, with what would.
$ echo '[1, 2, x]' > bad.json
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote bad.json
mote predict: 'bad.json': line 1, column 8: a number is expected here
[exit 4]
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote none.json
mote predict: {{.*none.json.*}}
[exit 7]
$ echo hello > text.mote; mote predict text.mote in.json
mote predict: {{.*text.mote.*}}
[exit 4]
$ mote predict
...
[exit 2]
