# A network becomes a C project that builds here, with the numbers of its plan.
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o fw --json
{
  "dir": "fw",
  "target": "cortex-m4f",
{{ *"files": [0-9]+,}}
  "kept": 0,
{{ *"arena_bytes": [0-9]+,}}
{{ *"ram_bytes": [0-9]+,}}
{{ *"weights_bytes": [0-9]+,}}
{{ *"code_estimate_bytes": [0-9]+,}}
{{ *"flash_estimate_bytes": [0-9]+,}}
{{ *"macs": [0-9]+,}}
  "hints": []
}
$ make -s -C fw host && ls fw/libmodel_host.a
fw/libmodel_host.a
$ ls fw/device | grep -v '^mrt_.*[ch]$'
[exit 1]
$ ls -d fw/device/*/
ls: {{.*}}
[exit 2]

# With a name, two models lie side by side and share the kernels; the list knows both.
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o pair --name hello | head -1
pair: {{[0-9]+}} files for cortex-m4f
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_2.tflite -o pair --name bye | head -1
pair: {{[0-9]+}} files for cortex-m4f
$ ls pair; (cd pair && sha256sum --quiet -c SHA256SUMS) && diff -r fw/device pair/device | grep -v '^Only in'
Makefile
README.md
SHA256SUMS
bye.c
bye.h
device
hello.c
hello.h
main.c
target.ld
[exit 1]
$ grep -c 'hello_run\|HELLO_' pair/hello.h; grep -E '(^|[^_])(model_|MODEL_)' pair/hello.[ch]
{{[0-9]+}}
[exit 1]
$ make -s -C pair host && ls pair/libbye_host.a
pair/libbye_host.a

# Again is no trouble; what was changed by hand is kept or named, never lost.
$ (cd fw && sha256sum --quiet -c SHA256SUMS && echo mine >> main.c)
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o fw -t cortex-m7 | tail -1
kept as you changed it: main.c or target.ld
$ tail -1 fw/main.c
mine
$ grep -c "for cortex-m7" fw/Makefile
1
$ echo mine >> fw/model.h
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o fw
mote compile: compile {{.*}}: 'fw/model.h' is not as it was generated: move it away, or write to another folder; nothing was written
[exit 8]
$ mkdir other && echo mine > other/Makefile
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o other
mote compile: compile {{.*}}: 'other/Makefile' is not as it was generated: {{.*}}
[exit 8]
$ ls other
Makefile

# A float front end on a core without FPU: what would suit it, and what that saves.
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio.mote -o m0 -t cortex-m0plus | tail -1
hint: cortex-m0plus has no FPU and the front end computes in floating point: 'features.arithmetic: fixed' takes fewer instructions, which 'mote measure' counts, and about {{[0-9]+}} bytes of flash instead of {{[0-9]+}} (exact tables, recorded code sizes); the model then has to be trained anew, with 'mote run', as its features change
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio.mote -o m4 -t cortex-m4f | grep -c hint
0
[exit 1]

# Mistakes.
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o bad --name class
mote compile: 'class' is a word of C or C++; take 'class_model'
[exit 2]
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o bad --name 2nd
mote compile: '2nd' cannot begin a name in C: a letter, then letters, digits and '_'; for example 'model_2nd'
[exit 2]
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -o bad --name hello_keyword; ls bad
mote compile: 'hello_keyword' would meet the files of a model 'hello'; take 'hello_keyword_model'
ls: {{.*}}
[exit 2]
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite
mote compile: say where to write: -o DIR
[exit 2]
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -t cortex-m5 -o fw
mote compile: there is no target 'cortex-m5'; did you mean 'cortex-m55'?
[exit 7]
$ echo nothing > bad.tflite; mote compile bad.tflite -o fw
mote compile: load 'bad.tflite': it is neither a model bundle (which begins with 'MOTB') nor a .tflite file ('TFL3' at byte 4)
[exit 4]
