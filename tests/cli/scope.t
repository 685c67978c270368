# The questions, and that a script is asked nothing.
$ mote scope
mote scope: no mote.yaml in '.' or any folder above: create a project with 'mote init DIR'
[exit 7]
$ mote init p > /dev/null && cd p && cp mote.yaml before.yaml
$ mote scope < /dev/null | tail -1
15 of 15 questions open
$ mote scope --list | head -2
  decision   What is decided with the answer, and by whom?
             open
$ cmp mote.yaml before.yaml

# Answers from a file and from the command line, each with its reason above its key.
$ printf '%s\n' 'speed: 150 ms because a light that comes later feels broken' 'right: 0.05' 'metric: accuracy 92 %' > answers.yaml
$ mote scope --answers answers.yaml before=no 'decision=whether the lamp goes on' | tail -1
11 of 15 questions open
$ diff before.yaml mote.yaml | sed -n 's/^[<>]/&|/; s/^>/+/p; s/^</-/p'
+|   # scope.metric: accuracy 92 %
+|   # scope.before: no
-|     at_least: 90 %
+|     at_least: 92 %
+|     where: field
-|     latency_ms: 200
+|     # scope.speed: 150 ms because a light that comes later feels broken
+|     latency_ms: 150 ms
+| 
+| scope:
+|   # scope.decision: whether the lamp goes on
+|   decision: "whether the lamp goes on"
+|   # scope.right: 0.05
+|   open: [volume, right, wrong, missed, data, examples, groups, update, hardware, memory, flash]

# What a right answer is worth waits for how many there are.
$ mote scope --list | grep -A1 '^  right'
  right      What is a right answer worth, compared with no answer at all?
             0.05 (waits)
$ mote scope 'volume=1000 because so many were sold' | tail -1
9 of 15 questions open
$ tail -5 mote.yaml
value:
  # scope.volume: 1000 because so many were sold
  volume_per_day: 1000
  # scope.right: 0.05
  true_accept: 0.05

# What is open is shown until it is answered; what only use can tell is asked for by the monitor.
$ mote status | grep '^  scope'
  scope     fresh   mote.yaml: {{[0-9]+}} requirements, 9 open questions
$ mote status | sed -n '/^open/,/^$/p' | head -3
open questions, see 'mote scope'
  wrong      What does it cost when it answers although there was nothing?
  missed     What does it cost when it misses something?
$ mote status --json | grep -A3 '"open"' | head -4
    "open": [
      {
        "id": "wrong",
        "question": "What does it cost when it answers although there was nothing?",
$ mote monitor | grep -A1 '^asked'
asked of the field
  not yet known    accuracy@field  {{.*}}
$ mote scope wrong=-0.2 missed=-0.05 data=none examples=40 groups=5 update=30 hardware=cortex-m7 'memory=64 KiB' 'flash=256 KiB' | tail -1
0 of 15 questions open
$ mote status | grep '^  scope'
  scope     fresh   mote.yaml: {{[0-9]+}} requirements

# A wrong answer changes nothing at all, also not where the others are right.
$ cp mote.yaml before.yaml; mote scope update=7 speed=fast
mote scope: 'speed': mote.yaml:{{[0-9]+:[0-9]+}}: 'device.budget.latency_ms': 'fast' is not a time in ms, or with us, ms, s, min or h
[exit 3]
$ mote scope sped=1
mote scope: no question 'sped', did you mean 'speed'?
[exit 7]
$ mote scope speed
mote scope: 'speed' is no answer: QUESTION=ANSWER, as in 'speed=200 ms'
[exit 2]
$ cmp mote.yaml before.yaml

# At a terminal: an answer, its reason, an answer that is none and is asked again, and the end.
$ cd .. && mote init q > /dev/null && cd q && cp mote.yaml before.yaml
$ printf 'the lamp\nmany\n1000\nso many were sold\n\004' | script -qec 'mote scope' /dev/null | tr -d '\r' | grep -c "is no\|is not"
1
$ tail -8 mote.yaml
scope:
  open: [right, wrong, missed, metric, before, data, examples, groups, update, hardware, speed, memory, flash]
  # scope.decision: the lamp
  decision: "the lamp"

value:
  # scope.volume: 1000 because so many were sold
  volume_per_day: 1000

# Ctrl-C writes nothing, also not what was answered before. It is typed when the question is there.
$ cp before.yaml mote.yaml; : > shown.txt; (until grep -q '^> ' shown.txt; do sleep 0.05; done; printf 'the lamp\n\003') | script -qefc 'mote scope' shown.txt > /dev/null; cmp mote.yaml before.yaml; rm shown.txt

# A new project is offered the questions.
$ cd ..
$ printf 'n\n' | script -qec 'mote init r' /dev/null | grep -c 'answer a few questions'
1
$ grep -c scope r/mote.yaml
0
[exit 1]
$ printf 'y\nthe lamp\n\004' | script -qec 'mote init s' /dev/null > /dev/null; grep '^  decision:' s/mote.yaml
  decision: "the lamp"
