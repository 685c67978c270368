# requires: curl
# What a person consented to is kept, and erased when they withdraw; what nobody consented to is not kept.
$ mote init words > /dev/null && cd words
$ cp "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote m.mote
$ mote data show > /dev/null 2>&1; ls -d .mote
.mote
$ (mote serve m.mote --port 0 --threads 1 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.2; done
$ url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json)
$ input=$(curl -s $url/v2/models/t | sed 's/.*"inputs":\[{"name":"\([^"]*\)".*/\1/')
$ awk -v name="$input" 'BEGIN { printf "{\"inputs\":[{\"name\":\"%s\",\"shape\":[1,36],\"datatype\":\"FP32\",\"data\":[", name; for (i = 0; i < 36; i++) printf "%s%.2f", i ? "," : "", i / 36; print "]}]}" }' > in.json
$ for who in 'improvement; subject=ann-77q' 'improvement; subject=bob-77q' 'advertising; subject=ann-77q' 'improvement; subject=ann-77q'; do curl -s -o /dev/null -w '%{http_code}\n' -H "Mote-Consent: $who" -d @in.json $url/v2/models/t/infer; done
200
200
200
200
$ curl -s -o /dev/null -d @in.json $url/v2/models/t/infer
$ curl -s -H 'Mote-Consent: anything goes' -d @in.json $url/v2/models/t/infer; echo
{"error":"header Mote-Consent: consent 'anything goes' is not of the form '<purpose>[; subject=<id>]' (letters, digits and -_.:@)"}
$ for i in 1 2 3 4 5 6 7 8 9 10; do curl -s $url/metrics | grep -q '^mote_log_written_total 3' && break; sleep 0.2; done; curl -s $url/metrics | grep -E '^mote_log_(without|written)'
mote_log_without_consent_total 2
mote_log_written_total 3
$ curl -s -o /dev/null -H 'Mote-Consent: improvement; subject=ann-77q' -H 'Mote-Consent: improvement; subject=bob-77q' -d @in.json $url/v2/models/t/infer; curl -s $url/metrics | grep '^mote_log_without'
mote_log_without_consent_total 3
$ grep -rl -e ann-77q -e bob-77q .mote; find .mote -perm /077
$ mote data withdraw ann-77q
erased 2 predictions of 'ann-77q' and 2 inputs; 1 keys destroyed
$ mote data withdraw ann-77q
erased 0 predictions of 'ann-77q' and 0 inputs; 0 keys destroyed
in all 2 withdrawals erased 2 predictions and 2 inputs
$ mote data withdraw bob-77q --json
{
  "subject": "bob-77q",
  "erased": 1,
  "inputs_erased": 1,
  "inputs_still_held": 0,
  "samples_in_data": 0,
  "keys_destroyed": 1,
  "files_without_owner_swept": 0,
  "in_all": {
    "withdrawals": 1,
    "erased": 1,
    "inputs_erased": 1
  }
}
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -1 log.txt
ended 0
$ mote data withdraw
...
[exit 2]
