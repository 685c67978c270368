# A model that takes tensors, from a file.
$ awk 'BEGIN { printf "["; for (i = 0; i < 36; i++) printf "%s%.2f", i ? "," : "", i / 36; print "]" }' > in.json
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote in.json
input    label  probability  from  detected
in.json  {{[^ ]+ +[01]\.[0-9]+ +0 ms +(no|[^ ]+ [01]\.[0-9]+)}}
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote in.json in.json --json | grep -c '"probabilities"'
2

# A recording: the label of a window, and what the device would say; or the label alone.
$ cp "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/audio/pcm16.wav one.wav
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio.mote one.wav --resample
{{input +label +probability +from +detected}}
one.wav  {{[^ ]+ +[01]\.[0-9]+ +-?[0-9]+ ms +(no|[^ ]+ [01]\.[0-9]+ at -?[0-9.]+ s.*)}}
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio.mote one.wav --resample --label-only
{{input +label +probability +from +detected}}
one.wav  {{[^ ]+ +[01]\.[0-9]+ +-?[0-9]+ ms +not asked}}
$ mote predict "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio.mote one.wav --resample --label-only --json | grep detect
    "detected": null,

# Models are known by their content, whatever the file's name; a .tflite file has numbers for labels.
$ mote export "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote -o net.bin
wrote net.bin
$ cp "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote bundle.tflite
$ for m in bundle.tflite net.bin; do mote predict $m in.json --json | sed -n '/"probabilities"/,/}/s/.*: \([01][.0-9]*\).*/\1/p' > $m.txt; done
$ cmp bundle.tflite.txt net.bin.txt && wc -l < net.bin.txt
2
$ mote predict net.bin in.json
input    label  probability  from  detected
in.json  {{[01] +[01]\.[0-9]+ +0 ms +no}}
$ mote compile bundle.tflite -o fw | head -1
{{.*}}
$ mote compile net.bin -o fw2 | head -1
{{.*}}
$ mote export bundle.tflite -o again.bin && cmp net.bin again.bin
wrote again.bin
$ mote measure text.tflite; echo hello > text.tflite; mote measure text.tflite
mote measure: there is no file 'text.tflite', and no project whose registry might have it
mote measure: load 'text.tflite': it is neither a model bundle (which begins with 'MOTB') nor a .tflite file ('TFL3' at byte 4)
[exit 4]
$ printf 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n' > pointer.mote; mote predict pointer.mote in.json
mote predict: load 'pointer.mote': it is a Git LFS pointer, not the model: 'git lfs pull' fetches that
[exit 4]

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
