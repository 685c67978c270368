# A project without runs says so, to a person and to a program.
$ mote init p > out.txt && cd p && mote runs
no runs yet: 'mote train' makes one
$ mote runs --json
{
  "runs": []
}

# Mistakes.
$ mote runs nix
mote runs: there is no run 'nix': see 'mote runs'
[exit 7]
$ mote runs --status odd
mote runs: --status 'odd' is none of running, scheduled, finished, failed, killed
[exit 2]
$ mote runs --experiment nix
mote runs: there is no experiment 'nix'
[exit 7]
$ cd .. && mkdir bare && cd bare && mote runs
...
[exit 7]
