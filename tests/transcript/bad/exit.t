$ exit 0
$ echo unreachable
unreachable
