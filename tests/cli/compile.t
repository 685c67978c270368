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
{{ *"macs": [0-9]+}}
}
$ make -s -C fw host && ls fw/libmodel_host.a
fw/libmodel_host.a
$ ls fw/device
mrt_port.h
nn

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

# Mistakes.
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite
mote compile: say where to write: -o DIR
[exit 2]
$ mote compile "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -t cortex-m5 -o fw
mote compile: there is no target 'cortex-m5'; did you mean 'cortex-m55'?
[exit 7]
$ echo nothing > bad.tflite; mote compile bad.tflite -o fw
mote compile: load 'bad.tflite': it is neither a model bundle (which begins with 'MOTB') nor a .tflite file ('TFL3' at byte 4)
[exit 4]
