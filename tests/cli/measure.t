# Mistakes are named before anything is built.
$ mote measure "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -t rv32
mote measure: there is no target 'rv32'; did you mean 'rv32imac'?
[exit 7]
$ mote measure "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite -t sparc
mote measure: there is no target 'sparc'; there are cortex-m0plus, cortex-m4f, cortex-m7, cortex-m55, rv32imac
[exit 7]
$ mote measure none.tflite
mote measure: {{.*none.tflite.*}}
[exit 7]
$ PATH=$(dirname "$(command -v mote)") mote measure "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_1.tflite
mote measure: 'arm-none-eabi-gcc' is not installed; on Debian or Ubuntu: apt install gcc-arm-none-eabi
[exit 18]
