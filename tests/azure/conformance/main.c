/* Does a local Azure answer as Microsoft's specification says? Every example of the specification
 * that it offers is replayed, the others are counted by type with the reason.
 *
 *   conformance [--stop] FACTS SPECIFICATION NOT_OFFERED EXCUSED
 *
 * FACTS is azsim.json. NOT_OFFERED has a row for each type or provider that is not offered, EXCUSED
 * one for each example that is known to fail; a row that is no longer true is a failure. --stop
 * ends at the first one. The last line is "N passed, N failed, N skipped", the exit status 0 when
 * none failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/json.h"
#include "conformance/reasons.h"
#include "conformance/replay.h"

enum { SAID_MAX = 4096 };

struct conformance {
    struct world world;
    struct catalog catalog;
    struct reasons *absent, *excused;
    json_t *kinds;   /* types whose refusals were looked at */
    json_t *missing; /* row of 'absent': {type: count} */
    int replayed, passed, excuses, failed, missed;
    bool stop;
};

static void tell(struct conformance *c, const char *name, bool good, const char *said)
{
    const char *why = reasons_find(c->excused, name);
    if (why && good) {
        printf("not ok - %s passes, and is excused: %s\n", name, why);
        c->failed++;
    } else if (why) {
        printf("excused - %s: %s (%s)\n", name, why, said);
        c->excuses++;
    } else if (good) {
        printf("ok - %s\n", name);
        c->passed++;
    } else {
        printf("not ok - %s: %s\n", name, said);
        c->failed++;
    }
}

static void tell_absent(struct conformance *c, const struct example *example)
{
    const char *type = example->operation ? example->operation->type : example->name, *row;
    const char *why = reasons_above(c->absent, type, &row);
    c->missed++;
    if (!why) {
        printf("not ok - %s is not offered: %s, and no row says why\n", type, example->name);
        c->failed++;
        return;
    }
    json_t *types = json_object_get(c->missing, row);
    if (!types) json_object_set_new(c->missing, row, types = json_object());
    json_object_set_new(types, type,
                        json_integer(json_integer_value(json_object_get(types, type)) + 1));
}

/* A row for a type of its own, not for what is below it, that is offered after all. */
static void refuse_stale_row(struct conformance *c, const char *type)
{
    const char *row;
    if (!reasons_above(c->absent, type, &row) || strcasecmp(row, type) != 0) return;
    printf("not ok - %s is offered, and a row says that it is not\n", type);
    c->failed++;
}

static void replay_one(struct conformance *c, const struct example *example)
{
    struct world *world = &c->world;
    const struct operation *operation = example->operation;
    const char *path = operation ? world_path(world, operation, example->parameters) : NULL;
    struct buf said;
    if (!path || world_offer(world, operation, path, example->version) != OFFERED) {
        tell_absent(c, example);
        return;
    }
    buf_init(&said, SAID_MAX);
    refuse_stale_row(c, operation->type);
    c->replayed++;
    bool good = replay_example(world, example, path, &said);
    bool item = strcmp(operation->method, "GET") == 0 && strstr(path, "/providers/") &&
                catalog_find(&c->catalog, "PUT", operation->path);
    if (good && item && !json_object_get(c->kinds, operation->type)) {
        json_object_set_new(c->kinds, operation->type, json_true());
        good = replay_refusals(world, example, path, &said);
    }
    tell(c, example->name, good, buf_text(&said));
    buf_done(&said);
}

static void report(struct conformance *c)
{
    const char *row, *type, *unused, *same;
    json_t *types, *count;
    size_t at = 0;
    while (!c->stop && (unused = reasons_unused(c->excused, &at))) {
        printf("not ok - an excuse for what is not replayed: %s\n", unused);
        c->failed++;
    }
    json_object_foreach(c->missing, row, types)
    {
        const char *why = reasons_above(c->absent, row, &same);
        printf("not offered: %s (%s):", row, why);
        json_object_foreach(types, type, count)
            printf(" %s %d", type, (int)json_integer_value(count));
        printf("\n");
    }
    printf("examples of the specification: %d replayed, %d passed, %d excused, %d failed, %d not "
           "offered\n",
           c->replayed, c->passed, c->excuses, c->failed, c->missed);
}

static int run(struct conformance *c, const char *facts, const char *specification)
{
    struct err err = {0};
    c->world.client = client_open(facts, &err);
    if (!c->world.client) {
        printf("not ok - %s\n", err.text);
        return -1;
    }
    c->world.arena = arena_new();
    c->world.known = json_object();
    c->world.spec = spec_open(specification);
    c->world.catalog = &c->catalog;
    catalog_read(&c->catalog, c->world.spec, c->world.arena);
    c->kinds = json_object();
    c->missing = json_object();
    for (size_t i = 0; i < c->catalog.example_n && !(c->stop && c->failed); i++) {
        c->world.number = (int)i + 1;
        replay_one(c, &c->catalog.examples[i]);
    }
    report(c);
    json_decref(c->kinds);
    json_decref(c->missing);
    json_decref(c->world.known);
    spec_close(c->world.spec);
    arena_free(c->world.arena);
    client_close(c->world.client);
    return 0;
}

int main(int argc, char **argv)
{
    struct conformance c = {0};
    struct err err = {0};
    c.stop = argc > 1 && strcmp(argv[1], "--stop") == 0;
    argv += c.stop;
    argc -= c.stop;
    if (argc != 5) {
        fprintf(stderr, "usage: conformance [--stop] FACTS SPECIFICATION NOT_OFFERED EXCUSED\n");
        return 1;
    }
    c.absent = reasons_read(argv[3], &err);
    if (c.absent) c.excused = reasons_read(argv[4], &err);
    if (!c.excused) printf("not ok - %s\n", err.text);
    bool ran = c.excused && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
               run(&c, argv[1], argv[2]) == 0;
    reasons_free(c.absent);
    reasons_free(c.excused);
    if (!ran || !c.replayed) c.failed++;
    printf("%d passed, %d failed, %d skipped\n", c.passed, c.failed, 0);
    return c.failed > 0;
}
