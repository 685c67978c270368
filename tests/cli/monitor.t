# Nothing was served: no alerts.
$ mote init p > out.txt && cd p && mote monitor
no alerts
$ mote monitor --check --json
{
  "alerts": [],
  "windows": []
}

# A bundle without a drift reference cannot be watched.
$ cp "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote a.mote && mote model register a.mote --name kws
registered kws/1
$ mote monitor --log kws
mote monitor: 'kws/1' has no drift reference in its bundle: train and deploy it again
[exit 10]
$ mote monitor --log nix
mote monitor: there is no model 'nix': see 'mote model list'
[exit 7]
$ mote monitor --acknowledge 4
mote monitor: there is no alert 4: see 'mote monitor'
[exit 7]

# What only use can tell is asked for; what nobody asked for is refused.
$ sed -i 's/^requirements:/requirements:\n  - {metric: accuracy, at_least: 90 %, where: field}/' mote.yaml
$ mote monitor
no alerts

asked of the field
  not yet known    accuracy@field  at least 90.0 %: not measured yet; to settle it: 'mote monitor --record accuracy=NUMBER' once it is in use, with at least {{[0-9]+}} samples of the field

1 of 1 not yet known: bring the number back with 'mote monitor --record METRIC=NUMBER --samples N'
$ mote monitor --json | grep '"where"'
      "where": "field",
$ mote monitor --record accuracy --samples 400
mote monitor: --record is METRIC=NUMBER, such as 'accuracy=91.5 %'
[exit 2]
$ mote monitor --record 'ece=0.1' --samples 400
mote monitor: no requirement asks the field for 'ece': in mote.yaml it would be one with 'metric: ece' and 'where: field'
[exit 3]
$ mote monitor --record 'accuracy=91 %' --samples 400
mote monitor: the project has no up-to-date model, see 'mote run'
[exit 7]
