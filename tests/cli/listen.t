# A file, as fast as it goes, and raw sound on standard input: the same is heard.
$ m="$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio.mote; mote export "$m" -o net.tflite > /dev/null; python3 -c "
> import random, struct, wave
> r = random.Random(1); w = wave.open('talk.wav', 'wb'); w.setnchannels(1); w.setsampwidth(2); w.setframerate(16000)
> x = [int(r.uniform(-1, 1) * (8000 if i // 8000 % 2 else 200)) for i in range(16000 * 6)]
> b = struct.pack('<%dh' % len(x), *x); w.writeframes(b); open('talk.raw', 'wb').write(b)"
$ mote listen "$m" --input talk.wav --fast > file.txt
random listens to 'talk.wav' at 16000 Hz; Ctrl-C ends
$ tail -1 file.txt
heard 6.0 s: {{[0-9]+}} detection{{s?}}
$ mote listen "$m" --input - -q < talk.raw | cmp - file.txt
$ cat talk.raw | mote listen "$m" --input - -q --json | tail -1 | grep -o '"event":"end"'
"event":"end"
$ mote listen "$m" --input - -q --json --levels < talk.raw | grep -c '"level_dbfs"'
{{[0-9]+}}
$ mote listen "$m" --input - -q --json --levels < talk.raw | python3 -c "import json, sys; print(all(json.loads(l)['event'] for l in sys.stdin))"
True

# The microphone: by whichever program is there; the recorder's own words when it fails.
$ mkdir bin && bin=$(dirname "$(command -v mote)"); printf '#!/bin/sh\necho "$*" > args.txt\nexec /bin/cat talk.raw\n' > bin/arecord && chmod +x bin/arecord
$ PATH=$PWD/bin:$bin mote listen "$m" | cmp - file.txt; cat args.txt
random listens to the microphone (arecord) at 16000 Hz; Ctrl-C ends
-q -t raw -f S16_LE -c 1 -r 16000
$ mv bin/arecord bin/parec; PATH=$PWD/bin:$bin mote listen "$m" -q > /dev/null; cat args.txt
--raw --format=s16le --channels=1 --rate 16000
$ mv bin/parec bin/ffmpeg; PATH=$PWD/bin:$bin mote listen "$m" -q > /dev/null; cat args.txt
-nostdin -loglevel error -f alsa -i default -ac 1 -ar 16000 -f s16le -
$ printf '#!/bin/sh\necho "audio open error: No such device" >&2\nexit 1\n' > bin/arecord && chmod +x bin/arecord; PATH=$PWD/bin:$bin mote listen "$m" -q
mote listen: 'arecord' gave no sound: audio open error: No such device
heard 0.0 s: 0 detections
[exit 13]
$ PATH=$bin mote listen "$m"
mote listen: no program to record with is installed; install one of the packages alsa-utils (arecord), pulseaudio-utils (parec) and ffmpeg, or give sound by --input FILE or --input -
[exit 18]

# Keys: a miss and a false wake are kept where --record says; nothing is without it. Ctrl-C ends with a summary.
$ printf '#!/bin/sh\n/bin/cat talk.raw\nexec /bin/sleep 60\n' > bin/arecord
$ PATH=$PWD/bin:$PATH python3 "$MOTE_SOURCE_ROOT"/tests/cli/terminal.py 'dBFS' m 'nothing is kept' '^C' -- mote listen "$m" | grep -v '^ .* s  '
random listens to the microphone (arecord) at 16000 Hz; Ctrl-C ends
nothing is kept: no folder to record to was named; begin with --record DIR
{{.*}}heard {{[0-9.]+}} s: {{[0-9]+}} detection{{s?}}
$ PATH=$PWD/bin:$PATH python3 "$MOTE_SOURCE_ROOT"/tests/cli/terminal.py 'dBFS' m 'miss.wav' 1 'miss' x 'miss' '^C' -- mote listen "$m" --record marked > seen.txt; grep -c 'kept marked/' seen.txt
2
$ grep -o 'what you mark is kept.*it falsely (key f); nothing else is, and deleting the folder deletes it' seen.txt
what you mark is kept in 'marked': the 4 s before a miss (key m), and what woke it falsely (key f); nothing else is, and deleting the folder deletes it
$ grep -o 'marked: 2 missed, 0 false; mote data review add marked' seen.txt
marked: 2 missed, 0 false; mote data review add marked
$ ls marked | wc -l && head -1 marked/review.csv && grep -c ',miss,' marked/review.csv
3
file,start,end,what,label
2

# Mistakes.
$ mote listen
mote listen: {{.*}}
[exit 2]
$ mote listen "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote --input talk.wav
mote listen: model '{{.*}}' has no classes over time
[exit 10]
$ mote listen "$m" --input nothing.wav
mote listen: {{.*}}'nothing.wav'{{.*}}
[exit 7]
