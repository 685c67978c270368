# Kinds of sound, told apart: recordings longer than what the model hears at a time are many clips of it.
# timeout: 120
$ mote init things --template sound | grep 'data add'
  mote data add DIR  recordings, one folder per kind of sound
$ mkdir pump && cd pump && printf 'name: pump\ntask: sound\nclip_ms: 500\nrate_hz: 8000\nfeatures: {kind: logmel, mels: 20, high_hz: 3900, window_ms: 32}\nmodel: {architecture: ds-cnn, channels: 8, blocks: 1}\ntraining: {epochs: 20, min_steps: 400, batch: 16, learning_rate: 0.01, patience: 0}\naugmentation: {noise: {probability: 0}}\ndata: {group_pattern: "{group}-*", require: {min_per_class: 5}}\n' > mote.yaml
$ for c in rest run leak; do mkdir -p in/$c; for g in 1 2 3 4 5 6 7 8 9; do awk -v g=$g -v c=$c 'BEGIN { srand(g * 9 + length(c)); n = 12000; f = 100 + 8 * rand(); for (i = 0; i < n; i++) { t = i / 8000 * 6.2831853; v = 300 * (rand() - 0.5); if (c != "rest") v += 3000 * sin(f * t) + 1200 * sin(2 * f * t); if (c == "leak") v += 3000 * (rand() - 0.5); v = int(v); if (v < 0) v += 65536; printf "\\%03o\\%03o", v % 256, int(v / 256) } }' > raw; { printf 'RIFF\344\135\000\000WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\300\135\000\000'; printf "$(cat raw)"; } > in/$c/unit$g-1.wav; done; done; rm raw
$ mote data add in 2> /dev/null | tail -1
in: 27 files: 27 taken (27 recordings; 40.5 s), 0 known, 0 skipped, 0 refused
$ bin=$(dirname "$(command -v mote)"); PATH=$bin mote run --quiet > run.txt; grep -E '^(data|features|evaluate|deploy)' run.txt
data      ran    v1: 27 recordings
features  ran    log-mel 20 mel, 32/20 ms at 8000 Hz, float
evaluate  ran    {{(8[5-9]|9[0-9]|100)\.[0-9]}} % clean{{.*}}
deploy    ran    pump/1 promoted: it is the first version

# Nothing of it is about words; the clips of a recording are three, in one split.
$ grep -i 'word\|speech\|spoken\|synthetic\|speaker' run.txt
[exit 1]
$ mote predict pump in/rest/unit1-1.wav in/run/unit1-1.wav in/leak/unit1-1.wav | awk 'NR > 1 { print $1, $2 }'
in/rest/unit1-1.wav rest
in/run/unit1-1.wav run
in/leak/unit1-1.wav leak

# A stride makes more of them; where words are asked for there is none.
$ PATH=$bin mote run features --quiet > /dev/null; sed -i 's/data: {/data: {stride_ms: 100, /' mote.yaml; mote status | grep -E '^  (data|features) '
  data      fresh {{.*}}
  features  stale {{.*}}
$ printf 'name: w\ntask: keyword\nkeywords: [a, b]\ndata: {stride_ms: 100}\n' > ../w.yaml; mkdir ../w && mv ../w.yaml ../w/mote.yaml; mote status --project ../w 2>&1 | head -1
mote status: {{.*}}mote.yaml:4:8: 'data.stride_ms' {{.*}}
