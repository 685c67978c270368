# Help goes to standard output, mistakes to standard error, and both ways to ask for help agree.
$ mote help data list | head -1
mote data list: list the samples
$ mote data --help 2>/dev/null | head -1
usage: mote data WHAT [options]
$ mote help data 2>/dev/null | head -1
usage: mote data WHAT [options]
$ mote init --help | tail -2
  mote init my-gestures --template gesture
  mote init my-rows --template table
$ mote run --help | grep -c '^  mote run '
3

# All templates of the one list of templates are in the help and on the page.
$ sed -n 's/^TEMPLATE(\([a-z]*\).*/\1/p' "$MOTE_SOURCE_ROOT"/src/project/templates.def >templates; wc -l <templates
7
$ mote init --help | sed -n 's/.*one of: //p' | tr ' ' '\n' | diff templates -
$ sed -n 's/.*--template \([a-z|]*\)\].*/\1/p' "$MOTE_SOURCE_ROOT"/docs/commands/init.md | tr '|' '\n' | diff templates -
$ mote --quiet status
mote: options come after the command: 'mote status --quiet'
[exit 2]
$ mote data 2>&1 >/dev/null | head -1
mote data: say what

# With --json there is one document, also when the other words make no sense.
$ mote statsu --json 2>/dev/null
{
  "error": "mote: there is no command 'statsu', did you mean 'status'?",
  "status": "USAGE"
}
[exit 2]
$ mote data nothing --json 2>/dev/null | grep -c USAGE
1
$ mote status --nosuch --json 2>/dev/null | grep status
  "status": "USAGE"

# A reader that stops early is no failure worth a word; a full disk is.
$ mote init p >/dev/null && cd p
$ bash -c '(sleep 0.3; mote status) | true; echo ${PIPESTATUS[0]}'
141
$ mote status > /dev/full
mote: the result could not be written
[exit 13]
$ mote data list --split tset
mote data list: option --split: there is no 'tset', did you mean 'test'?
[exit 2]
$ mote data list --origin foo
mote data list: option --origin: there is no 'foo', see --help
[exit 2]

# A folder whose name needs quoting is quoted in what to type next, and its project is named without it.
$ mote init 'Prüf stand' | tail -5 | head -1
next: cd "Prüf stand", name your words in mote.yaml, then
$ grep ^name: 'Prüf stand/mote.yaml'
name: Pr-f-stand
