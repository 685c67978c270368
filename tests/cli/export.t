# What is exported is read again, and is the same network.
$ mote export "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_2.tflite -o a.tflite
wrote a.tflite
$ mote export a.tflite -o b.tflite && mote compile a.tflite -o a >a.txt && mote compile b.tflite -o b >b.txt
wrote b.tflite
$ tail -n +8 a/model.c > a.c; tail -n +8 b/model.c > b.c; cmp a.c b.c
$ mote export a.tflite --format c -o project
wrote project
$ ls project/model.c
project/model.c
$ mote export a.tflite --format c -o named --name hello && ls named/hello.c
wrote named
named/hello.c
$ mote export a.tflite -o x.tflite --name hello
mote export: --name begins the names of generated C; the format 'tflite' has none
[exit 2]
$ mote export a.tflite
mote export: say where to write: -o PATH
[exit 2]
$ mote export a.tflite --format bundle -o a.mote
mote export: 'a.tflite' is a file already
[exit 2]
