# SPDX-License-Identifier: Apache-2.0
# Reads meson's testlog.txt and counts tests; used by tools/test. A cmocka program counts as many
# tests as it ran functions, any other program as one. The output of a program that failed is
# shown, and the reasons of skipped tests ("skip reason: .."). Ends with 'N passed, N failed,
# N skipped'.

function flush(    i, bad) {
    if (name == "")
        return
    bad = result !~ /exit status 0/ && result !~ /exit status 77/
    if (!is_cmocka) {
        if (result ~ /exit status 77/)
            skipped++
        else if (bad)
            failed++
        else
            passed++
    } else {
        passed += ok
        failed += not_ok
        skipped += left_out
        if (bad && !not_ok)              # died, or timed out, in the middle
            failed++
    }
    if (bad || not_ok) {
        print "not ok - " name " (" result ")"
        for (i = 1; i <= n; i++)
            print "  " lines[i]
    } else {
        for (i = 1; i <= n; i++)
            if (lines[i] ~ /^skip reason: /)
                print "skip - " name ": " substr(lines[i], 14)
    }
    name = ""
}

/^=+ [0-9]+\/[0-9]+ =+$/ {
    flush()
    n = ok = not_ok = left_out = is_cmocka = 0
    result = "no result"
    in_head = 1
    next
}
in_head && /^test: / { sub(/^test: +(.* )?/, ""); name = $0; next }
in_head && /^result: / { sub(/^result: +/, ""); result = $0; next }
/^-+ std(out|err) -+$/ { in_head = 0; next }
in_head { next }
{ lines[++n] = $0 }
/^\[==========\]/ { is_cmocka = 1 }
/^\[       OK \]/ { ok++ }
/^\[  FAILED  \] [0-9]+ test/ { not_ok += $4 }
/^\[  SKIPPED \] [0-9]+ test/ { left_out += $4 }
END {
    flush()
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
}
