# What a transcript can say. tools/test runs this like the ones in tests/cli.
# timeout: 20

$ echo one; echo two >&2
one
two

$ printf 'a.b*c [x] {y}\n'
a.b*c [x] {y}

$ echo run-17 took 12.5 ms
run-{{[0-9]+}} took {{[0-9.]+}} ms

$ echo aaa
{{a{3}}}

$ seq 1 9
1
...
5
...
9

$ true
...

$ printf 'first\n\nthird\n\n'
first

third

# State stays from command to command.
$ mkdir d && cd d && name=mote
$ basename "$PWD"; echo $name
d
mote

$ echo a \
> b
a b

$ (exit 3)
[exit 3]

$ echo said; (exit 3)
said
[exit 3]

$ cat
$ sleep 60 & echo in the background
in the background

$ echo "make: $MAKEFLAGS$MAKELEVEL."
make: .
