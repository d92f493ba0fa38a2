#!/bin/sh
# The direction of includes: logic never reaches up, and only lib/net moves bytes.
#   tests/lint/layers.sh [ROOT]     exit 1 and FILE:LINE: what points the wrong way
set -eu
unset CDPATH
cd "${1:-$(dirname "$0")/../..}"
here=$(cd "$(dirname "$0")" && pwd)

# layer: layers it may include besides itself
allowed='
base:
field: base
flow: base
plan: base
azure: base flow
pg: base flow
resource: base field flow plan azure pg
config: base field flow plan azure pg resource
net: base flow
'

find lib daemon -name '*.[ch]' -type f 2>/dev/null | sort | xargs -r awk -f "$here/strip.awk" |
    awk -v allowed="$allowed" '
    function complain(text) { print file ":" line ": " text; failed = 1 }
    BEGIN {
        n = split(allowed, rows, "\n")
        for (i = 1; i <= n; i++) {
            if (split(rows[i], words, /:? +|:/) < 1 || words[1] == "") continue
            known[words[1]] = 1
            for (w in words) may[words[1], words[w]] = 1
        }
    }
    {
        split($0, part, ":")
        file = part[1]; line = part[2]
        split(file, path, "/")
        layer = path[1] == "lib" ? path[2] : "daemon"
        if (layer != "daemon" && !(layer in known) && !(layer in told)) {
            told[layer] = 1
            complain("lib/" layer " is not a layer")
        }
        text = substr($0, length(part[1] part[2]) + 3)
        if (text !~ /^[ \t]*#[ \t]*include/) next
        if (text ~ /<(uv\.h|uv\/|curl\/|libpq-fe\.h|libpq\/|postgres)/ && layer != "net")
            complain("only lib/net may include " substr(text, index(text, "<")))
        if (text !~ /"/) next
        header = text; sub(/^[^"]*"/, "", header); sub(/".*/, "", header)
        split(header, room, "/")
        if (header !~ /\//) complain("\"" header "\" must name its directory")
        else if (layer == "daemon") {
            if (room[1] == "main" && path[2] != "main") complain("nothing includes daemon/main")
        } else if (!(room[1] in known)) complain("lib/" layer " reaches up to " header)
        else if (!((layer, room[1]) in may)) complain("lib/" layer " may not include " header)
    }
    END { exit failed }'
