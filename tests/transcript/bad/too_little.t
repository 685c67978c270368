$ echo a
a
b
