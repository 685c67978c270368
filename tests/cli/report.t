# One page that needs nobody.
# requires: espeak-ng
# timeout: 300
$ mote init words > /dev/null && cd words
$ mote report
mote report: there is nothing to report yet, see 'mote run'
[exit 7]
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/; s/at_most: 20 %/at_most: 1/; s/at_most: 10$/at_most: 100000/' mote.yaml
$ sed -i '/^  budget:/,/^$/d' mote.yaml
$ sed -i 's/min_per_class: .*/min_per_class: 12/' mote.yaml && mote data synth -n 12 --quiet > /dev/null
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet > out.txt
$ mote report -o page.html
words/1 promoted: it is the first version; {{[0-9] of [0-9]}} requirements are met, but not proven
  {{.*}} clean, {{.*}} in car noise; {{.*}}
page.html: {{[0-9.]+ kB}}
$ grep -c 'https*://' page.html
0
[exit 1]
$ grep -c '<script\|<link\|@import' page.html
0
[exit 1]
$ grep -c '^</body></html>$' page.html
1
$ mote report --versions 9
mote report: option --versions: 9 is outside 1 to 8
[exit 2]
$ mote report --json -o other.html
{
  "path": "other.html",
  "bytes": {{[0-9]+}},
  "versions": 1
}
