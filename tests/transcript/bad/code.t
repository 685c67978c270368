$ (exit 1)
