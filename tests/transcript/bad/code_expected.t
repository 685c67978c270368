$ true
[exit 1]
