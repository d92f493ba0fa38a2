/* References between the resources of a document, the order that follows, and circles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "config/declared.h"
#include "config/desired.h"

#define GROUP "/subscriptions/s/resourceGroups/rg"
#define NETWORK GROUP "/providers/Microsoft.Network/virtualNetworks/vn"

static const char document[] =
    "{\"schemaVersion\": 1, \"metadata\": {\"name\": \"d\"}, \"azure\": {\"subscriptionId\": "
    "\"s\"},"
    " \"resourceGroup\": {\"name\": \"rg\", \"location\": \"koreacentral\"},"
    " \"virtualNetworks\": [{\"name\": \"vn\", \"location\": \"koreacentral\","
    "  \"properties\": {\"addressSpace\": {\"addressPrefixes\": [\"10.0.0.0/16\"]}},"
    "  \"subnets\": [{\"name\": \"n\", \"properties\": {\"addressPrefix\": \"10.0.1.0/24\"}}]}],"
    " \"privateDnsZones\": [{\"name\": \"z.postgres.database.azure.com\", \"location\": \"global\","
    "  \"virtualNetworkLinks\": [{\"name\": \"l\", \"location\": \"global\","
    "   \"properties\": {\"virtualNetwork\": {\"id\": {\"type\": \"virtual_network\", \"name\": "
    "\"vn\"}}}}]}],"
    " \"servers\": [{\"name\": \"srv\", \"location\": \"koreacentral\","
    "  \"sku\": {\"name\": \"Standard_D2s_v3\", \"tier\": \"GeneralPurpose\"},"
    "  \"properties\": {\"version\": \"15\", \"administratorLogin\": \"boss\","
    "   \"administratorLoginPassword\": \"env:PASSWORD\", \"network\": {"
    "    \"delegatedSubnetResourceId\": {\"type\": \"subnet\", \"name\": \"vn/n\"},"
    "    \"privateDnsZoneArmResourceId\": {\"type\": \"private_dns_zone\", \"name\": "
    "\"z.postgres.database.azure.com\"}}}}]}";

struct fixture {
    struct settings *settings;
    struct problems problems;
    json_t *root;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    problems_init(&f->problems);
    f->settings = settings_parse("settings", "{}", 2, SETTINGS_LEAVE_SECRETS, &f->problems);
    f->root = json_parse(document, sizeof(document) - 1, NULL);
    assert_non_null(f->root);
    *state = f;
    return f->settings ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    json_decref(f->root);
    settings_free(f->settings);
    problems_done(&f->problems);
    free(f);
    return 0;
}

static struct document *parse(struct fixture *f)
{
    char *text = json_dumps(f->root, JSON_INDENT(1));
    struct document *d = document_parse("d.json", text, strlen(text), f->settings,
                                        SETTINGS_LEAVE_SECRETS, &f->problems);
    free(text);
    return d;
}

static const struct target *target_of(const struct document *d, const struct resource *type)
{
    for (size_t i = 0; i < d->target_count; i++)
        if (d->targets[i].type == type) return &d->targets[i];
    fail();
    return NULL;
}

/* "TITLE" of everything that 'id' in the target comes after, in order. */
static char *after(const struct target *t, const char *id)
{
    char *text = xstrdup("");
    for (size_t i = 0; i < t->edge_count; i++) {
        if (strcmp(t->edges[i].id, id) != 0) continue;
        char *more = xasprintf("%s%s%s", text, *text ? ", " : "", t->edges[i].on_title);
        assert_ptr_equal(t->edges[i].on->document, t->document);
        free(text);
        text = more;
    }
    return text;
}

static void check_after(const struct target *t, const char *id, const char *expected)
{
    char *text = after(t, id);
    assert_string_equal(text, expected);
    free(text);
}

static void test_edges_follow_parents_and_references(void **state)
{
    struct fixture *f = *state;
    struct document *d = parse(f);
    assert_non_null(d);
    const struct target *server = target_of(d, &resource_server);
    check_after(server, server->arm_id,
                "resource_group rg, subnet vn/n, private_dns_zone z.postgres.database.azure.com");
    const struct target *zone = target_of(d, &resource_private_dns_zone);
    check_after(zone, zone->arm_id, "resource_group rg");
    check_after(zone,
                GROUP "/providers/Microsoft.Network/privateDnsZones/z.postgres.database.azure.com/"
                      "virtualNetworkLinks/l",
                "virtual_network vn");
    const struct target *group = target_of(d, &resource_resource_group);
    assert_int_equal(group->edge_count, 0);
    assert_string_equal(
        json_text_at(server->scopes[0].want, "properties.network.delegatedSubnetResourceId"),
        NETWORK "/subnets/n");
    document_free(d);
}

