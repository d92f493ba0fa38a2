#!/bin/bash
# The README's "Adding a resource type" is true: in a scratch copy of the tree a type is added by one file
# and one line, and that is enough to check, plan, make, keep and report it.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"

TREE=$PLACE/tree
mkdir "$TREE"
cp -a "$ROOT"/{Makefile,lib,daemon,config,tests} "$TREE/" || abort 'a scratch copy'

# One file. Azure has locks; here they get a second name, another key and rows of their own.
cat >"$TREE/lib/resource/management/toy.c" <<'TYPE'
/* A toy: what locks would be if they were called toys. */
#include "resource/compare.h"
#include "resource/resource.h"

static const char *const levels[] = {"CanNotDelete", "ReadOnly", NULL};

const struct field toy_fields[] = {
    {.path = "name", .kind = FIELD_NAME, .flags = FIELD_KEY | FIELD_REQUIRED, .help = "Its name."},
    {.path = "properties.level",
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED,
     .choices = levels,
     .help = "How it is held."},
    {.path = "properties.notes", .kind = FIELD_STRING, .help = "Why."},
    {.path = "mode",
     .kind = FIELD_ENUM,
     .flags = FIELD_LOCAL,
     .choices = compare_modes,
     .help = "observe: report only."},
    {0},
};

static const struct arm_shape toy_shape = {
    .type = "Microsoft.Authorization/locks",
    .members = (const struct arm_member[]){{"properties.level", ARM_TEXT}, {0}},
    .flags = ARM_IDS_ELSEWHERE,
};

const struct resource resource_toy = {
    .name = "toy",
    .summary = "Toys",
    .key = "toys",
    .parent = &resource_any,
    .arm_type = "Microsoft.Authorization/locks",
    .api_version = "2020-05-01",
    .shape = &toy_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .fields = toy_fields,
};
TYPE
# One line.
sed -i 's/^RESOURCE(management_lock)$/&\nRESOURCE(toy)/' "$TREE/lib/resource/resources.def"
is 'nothing but a file and a line' 'Files lib/resource/resources.def differ
Only in lib/resource/management: toy.c' "$(cd "$TREE" && diff -rq "$ROOT/lib" lib | sed -E 's#^Files .* and (.*) differ#Files \1 differ#' | sort)"
need 'it builds, without a warning' env -u BUILD make -s -C "$TREE" BUILD="$TREE/build" all
PGDRIFTD=$TREE/build/pgdriftd PGDRIFT=$TREE/build/pgdrift
DAEMON_COMMAND=("$PGDRIFTD")

like 'its keys are in the schema' '"toys": \{' "$("$PGDRIFT" schema desired)"
like 'and in the reference' 'resourceGroup.toys\[\].properties.level' "$("$PGDRIFT" schema reference)"
like 'and its policy' 'policy.undeclared.toys' "$("$PGDRIFT" schema reference)"

world_new
document_edit '.servers = [] | .roles = [] | .databases = [] | .privileges = []
    | .resourceGroup.toys = [{name: "teddy", properties: {level: "CanNotDelete", notes: "soft"}}]'
expect 'a document with one is valid' "$PGDRIFT" check "$ETC/pgdriftd.json" "$DOCUMENT"
jq '.resourceGroup.toys[0].properties.level = "Loose"' "$DOCUMENT" >"$PLACE/wrong.json"
like 'and checked' 'toys\[0\].properties.level' "$("$PGDRIFT" check "$ETC/pgdriftd.json" "$PLACE/wrong.json" 2>&1)"
like 'it is planned after what it stands on' 'toy teddy .*after resource_group' \
    "$("$PGDRIFT" plan --config "$ETC/pgdriftd.json")"

daemon_start
need 'it is made' wait_record '.resource == "toy" and .object == "teddy" and .drift == "corrected"' 60
TEDDY=/subscriptions/$SUBSCRIPTION/resourceGroups/$GROUP/providers/Microsoft.Authorization/locks/teddy
API_VERSION=2020-05-01
is 'as declared' soft "$(operator GET "$TEDDY" | jq -r .properties.notes)"
mark
operator PUT "$TEDDY" '{"properties":{"level":"CanNotDelete","notes":"torn"}}' >/dev/null || abort 'it is broken'
expect 'it is kept' wait_record '.resource == "toy" and .drift == "corrected"' 60
is 'as declared again' soft "$(operator GET "$TEDDY" | jq -r .properties.notes)"
operator PUT "${TEDDY%teddy}robot" '{"properties":{"level":"CanNotDelete"}}' >/dev/null || abort 'another one is made'
expect 'one that nobody declared is reported' \
    wait_record '.resource == "toy" and .object == "robot" and .drift == "detected"' 60
