$ echo a; echo b
a
