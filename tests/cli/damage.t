# What is there is proven to be there: a lost database, a damaged champion, a project that may not be written.
# requires: espeak-ng setpriv sqlite3
# timeout: 400
$ mote init words > /dev/null && cd words
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/' mote.yaml
$ sed -i '/^  budget:/,/^$/d; s/min_per_class: .*/min_per_class: 12/' mote.yaml
$ mote data synth -n 12 --quiet > /dev/null && mote run --quiet | grep -c 'words/1'
1
$ mote model promote words/1 --override --why 'to be tried' > /dev/null

# A champion whose bundle is missing or damaged shows in status and stops run, serve and predict.
$ object() { h=$(sqlite3 .mote/store.db "SELECT lower(hex($1)) FROM $2 LIMIT 1"); ls .mote/objects/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-)*; }
$ f=$(object bundle model_version) && cp $f ../bundle && rm $f && mote status | grep -A1 '^  serve'
  serve     DAMAGED champion is words/1{{.*}}
                    'words/1' cannot be used: object file '{{.*}}' is missing: restore it from a copy{{.*}} 'mote model rollback' {{.*}} 'mote run --force' makes the newest version again
$ mote status | tail -1
next: the champion cannot be used: take one of the ways back above
$ mote status --json | grep -c '"damage": "'
1
$ mote run
mote run: the champion: 'words/1' cannot be used: {{.*}}
[exit 14]
$ timeout 20 mote serve --port 0
mote serve: 'words/1' cannot be used: {{.*}}
[exit 14]
$ mote predict words mote.yaml
mote predict: 'words/1' cannot be used: {{.*}}
[exit 14]
$ mote model promote words/1 --override --why 'no other'
mote model promote: 'words/1' cannot be used: {{.*}}
[exit 14]
$ printf x | dd of=../bundle bs=1 seek=300 conv=notrunc 2> /dev/null; cp ../bundle $f; mote status | grep -c 'does not hold the bytes of its name'
1
$ mote run --force --quiet | grep -c 'words/1'; mote status | grep '^  serve'
1
  serve     fresh   champion is words/1{{.*}}

# A result that is missing is made again; one that is damaged too, with a warning.
$ f=$(object object "stage_object WHERE name = 'graph.s8'") && cp $f ../graph && rm $f && mote status | grep '^  compress'
  compress  stale   its 'graph.s8' is missing from the store; 'mote run' makes it again
$ mote run --quiet | grep -c '  ran  '; cmp $f ../graph
1
$ printf x | dd of=$f bs=1 seek=300 conv=notrunc 2> /dev/null; mote evaluate --force 2>&1 | grep 'mote:'; cmp $f ../graph
mote: compile: 'graph.s8' of stage 'compress' is damaged in the store: removed, and made again

# store.db that is lost beside full objects is no new project.
$ cp .mote/store.db ../store.db; rm .mote/store.db; mote status
mote status: '{{.*}}/store.db' is missing, but objects of a project lie beside it: restore that file from a copy, or begin anew with 'mote doctor --new', which sets what is left aside
[exit 14]
$ mote run
mote run: '{{.*}}/store.db' is missing, but objects {{.*}}
[exit 14]
$ : > .mote/store.db; mote data add .
mote data add: '{{.*}}/store.db' is empty, but objects {{.*}}
[exit 14]
$ rm .mote/store.db; mkfifo .mote/store.db; timeout 20 mote gc
mote gc: '{{.*}}/store.db' is a pipe (fifo), not a file: move it away and restore the file from a copy
[exit 13]
$ rm .mote/store.db; cp ../store.db .mote/store.db; mote status | tail -1
next: {{.*}}

# A project that may be read and not written: look, predict, serve without log, report.
$ espeak-ng -w yes.wav yes; mkdir -m 777 ../out; chmod 711 ../.. .. .
$ chmod -R a-w . && if [ $(id -u) = 0 ]; then chown -R 65534 .; as='setpriv --reuid=65534 --regid=65534 --clear-groups'; fi
$ $as mote status | grep '^  store\|^next'
  store     -       not writable here: it can be looked at, not changed
next: {{.*}}
$ for c in 'data list' 'data show' 'data check' runs 'model list' 'model show words' monitor "report -o ../out/r.html"; do $as mote $c > ../out/said 2>&1 || { echo "$c"; cat ../out/said; }; done
$ $as mote predict words yes.wav --resample | tail -1
yes.wav  {{.*}}
$ $as mote run
mote run: '{{.*}}/.mote' is not writable here: it can be looked at, predicted with, served without log and reported, not changed
[exit 15]
$ $as mote model rollback words
mote model rollback: '{{.*}}/.mote' is not writable here: {{.*}}
[exit 15]
$ timeout -s INT 3 $as mote serve --port 0 2>&1 | grep -c 'no prediction is kept\|listening on'
2
$ chmod -R u+w .
