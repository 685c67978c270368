# timeout: 1
$ sleep 30
