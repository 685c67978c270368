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
