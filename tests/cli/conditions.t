# The conditions of the test are a list; the key that said it before warns, and goes on meaning it.
$ mkdir p && cd p && printf 'name: d\ntask: keyword\nkeywords: [yes, no]\n' > mote.yaml && mote status --json > /dev/null
$ printf 'augmentation: {car_noise: {probability: 0.5, snr_db: [0, 9]}}\n' >> mote.yaml && mote status --json > /dev/null
warning: mote.yaml:4:54: condition 'car-noise' is judged at the snr_db of training, as it was before there was 'conditions'; say so there, before the next release: conditions: [{name: car-noise, noise: car, snr_db: [0, 9]}]
$ printf 'conditions: [{name: car-noise, noise: car, snr_db: [0, 9]}]\n' >> mote.yaml && mote status --json > /dev/null
$ printf 'requirements: [{metric: accuracy, at_least: 0.9, slice: rain}]\n' >> mote.yaml; mote status
mote status: mote.yaml:6:16: no condition 'rain' is tested, only 'car-noise': 'conditions' lists them
[exit 4]

# Some are known by name; another may be like one of them, or consist of effects.
$ printf 'name: d\ntask: keyword\nkeywords: [yes, no]\nconditions: [telephone, {name: hall, like: far, room: {rt60_ms: [900, 1000]}}]\n' > mote.yaml && mote status --json > /dev/null
$ printf 'requirements: [{metric: accuracy, at_least: 0.9, slice: hall}]\naugmentation: {conditions: 20 %%}\n' >> mote.yaml && mote status --json > /dev/null
$ printf 'name: d\ntask: keyword\nkeywords: [yes, no]\nconditions: [telefone]\n' > mote.yaml; mote status
mote status: mote.yaml:4:14: 'conditions[].like' does not know 'telefone', did you mean 'telephone'?
[exit 4]
