# Prints C sources as FILE:LINE:CODE with comments removed and the contents of strings blanked, so that
# the checks beside this file look at code only. Include lines are kept whole.
FNR == 1 { comment = 0 }
{
    if (!comment && $0 ~ /^[ \t]*#[ \t]*include/) { print FILENAME ":" FNR ":" $0; next }
    rest = $0
    code = ""
    while (rest != "") {
        if (comment) {
            end = index(rest, "*/")
            if (!end) break
            comment = 0
            rest = " " substr(rest, end + 2)
        } else if (match(rest, /["']|\/\*|\/\//)) {
            code = code substr(rest, 1, RSTART - 1)
            rest = substr(rest, RSTART)
            if (rest ~ /^\/\//) break
            if (rest ~ /^\/\*/) { comment = 1; rest = substr(rest, 3); continue }
            quote = substr(rest, 1, 1)
            if (quote == "\"" && match(rest, /^"([^"\\]|\\.)*"/)) code = code "\"\""
            else if (quote == "'" && match(rest, /^'([^'\\]|\\.)*'/)) code = code "' '"
            else RLENGTH = 1
            rest = substr(rest, RLENGTH + 1)
        } else {
            code = code rest
            rest = ""
        }
    }
    print FILENAME ":" FNR ":" code
}
