/* The door: see front.h. */
#include "front/front.h"

#include <string.h>

#include "arm/arm.h"
#include "arm/lro.h"
#include "control/control.h"
#include "control/fault.h"
#include "control/fight.h"
#include "front/instance_metadata.h"
#include "front/login.h"
#include "front/managed_identity.h"
#include "front/request_log.h"

typedef void service_fn(struct exchange *x);

struct service {
    bool secure;
    const char *host; /* what the Host header begins with; NULL: any */
    const char *path; /* what the path begins with */
    service_fn *serve;
    bool logged; /* a request to Azure, as against one to the simulator */
};

static const struct service services[] = {
    {true, "management.", "/", arm_serve, true},   {true, "login.", "/", login_serve, true},
    {false, NULL, "/metadata/", imds_serve, true}, {false, NULL, "/msi/", app_service_serve, true},
    {false, NULL, "/sim/", control_serve, false},
};

static const struct service *front_service(const struct exchange *x, bool secure)
{
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        const struct service *s = &services[i];
        if (s->secure != secure || strncmp(x->path, s->path, strlen(s->path)) != 0) continue;
        if (!s->host || (x->host && strncmp(x->host, s->host, strlen(s->host)) == 0)) return s;
    }
    return NULL;
}

static bool front_parse(struct exchange *x)
{
    if (!x->body.length || (x->content_type && !strstr(x->content_type, "json"))) return true;
    x->json = json_loadb(buf_text(&x->body), x->body.length, JSON_DECODE_ANY, NULL);
    return x->json && !x->body.overflow;
}

void front_serve(struct exchange *x, bool secure)
{
    const struct service *service = front_service(x, secure);
    if (!service) {
        reply_text(x, 404, "");
        return;
    }
    if (!service->logged) {
        if (front_parse(x))
            service->serve(x);
        else
            reply_error(x, 400, "InvalidRequestContent", "The body is not JSON.");
        return;
    }
    struct fault *fault = fault_take(x);
    if (!fault_before(fault, x)) {
        if (front_parse(x))
            service->serve(x);
        else
            reply_error(x, 400, "InvalidRequestContent",
                        "The request content was invalid and could not be deserialized.");
    }
    fault_after(fault, x);
    request_log_add(x->sim->log, x);
    if (x->write && !x->op && x->status < 300) fight_after(x->sim, x->path);
}

void front_finish(struct exchange *x)
{
    const struct op *op = x->wait_for;
    if (!op) return;
    x->wait_for = NULL;
    x->header_n = 0;
    reply_json(x, op->failed ? 409 : 200, lro_json(op));
}
