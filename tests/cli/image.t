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
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet | sed '/^$/,$d'
data      ran    v1: 288 samples
plan      ran    288 pictures checked, warnings: {{[0-9]+}}; about {{.*}} of flash and {{.*}} of RAM on cortex-m4f
features  ran    pixels about {{.*}} deviations
train     ran    run {{[0-9a-f]+}}: {{[0-9.]+}} % on validation, epoch {{[0-9]+}} of 25
compress  ran    int8 {{.*}}
evaluate  ran    accuracy {{.*}}
compile   ran    not measured: {{.*}}
deploy    ran    shapes/1 promoted: it is the first version
$ bare mote run --quiet | grep -c fresh
8

# Any file of any size; what is no picture is named.
$ mote predict shapes in/disc/cam1-0.pgm --json | tr -d ' \n' | grep -o '"label":"disc"'
"label":"disc"
$ echo hello > note.png; mote predict shapes note.png
mote predict: 'note.png' is no image that is read (PNG, JPEG, BMP, PGM, PPM): it is a text
[exit 10]

# Another fit is other samples.
$ sed -i 's/fit: crop/fit: letterbox/' mote.yaml; bare mote run features --quiet | sed -n '1p;3p'
data      fresh  v1: 288 samples
features  ran    pixels about {{.*}} deviations

# Keys of sound mean nothing here.
$ echo 'clip_ms: 100' >> mote.yaml; mote run
mote run: mote.yaml:{{[0-9]+}}:1: 'clip_ms' belongs to tasks 'keyword', 'sound', and means nothing to task 'image'
[exit 4]
