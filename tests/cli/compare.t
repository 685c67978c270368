# What is compared must be there, and be two or more.
$ mote init p > out.txt && cd p && mote compare latest first
mote compare: there is no run 'latest': see 'mote runs'
[exit 7]
$ mote compare latest
...
[exit 2]
