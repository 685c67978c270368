# A project is made once, whole, and never over another one.
$ mote init words --json
{
  "dir": "words",
  "template": "keyword",
  "created": [
    ".gitignore",
    "README.md",
    "mote.yaml"
  ]
}
$ ls -A words
.gitignore
README.md
mote.yaml
$ mote init words
mote init: there is a project in 'words' already: 'words/mote.yaml' is left as it is
[exit 8]

# Files that are there stay as they are, and the name fits what a name may be.
$ mkdir 'my words!' && echo mine > 'my words!/README.md'
$ mote init 'my words!' -t keyword | head -2
created my words!/.gitignore
created my words!/mote.yaml
$ cat 'my words!/README.md'
mine
$ grep '^name:' 'my words!/mote.yaml'
name: my-words

# Mistakes.
$ mote init x --template keywrod
mote init: no template 'keywrod', did you mean 'keyword'?
[exit 7]
$ ls x
{{.*}}No such file{{.*}}
[exit 2]
$ mote init
...
[exit 2]

# At another rate what does not fit it is named, with what would.
$ cd words && sed -i 's/^rate_hz: 16000/rate_hz: 8000/' mote.yaml && mote status
mote status: mote.yaml:{{[0-9]+:[0-9]+}}: 'features.high_hz' (7600) is more than half of rate_hz (8000): sound at that rate has nothing above 4000, so state at most that
[exit 4]
$ sed -i 's/high_hz: 7600/high_hz: 3800/' mote.yaml && mote status | head -1
words: 3 words on cortex-m4f
