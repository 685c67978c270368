# requires: espeak-ng
# What stands in the name of a file is shown, never obeyed: no command sends an escape sequence, a
# bidirectional control or a line of its own to the terminal.
$ mote init p >/dev/null && cd p && sed -i 's/^keywords:.*/keywords: [yes, no]/' mote.yaml
$ mkdir -p rec/yes rec/no; e=$(printf '\033'); b=$(printf '\342\200\256')
$ for i in 1 2 3; do espeak-ng -s 1${i}0 -w "rec/yes/s${i}_NO_$e[31m$b.wav" yes; espeak-ng -s 1${i}5 -w rec/no/s${i}_NO_1.wav no; done
$ echo text > "rec/yes/$e]0;title$e.wav"
$ cp "rec/yes/s1_NO_$e[31m$b.wav" "rec/no/s9_NO_$e[2J.wav"
$ mkdir "rec/n${b}o"; cp rec/no/s1_NO_1.wav "rec/n${b}o/s1_NO_1.wav"
$ cat > all.sh <<'END'
> e=$(printf '\033')
> for json in '' --json; do
> mote data add rec --dry-run $json
> mote data add rec $json
> mote data remove --label "$e[1m" $json
> mote data remove --group s1 --dry-run $json
> mote data undo $json
> mote data add rec $json
> mote data add "nowhere$e[5m" $json
> mote data list --limit 0 $json
> mote data list --label "$e[1m" $json
> mote data show $json
> mote data check $json
> mote data version --note "a$e[7mb" $json
> mote data version --list $json
> mote data show latest $json
> mote predict "$e[31m" "$e[32m" $json
> mote compile "$e[31m" --target cortex-m4f $json
> mote model show "$e[31m" $json
> mote runs "$e[31m" $json
> mote "st$e[31mtus" $json
> mote data "ad$e[31md" $json
> mote status "--wh$e[31mat" $json
> mote status $json
> done
> true
> END
$ sh all.sh > out.txt 2>&1
$ grep -c "$e" out.txt
0
[exit 1]
$ grep -c "$(printf '\302\233')\|$b" out.txt
0
[exit 1]
$ grep -o 's1_NO_.x1b.31m.u202e.wav' out.txt | head -1
s1_NO_\x1b[31m\u202e.wav
$ grep 'bidirectional' out.txt | head -1
refused: rec/n\u202eo/s1_NO_1.wav: the label holds a bidirectional control character, U+202E; take it out

# One word is one word, however it was typed: the file names of another system decompose it.
$ mote init q >/dev/null && cd q && printf 'name: q\nkeywords: [\303\266ffne, zu]\n' > /dev/null && sed -i "s/^keywords:.*/keywords: [$(printf '\303\266')ffne, zu]/" mote.yaml
$ mkdir -p "rec/$(printf 'o\314\210')ffne"; espeak-ng -w "rec/$(printf 'o\314\210')ffne/a_NO_1.wav" hello
$ mote data add rec -q | tail -0; mote data list --label "$(printf '\303\266')ffne" | grep -c "$(printf '\303\266')ffne"
1
