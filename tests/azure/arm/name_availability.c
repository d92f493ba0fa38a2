/* checkNameAvailability: see name_availability.h. Only an unavailable name has a reason. */
#include "arm/name_availability.h"

#include <string.h>

#include "arm/member.h"
#include "base/json.h"
#include "postgres/server.h"

#define SERVERS_TYPE "Microsoft.DBforPostgreSQL/flexibleServers"

static const struct member request_members[] = {
    MEMBER("name", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER_WORDS("type", MEMBER_REQUIRED, SERVERS_TYPE),
    MEMBER_END,
};

void name_availability_check(struct exchange *x)
{
    struct refusal refusal = {0};
    json_t *body = json_deep_copy(x->json);
    int r = members_check(request_members, body, NULL, false, &refusal);
    json_decref(body);
    if (r < 0) {
        reply_error(x, refusal.status, refusal.code, "%s", refusal.message);
        return;
    }
    const char *name = json_text_at(x->json, "name"), *reason = NULL, *message = "";
    if (!server_name_valid(name)) {
        reason = "Invalid";
        message = "Specified server name is not valid.";
    } else if (server_find(x->sim, NULL, name)) {
        reason = "AlreadyExists";
        message = "Specified server name is already used.";
    }
    json_t *answer = json_pack("{s:b, s:s, s:s, s:s}", "nameAvailable", reason == NULL, "message",
                               message, "name", name, "type", SERVERS_TYPE);
    if (reason) json_object_set_new(answer, "reason", json_string(reason));
    reply_json(x, 200, answer);
}
