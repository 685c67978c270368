# What is installed is the program, a page for every command, and completion for three shells.
$ DESTDIR=$PWD/root PREFIX=/usr "$MOTE_SOURCE_ROOT"/tools/install "$MOTE_BUILD" > installed.txt && wc -l < installed.txt
{{[0-9]+}}
$ for words in $(mote help --words | tr ' ' '-'); do test -s root/usr/share/man/man1/mote-$words.1 || echo "no page of $words"; done
$ ls root/usr/share/bash-completion/completions root/usr/share/zsh/site-functions root/usr/share/fish/vendor_completions.d
root/usr/share/bash-completion/completions:
mote

root/usr/share/fish/vendor_completions.d:
mote.fish

root/usr/share/zsh/site-functions:
_mote

# It works away from the tree it was built in.
$ env -i HOME=$PWD PATH=/usr/bin:/bin root/usr/bin/mote init p | head -1
created p/.gitignore

# The pages are pages: groff has no complaint, and they say what the command says.
$ if command -v groff > /dev/null; then for f in root/usr/share/man/man1/*; do groff -man -ww -Tutf8 $f 2>&1 > /dev/null | head -3; done; fi
$ if command -v mandoc > /dev/null; then for f in root/usr/share/man/man1/*; do mandoc -Tlint -W error $f | head -3; done; fi
$ grep -A1 '^.SH NAME' root/usr/share/man/man1/mote-data-add.1
.SH NAME
mote\-data\-add \- add files: one folder per label, or tables of rows
$ grep -A2 'label.fR .fILABEL' root/usr/share/man/man1/mote-data-add.1 | head -1
\fB\-l\fR, \fB\-\-label\fR \fILABEL\fR
$ sed -n '/^.SH EXIT/,/^2/p' root/usr/share/man/man1/mote.1
.SH EXIT STATUS
.TP
0
ok
.TP
1
a requirement or check is not met
.TP
2

# bash completes commands, the second word of a family, options, and leaves the rest to files.
$ printf '%s\n' '. root/usr/share/bash-completion/completions/mote' 'try() { COMP_WORDS=(mote "$@"); COMP_CWORD=$#; _mote; echo "${COMPREPLY[*]}"; }' 'try st' 'try data w' 'try model pro' 'try scope --an' 'try data add --dr' 'try data add --pro' 'try predict rec' > try.sh
$ bash try.sh
status
withdraw
promote
--answers
--dry-run
--project

$ bash -c '. root/usr/share/bash-completion/completions/mote; complete -p mote'
complete -o default -F _mote mote

# zsh and fish read theirs, where they are installed.
$ if command -v zsh > /dev/null; then zsh -n root/usr/share/zsh/site-functions/_mote; fi
$ if command -v fish > /dev/null; then fish -n root/usr/share/fish/vendor_completions.d/mote.fish; fi
$ if command -v fish > /dev/null; then HOME=$PWD fish -c 'source root/usr/share/fish/vendor_completions.d/mote.fish; complete -C "mote data w"' | cut -f1; else echo withdraw; fi
withdraw

# Mistakes, and taking it away again.
$ mote help --man nix
mote: there is no command 'nix', see 'mote --help'
[exit 2]
$ DESTDIR=$PWD/root "$MOTE_SOURCE_ROOT"/tools/install nowhere
install: there is no 'nowhere/mote': run 'make build' first
[exit 2]
$ DESTDIR=$PWD/root PREFIX=/usr "$MOTE_SOURCE_ROOT"/tools/install --remove "$MOTE_BUILD" && find root -type f
