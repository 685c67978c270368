# Pictures, once round the loop, on the example: three shapes, seen by eight cameras.
# timeout: 120
$ mote init things --template image > init.txt && grep -c "task: image" things/mote.yaml
1
$ mote init things --template images
mote init: no template 'images', did you mean 'image'?
[exit 7]
$ mkdir shapes && cd shapes && cp "$MOTE_SOURCE_ROOT"/examples/shapes/mote.yaml . && sh "$MOTE_SOURCE_ROOT"/examples/shapes/make.sh in
$ mote data add in --quiet | grep -c '288 files: 288 taken'
1
$ mote data show | sed 's/ .*//;$!d'
all
$ mote data show | grep -c 'seconds\|background'
0
[exit 1]

# What the pictures are like, and which are none, too small, empty, or there twice.
$ mote data check 2> /dev/null
note forms: sizes and colours of pictures: 1
    20 x 16, grey: 288
    do: nothing needs to be done where the product will see the same
pictures checked: 288, errors: 0, warnings: 0
$ mkdir odd && { printf 'P5 20 16 255\n'; head -c 320 /dev/zero; } > odd/cam9-1.pgm && { printf 'P5 8 8 255\n'; seq 99 | head -c 64; } > odd/cam9-2.pgm && head -c 100 in/disc/cam1-0.pgm > odd/cam9-3.pgm
$ mote data add odd --label disc > /dev/null 2>&1; mote data check --json 2> /dev/null | grep -A3 '"id": "\(small\|one-colour\|left-out\)"' | grep '"\(id\|count\|text\)"'
      "id": "left-out",
      "count": 1,
      "text": "files that could not be added and were left out: 1",
      "id": "one-colour",
      "count": 1,
      "text": "pictures of one colour only: 1",
      "id": "small",
      "count": 1,
      "text": "pictures smaller than what is made of them, and blown up: 1",
$ mote data remove odd > /dev/null 2>&1; mote data check 2> /dev/null | grep -c 'pictures checked: 288'
1
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet | sed '/^$/,$d'
data      ran    v1: 288 pictures
plan      ran    288 pictures checked, warnings: {{[0-9]+}}; about {{.*}} of flash and {{.*}} of RAM on cortex-m4f
features  ran    pixels about {{.*}} deviations
train     ran    run {{[0-9a-f]+}}: {{[0-9.]+}} % on validation, epoch {{[0-9]+}} of 25
compress  ran    int8 {{.*}}
evaluate  ran    accuracy {{.*}}
compile   ran    not measured: {{.*}}
deploy    ran    shapes/1 promoted: it is the first version
$ bare mote run --quiet | grep -c fresh
8
$ mote report -o page.html > /dev/null && grep -c 'figure class=thumb' page.html
{{1[2-9]|2[0-4]}}
$ grep -c '<b class=met>' page.html
{{[0-9]+}}

# Any file of any size; what is no picture is named.
$ mote predict shapes in/disc/cam1-0.pgm --json | tr -d ' \n' | grep -o '"label":"disc"'
"label":"disc"
$ echo hello > note.png; mote predict shapes note.png
mote predict: 'note.png' is no image that is read (PNG, JPEG, BMP, PGM, PPM): it is a text
[exit 10]

# A server is sent pictures by mote bench.
$ (mote serve shapes --port 0 --threads 1 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.3; done
$ url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json)
$ mote bench $url -n 20 -c 2 --quiet | head -1
20 answers, 0 failed, {{[0-9.]+}} % right
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -n 1 log.txt
ended 0

# Another fit is other samples.
$ sed -i 's/fit: crop/fit: letterbox/' mote.yaml; bare mote run features --quiet | sed -n '1p;3p'
data      fresh  v1: 288 pictures
features  ran    pixels about {{.*}} deviations

# Keys of sound mean nothing here.
$ echo 'clip_ms: 100' >> mote.yaml; mote run
mote run: mote.yaml:{{[0-9]+}}:1: 'clip_ms' belongs to tasks 'keyword', 'sound', 'anomaly', and means nothing to task 'image'
[exit 4]