/* A whole id, in whatever letters, is as good as a reference. */
static void test_an_id_is_an_edge_too(void **state)
{
    struct fixture *f = *state;
    json_t *server = json_array_get(json_object_get(f->root, "servers"), 0);
    json_put_at(server, "properties.network.delegatedSubnetResourceId",
                json_string("/subscriptions/S/resourcegroups/RG/providers/microsoft.network/"
                            "virtualnetworks/VN/subnets/N"));
    json_object_del(json_at(server, "properties.network"), "privateDnsZoneArmResourceId");
    struct document *d = parse(f);
    assert_non_null(d);
    const struct target *t = target_of(d, &resource_server);
    check_after(t, t->arm_id, "resource_group rg, subnet vn/n");
    document_free(d);
}

static void test_an_id_of_somebody_else_is_no_edge(void **state)
{
    struct fixture *f = *state;
    json_t *link = json_at(json_array_get(json_object_get(f->root, "privateDnsZones"), 0),
                           "virtualNetworkLinks");
    json_put_at(json_array_get(link, 0), "properties.virtualNetwork.id",
                json_string("/subscriptions/other/resourceGroups/x/providers/Microsoft.Network/"
                            "virtualNetworks/vn"));
    struct document *d = parse(f);
    assert_non_null(d);
    assert_int_equal(target_of(d, &resource_private_dns_zone)->edge_count, 1);
    document_free(d);
}

static void check_problem(struct fixture *f, const char *path, const char *text)
{
    assert_null(parse(f));
    assert_int_equal(f->problems.total, 1);
    assert_string_equal(f->problems.items[0].path, path);
    assert_string_equal(f->problems.items[0].text, text);
}

static void test_a_reference_that_means_nothing(void **state)
{
    struct fixture *f = *state;
    json_t *server = json_array_get(json_object_get(f->root, "servers"), 0);
    json_put_at(server, "properties.network.delegatedSubnetResourceId",
                json_pack("{s:s, s:s}", "type", "subnet", "name", "vn/m"));
    check_problem(f, "servers[0].properties.network.delegatedSubnetResourceId",
                  "the document has no subnet vn/m; did you mean \"vn/n\"?");
}

static void test_a_reference_to_an_unknown_type(void **state)
{
    struct fixture *f = *state;
    json_t *server = json_array_get(json_object_get(f->root, "servers"), 0);
    json_put_at(server, "properties.network.delegatedSubnetResourceId",
                json_pack("{s:s, s:s}", "type", "lattice", "name", "vn/n"));
    check_problem(f, "servers[0].properties.network.delegatedSubnetResourceId",
                  "the document has no lattice vn/n");
}

static void test_what_is_no_reference_is_no_id(void **state)
{
    struct fixture *f = *state;
    json_t *server = json_array_get(json_object_get(f->root, "servers"), 0);
    json_put_at(server, "properties.network.delegatedSubnetResourceId",
                json_pack("{s:s}", "type", "subnet"));
    assert_null(parse(f));
    assert_int_equal(f->problems.total, 1);
}

static void test_a_circle_is_told_with_its_way(void **state)
{
    struct fixture *f = *state;
    json_t *subnets =
        json_at(json_array_get(json_object_get(f->root, "virtualNetworks"), 0), "subnets");
    json_put_at(json_array_get(subnets, 0), "properties.routeTable.id",
                json_pack("{s:s, s:s}", "type", "server", "name", "srv"));
    check_problem(f, "servers[0]", "a circle: server srv -> subnet vn/n -> server srv");
}

/* Through a parent: the zone comes after nothing, but its link after a server that needs the zone.
 */
static void test_a_circle_through_a_child_is_none(void **state)
{
    struct fixture *f = *state;
    json_t *links = json_at(json_array_get(json_object_get(f->root, "privateDnsZones"), 0),
                            "virtualNetworkLinks");
    json_put_at(json_array_get(links, 0), "properties.virtualNetwork.id",
                json_pack("{s:s, s:s}", "type", "server", "name", "srv"));
    struct document *d = parse(f);
    assert_non_null(d);
    document_free(d);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_edges_follow_parents_and_references), CASE(test_an_id_is_an_edge_too),
        CASE(test_an_id_of_somebody_else_is_no_edge),   CASE(test_a_reference_that_means_nothing),
        CASE(test_a_reference_to_an_unknown_type),      CASE(test_what_is_no_reference_is_no_id),
        CASE(test_a_circle_is_told_with_its_way),       CASE(test_a_circle_through_a_child_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
