# The registry: versions, aliases, promotion and rollback.
$ mote init p > out.txt && cd p && mote model list
no models yet: 'mote run' makes and registers one
$ cp "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote a.mote
$ mote model register a.mote --name kws --alias challenger
registered kws/1
$ mote model register a.mote --name kws
registered kws/1

# Nobody promotes what was not judged, unless he says why.
$ mote model promote kws@challenger
mote model promote: 'kws/1' has not been judged against the requirements: run 'mote evaluate', or promote with an override and a reason
[exit 1]
$ mote model promote kws/1 --override
mote model promote: --override needs a reason: add --why TEXT
[exit 2]
$ mote model promote kws/1 --override --why 'first trial' --who ada
kws/1 is champion

# Nor what does not meet them.
$ echo '[{"requirement": "accuracy@test", "verdict": "not met"}]' > unmet.json
$ mote model register a.mote --name other --verdicts unmet.json
registered other/1
$ mote model promote other
mote model promote: 'other/1': 'accuracy@test' is not met; promote with an override and a reason if it must be
[exit 1]
$ echo '[{"requirement": "accuracy@test", "verdict": "not yet known", "sentence": "nobody can say yet how many are right"}]' > unknown.json
$ mote model register a.mote --name other --verdicts unknown.json
registered other/1
$ mote model promote other
mote model promote: 'other/1': nobody can say yet how many are right; promote with an override and a reason if it must be
[exit 1]

# The first version may be promoted with what is met and not proven, and says so.
$ echo '[{"requirement": "accuracy@test", "verdict": "met, not proven", "at_least": 0.9, "measured": {"value": 0.95, "lo": 0.89, "hi": 0.97}}]' > near.json
$ mote model register a.mote --name first --verdicts near.json
registered first/1
$ mote model promote first
first/1 is champion, with 1 of 1 requirements not proven
$ mote model show first | sed -n 2p
      1  champion  all met, 1 not proven             {{[0-9TZ:-]+}}  cec0bbd2f6ed
$ echo '{"requirements": [{"requirement": "accuracy@test", "verdict": "met"}]}' > met.json
$ mote model register a.mote --name other --verdicts met.json
registered other/1
$ mote model promote other --json
{
  "model": "other",
  "champion": 1,
  "override": false,
  "not_proven": 0
}

$ mote model show kws
version  aliases              requirements  data  run  made                  bundle
      1  challenger champion  not judged               {{[0-9TZ:-]+}}  cec0bbd2f6ed

{{[0-9TZ:-]+}}  champion override: 1, by ada: first trial
{{[0-9TZ:-]+}}  challenger set: 1, by {{.*}}: registered
$ mote model list
model  versions  champion  changed
first         1  1         {{[0-9TZ:-]+}}
kws           1  1         {{[0-9TZ:-]+}}
other         1  1         {{[0-9TZ:-]+}}
$ mote model show other/1 --json | grep all_met
      "all_met": true,

# Mistakes.
$ mote model rollback kws
mote model rollback: 'kws/1' is the first champion: there is nothing to roll back to
[exit 9]
$ mote model show nix
mote model show: there is no model 'nix': see 'mote model list'
[exit 7]
$ mote model promote kws/7
mote model promote: model 'kws' has no version 7: see 'mote model show kws'
[exit 7]
$ mote model promote kws@nix
mote model promote: model 'kws' has no alias 'nix': see 'mote model show kws'
[exit 7]
$ echo text > b.mote; mote model register b.mote
mote model register: {{.*b.mote.*}}
[exit 4]

# Who decides is on record even where $USER is not set, as in a container.
$ cd .. && mote init who > /dev/null && cd who
$ mote model register "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote --name kws > /dev/null
$ env -u USER mote model promote kws/1 --override --why 'a test' > /dev/null
$ mote model show kws | grep -c "override: 1, by $(id -un): a test"
1
