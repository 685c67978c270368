# SPDX-License-Identifier: Apache-2.0
# requires: MOTE_TEST_DATA

# A .tflite file of float32 answers as one of int8 does; LiteRT says 0.68 for class 11.

$ awk 'BEGIN { printf "["; for (i = 0; i < 490; i++) printf "%s%.1f", i ? "," : "", i * 7 % 13 / 10; print "]" }' >x.json
$ mote predict "$MOTE_TEST_DATA/mlperf-tiny/models/kws_ref_model_float32.tflite" x.json
input   label  probability  from  detected
x.json  11           0.681  0 ms  no

# One that tells nothing apart has no label to give.

$ mote predict "$MOTE_TEST_DATA/mlperf-tiny/models/ad01_fp32.tflite" x.json
mote predict: load '{{.*}}ad01_fp32.tflite': its 640 outputs are not the probabilities of 1 to 512 classes (of a softmax; as int8 scale 1/256, zero point -128): there is no label to predict
[exit 10]

# A network alone becomes C as int8.

$ mote compile "$MOTE_TEST_DATA/mlperf-tiny/models/ad01_fp32.tflite" -o c
mote compile: a float32 graph answers for one sample at a time; a stream and a network alone are int8
[exit 10]
