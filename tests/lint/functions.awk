# From the output of strip.awk, the functions that are defined: FILE NAME static|public. The formatter puts the
# braces of functions, and only those, alone in the first column.
{
    split($0, part, ":")
    file = part[1]
    code = substr($0, length(part[1] part[2]) + 3)
    if (code ~ /^[A-Za-z_].*\(/ && code !~ /^(#|typedef|struct [a-z_]+ \{)/) {
        kind = code ~ /^static / ? "static" : "public"
        name = code
        sub(/ *\(.*/, "", name)
        sub(/.*[ *]/, "", name)
    } else if (code ~ /^\{/ && name != "") {
        print file, name, kind
        name = ""
    } else if (code ~ /^[};]/ || code ~ /;[ \t]*$/) {
        name = ""
    }
}
