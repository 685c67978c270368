$ echo a
{{(}}
