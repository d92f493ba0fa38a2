/* Other people who put things back: see fight.h. */
#include "control/fight.h"

#include <string.h>

#include "arm/arm.h"
#include "arm/path_pattern.h"
#include "base/json.h"
#include "front/exchange.h"
#include "front/request_log.h"

int fight_add(struct sim *sim, const json_t *order, struct err *err)
{
    if (!json_text_at(order, "path") || !json_is_object(json_at(order, "body")))
        return err_set(err, ERR_REFUSED, "a fight needs path and body");
    json_t *fight = json_deep_copy(order);
    json_object_set_new(fight, "left", json_integer(json_int_at(order, "times", 1)));
    json_array_append_new(sim->fights, fight);
    return 0;
}

/* Their write to the very path of the client's; false where it was refused. */
static bool fight_write(struct sim *sim, const json_t *fight, const char *path)
{
    const char *method = json_text_at(fight, "method");
    char *target = arm_target(path);
    struct exchange *theirs = exchange_new(sim, method ? method : "PUT", target);
    free(target);
    theirs->operator_ = true;
    theirs->json = json_deep_copy(json_at(fight, "body"));
    arm_serve(theirs);
    request_log_add(sim->log, theirs);
    bool written = theirs->status < 300;
    exchange_free(theirs);
    return written;
}

void fight_after(struct sim *sim, const char *path)
{
    size_t i;
    json_t *fight;
    json_array_foreach(sim->fights, i, fight)
    {
        int64_t left = json_int_at(fight, "left", 0);
        if (left <= 0 || !path_matches(json_text_at(fight, "path"), path)) continue;
        if (fight_write(sim, fight, path))
            json_object_set_new(fight, "left", json_integer(left - 1));
    }
}
