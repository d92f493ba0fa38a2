#!/bin/bash
# What looks different and is not: failover swaps zones, disks grow, Azure spells freely. No write.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"

world_built

setting() { sim POST /sim/settings "$1"; }

still_begin
before=$(arm_get '' | jq -r '.properties.availabilityZone + .properties.highAvailability.standbyAvailabilityZone')
need 'a failover' sim POST "/sim/failover/$SERVER"
after=$(arm_get '' | jq -r '.properties.availabilityZone + .properties.highAvailability.standbyAvailabilityZone')
is 'a failover swaps the zones' "$(rev <<<"$before")" "$after"
expect 'after a failover: connected again' wait_in_sync
expect 'after a failover: parameters that waited for a restart are in force' \
    wait_record '.drift == "vanished" and .object == "max_connections"'
is 'after a failover: nothing is written to ARM' 0 "$(count .write)"
still_begin
still 'after a failover'

still_begin
need 'the disk grows' operator PATCH '' '{"properties":{"storage":{"storageSizeGB":512}}}'
still 'a disk that has grown'

still_begin
need 'tags come' operator PATCH '' '{"tags":{"costCenter":"42"}}'
still 'tags that are not declared'

for form in '{"location_form":"name"}' '{"location_form":"display"}' '{"boolean_form":"upper"}' \
    '{"boolean_form":"as-sent"}' '{"page_size":7}' '{"page_size":1000}'; do
    still_begin
    need "Azure answers otherwise: $form" setting "$form"
    still "with $form"
done

still_begin
need 'a parameter that is not declared' operator PUT configurations/work_mem '{"properties":{"value":"8192","source":"user-override"}}'
still 'a parameter that is not declared'

still_begin
need 'a declared parameter is set to the same' operator PUT configurations/log_min_duration_statement \
    '{"properties":{"value":"1000","source":"user-override"}}'
need 'a declared parameter at its default, written again' operator PUT configurations/ssl_min_protocol_version \
    '{"properties":{"value":"TLSv1.2","source":"user-override"}}'
need 'a list has another order' operator PUT configurations/azure.extensions \
    '{"properties":{"value":"PGAUDIT, pg_stat_statements,hstore","source":"user-override"}}'
still 'the same, written otherwise'

still_begin
need 'reads lag behind' sim POST /sim/stale '{"ms":300}'
still 'stale reads'
