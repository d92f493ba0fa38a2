/* One write at a scripted Azure: see write_probe.h. */
#include "support/write_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void done(struct flow *f, const struct err *err)
{
    struct arm_write *w = f->op;
    struct write_probe *p = w->owner;
    p->completions++;
    if (err) p->err = *err;
}

static void progress(struct flow *f)
{
    struct arm_write *w = f->op;
    struct write_probe *p = w->owner;
    assert_true(w->fate == ARM_ACCEPTED || w->fate == ARM_SETTLED);
    p->progress++;
    p->polls = w->polls;
}

static void write_init(struct write_probe *p, const struct arm_request *request)
{
    struct err err;
    assert_int_equal(arm_write_init(&p->write, &p->world.az, request, &err), 0);
    p->write.owner = p;
    p->write.flow.done = done;
    p->write.flow.progress = progress;
}

const struct arm_request write_put = {.method = "PUT", .id = ID, .api_version = "1", .body = BODY};

int write_setup(void **state)
{
    static struct write_probe p;
    p = (struct write_probe){.completions = 0};
    world_init(&p.world, true);
    world_have_token(&p.world);
    write_init(&p, &write_put);
    *state = &p;
    return 0;
}

int write_teardown(void **state)
{
    struct write_probe *p = *state;
    arm_write_done(&p->write);
    world_done(&p->world);
    return 0;
}

struct write_probe *write_again(void **state)
{
    write_teardown(state);
    write_setup(state);
    return *state;
}

struct write_probe *write_again_with(void **state, const struct arm_request *request)
{
    struct write_probe *p = write_again(state);
    arm_write_done(&p->write);
    write_init(p, request);
    return p;
}

struct arm_request write_request(const char *method, enum arm_settling settling)
{
    static const struct arm_member members[] = {{"properties", ARM_OBJECT}, {0}};
    static const struct arm_shape shape = {.members = members};
    return (struct arm_request){.method = method,
                                .id = ID,
                                .api_version = "1",
                                .creates = strcmp(method, "PUT") == 0,
                                .shape = &shape,
                                .settling = settling};
}

struct write_probe *write_begin(void **state, const char *method, enum arm_settling settling)
{
    struct arm_request request = write_request(method, settling);
    return write_again_with(state, &request);
}

void write_run(struct write_probe *p)
{
    flow_start(&p->write.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(script_open(p->world.script), 0);
}

void write_accept(struct write_probe *p)
{
    script_reply(p->world.script, "PUT " RESOURCE, 202, "{\"operation\":\"Upsert\"}");
    script_header(p->world.script, "azure-asyncoperation", MONITOR);
    script_header(p->world.script, "location", RESULT);
    script_header(p->world.script, "retry-after", "10");
}

void write_state_is(struct write_probe *p, const char *body)
{
    script_reply(p->world.script, "GET " MONITOR, 200, body);
    script_header(p->world.script, "retry-after", "15");
}

void write_read_back(struct write_probe *p)
{
    script_reply(p->world.script, "GET " RESOURCE, 200, "{\"name\":\"db1\"}");
    script_always(p->world.script);
}

void write_accept_only(struct write_probe *p)
{
    script_reply(p->world.script, p->write.method, 202, "{\"operation\":\"Upsert\"}");
    script_header(p->world.script, "azure-asyncoperation", MONITOR);
    script_header(p->world.script, "retry-after", "10");
}

void write_resource_is(struct write_probe *p, const char *properties)
{
    char body[512];
    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"name\":\"db1\",\"properties\":%s}", ID,
             properties);
    script_reply(p->world.script, "GET " RESOURCE, 200, body);
}
