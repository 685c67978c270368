# A project store that an older Mote wrote opens, and the first command that opens it says what it brought up to date.
# requires: sqlite3
$ old() { mkdir -p "$2" && cp "$MOTE_SOURCE_ROOT/tests/golden/$1/mote.yaml" "$2" && cp -r "$MOTE_SOURCE_ROOT/tests/golden/$1/dot-mote" "$2/.mote" && sqlite3 "$2/.mote/store.db" < "$2/.mote/store.sql" && rm "$2/.mote/store.sql"; }

# The store of the first release: recordings, a version, a run, a champion, predictions under keys.
$ old v1/project words && cd words
$ mote status > out.txt 2> err.txt; echo $?; grep '^  serve' out.txt
0
  serve     fresh   champion is tiny/1, 1 requirements not proven
$ mote status 2>&1 > /dev/null | grep 'older version'
[exit 1]
$ mote data list | tail -n +2 | awk '{ print $2 }' | sort | uniq -c | sed 's/^ *//'; mote data show | tail -1
1 _background_
8 hum
8 low
8 mid
backgrounds: 1, 2.0 s
$ mote runs | tail -n +2 | wc -l; mote model list | grep -c tiny
1
1
$ mote doctor 2> /dev/null | tail -1
all is well
$ mote data withdraw ann 2> /dev/null
erased 2 predictions of 'ann' and 2 inputs; 1 keys destroyed
$ mote run train > /dev/null 2> err.txt; echo $?; cat err.txt
0
$ cd ..

# The one before it, four schema parts older.
$ mkdir -p older/.mote && cp words/mote.yaml older && sqlite3 older/.mote/store.db < "$MOTE_SOURCE_ROOT"/tests/golden/store-070/store.sql && cd older
$ mote status 2>&1 > /dev/null | grep older
mote: the store was made by an older version: brought up to date by 080_import, 090_erase, 091_withdrawal_open, 130_split, 200_sample, 201_taken{{.*}}
$ mote status 2>&1 > /dev/null | grep older
[exit 1]

# What a newer one made is refused by the name of the part that is not known here.
$ sqlite3 .mote/store.db "INSERT INTO migration VALUES ('999_tomorrow', zeroblob(32))"; mote status
mote status: the store '{{.*}}/older/.mote' was written by a newer mote: its schema part '999_tomorrow' is unknown here; use that version, or a newer one
[exit 10]
