/* What the parts of a document say about each other, names above all: every relation with a
 * document that it holds for and some that it does not hold for. The servers' own are
 * test_relation_server.c's, lines and columns tests/config's. */
#include "config/relation_fixture.h"

#define ROLES "'roles':[{'name':'app'},{'name':'group','memberOf':['pg_monitor']}]"
#define DATABASES "'databases':[{'name':'shop','owner':'app','schemas':[{'name':'sales'}]}]"

static const struct relation_case cases[] = {
    {"NAM-001",
     "{'firewallRules':[{'name':'vpn'},{'name':'office'}],"
     "'configurations':{'work_mem':'8','wal_buffers':'8'},'tags':{'a':'x','b':'x'}}",
     NULL, ""},
    {"NAM-001", "{'firewallRules':[{'name':'vpn'},{'name':'office'},{'name':'VPN'}]}", NULL,
     ": servers[0].firewallRules[2].name: NAM-001: \"VPN\" differs from \"vpn\", "
     "servers[0].firewallRules[0], by case only: to Azure they are one\n"},
    {"NAM-001", "{'configurations':{'Work_Mem':'8','a':'1','work_mem':'8'}}", NULL,
     ": servers[0].configurations.work_mem: NAM-001: \"work_mem\" differs from \"Work_Mem\" by "
     "case only: to Azure they are one\n"},
    {"NAM-001", "{'tags':{'owner':'a','Owner':'b'}}",
     "{'resourceGroup':{'tags':{'x':'1','X':'2','x1':'3'}}}",
     ": resourceGroup.tags.X: NAM-001: \"X\" differs from \"x\" by case only: to Azure they are "
     "one\n"
     ": servers[0].tags.Owner: NAM-001: \"Owner\" differs from \"owner\" by case only: to Azure "
     "they are one\n"},
    {"NAM-001", NULL,
     "{'servers':[{'name':'one','sku':{'name':'x','tier':'x'},"
     "'properties':{'administratorLogin':'a'}},{'name':'ONE','sku':{'name':'x','tier':'x'},"
     "'properties':{'administratorLogin':'a'}}]}",
     ": servers[1].name: NAM-001: \"ONE\" differs from \"one\", servers[0], by case only: to "
     "Azure they are one\n"},

    /* Any list of Azure's, as deep as it is; PostgreSQL's names have case. */
    {"NAM-001", NULL,
     "{'virtualNetworks':[{'name':'v','properties':{'subnets':[{'name':'db'},{'name':'Db'}]}}],"
     "'roles':[{'name':'a'},{'name':'A'}]}",
     ": virtualNetworks[0].properties.subnets[1].name: NAM-001: \"Db\" differs from \"db\", "
     "virtualNetworks[0].properties.subnets[0], by case only: to Azure they are one\n"},

    {"NAM-002", NULL,
     "{" ROLES "," DATABASES ",'privileges':[{'database':'shop','grantee':'app'},"
     "{'database':'shop','grantee':'group'},{'database':'shop','grantee':'PUBLIC'}]}",
     ""},
    {"NAM-002", NULL, "{'roles':[{'name':'a'},{'name':'b'},{'name':'a','server':'one'}]}",
     ": roles[2]: NAM-002: role \"a\" is declared twice; first as roles[0]\n"},
    {"NAM-002", NULL,
     "{" ROLES "," DATABASES ",'privileges':[{'database':'shop','grantee':'app'},"
     "{'database':'shop','grantee':'app','server':'one'}]}",
     ": privileges[1]: NAM-002: what is given to \"app\" in database \"shop\" is declared twice; "
     "first as privileges[0]\n"},
    {"NAM-002", NULL, "{'databases':[{'name':'d','server':'one'},{'name':'d'}]}",
     ": databases[1]: NAM-002: database \"d\" is declared twice; first as databases[0]\n"},

    {"NAM-003", NULL, "{'externalRoles':['other'],'roles':[{'name':'app'}]}", ""},
    {"NAM-003", NULL, "{'externalRoles':['other','app'],'roles':[{'name':'b'},{'name':'app'}]}",
     ": externalRoles[1]: NAM-003: role \"app\" is declared too, as roles[1]: who makes it?\n"},

    {"REF-001", NULL, "{'roles':[{'name':'a','server':'one'}],'databases':[{'name':'d'}]}", ""},
    {"REF-001", NULL, "{'roles':[{'name':'a','server':'onne'},{'name':'b','server':'quite'}]}",
     ": roles[0].server: REF-001: server \"onne\" is not declared; did you mean \"one\"?\n"
     ": roles[1].server: REF-001: server \"quite\" is not declared\n"},
    {"REF-001", NULL, "{'servers':[],'privileges':[{'database':'d','grantee':'g'}]}",
     ": privileges[0]: REF-001: the document does not have one server: say which, \"server\"\n"},

    {"REF-002", NULL,
     "{'externalRoles':['entra_admins'],'roles':[{'name':'app','memberOf':['pg_checkpoint',"
     "'entra_admins','azure_pg_admin']}],'databases':[{'name':'shop','owner':'boss',"
     "'schemas':[{'name':'sales','owner':'app'}]}],'privileges':[{'database':'shop',"
     "'grantee':'PUBLIC'},{'database':'shop','grantee':'entra_admins','schemas':[{'name':'sales',"
     "'defaultPrivileges':[{'forRole':'boss'}]}]}]}",
     ""},
    {"REF-002", NULL, "{'roles':[{'name':'app','memberOf':['aap','pg_monitr','bos','nobody']}]}",
     ": roles[0].memberOf[0]: REF-002: role \"aap\" is neither declared, predefined nor listed in "
     "externalRoles; did you mean \"app\"?\n"
     ": roles[0].memberOf[1]: REF-002: role \"pg_monitr\" is neither declared, predefined nor "
     "listed in externalRoles; did you mean \"pg_monitor\"?\n"
     ": roles[0].memberOf[2]: REF-002: role \"bos\" is neither declared, predefined nor listed in "
     "externalRoles; did you mean \"boss\"?\n"
     ": roles[0].memberOf[3]: REF-002: role \"nobody\" is neither declared, predefined nor listed "
     "in externalRoles\n"},
    {"REF-002", NULL,
     "{'databases':[{'name':'shop','owner':'x_y_z','schemas':[{'name':'s','owner':'x_y_w'}]}],"
     "'privileges':[{'database':'shop','grantee':'public','schemas':[{'name':'s',"
     "'defaultPrivileges':[{'forRole':'PUBLIC'}]}]}]}",
     ": databases[0].owner: REF-002: role \"x_y_z\" is neither declared, predefined nor listed in "
     "externalRoles\n"
     ": databases[0].schemas[0].owner: REF-002: role \"x_y_w\" is neither declared, predefined nor "
     "listed in externalRoles\n"
     ": privileges[0].grantee: REF-002: role \"public\" is neither declared, predefined nor listed "
     "in externalRoles\n"
     ": privileges[0].schemas[0].defaultPrivileges[0].forRole: REF-002: role \"PUBLIC\" is neither "
     "declared, predefined nor listed in externalRoles\n"},
    /* What a later version has is not there yet. */
    {"REF-002", NULL, "{'roles':[{'name':'app','memberOf':['pg_maintain']}]}",
     ": roles[0].memberOf[0]: REF-002: role \"pg_maintain\" is neither declared, predefined nor "
     "listed in externalRoles\n"},
    {"REF-002", "{'properties':{'version':'17'}}",
     "{'roles':[{'name':'app','memberOf':['pg_maintain']}]}", ""},
    /* A role of another server is none here. */
    {"REF-002", NULL,
     "{'servers':[{'name':'one','sku':{'name':'x','tier':'x'},"
     "'properties':{'administratorLogin':'boss'}},{'name':'two','sku':{'name':'x','tier':'x'},"
     "'properties':{'administratorLogin':'chief'}}],'roles':[{'name':'app','server':'one'},"
     "{'name':'web','server':'two','memberOf':['app','chief']},"
     "{'name':'job','server':'one','memberOf':['app']}]}",
     ": roles[1].memberOf[0]: REF-002: role \"app\" is neither declared, predefined nor listed in "
     "externalRoles\n"},

    {"REF-003", NULL,
     "{" ROLES "," DATABASES ",'privileges':[{'database':'shop','grantee':'app'}]}", ""},
    {"REF-003", NULL,
     "{" ROLES "," DATABASES ",'privileges':[{'database':'Shop','grantee':'app'}]}",
     ": privileges[0].database: REF-003: database \"Shop\" is not declared; did you mean "
     "\"shop\"?\n"},

    {"REF-004", NULL,
     "{" ROLES "," DATABASES ",'privileges':[{'database':'shop','grantee':'app',"
     "'schemas':[{'name':'public'},{'name':'sales'}]}]}",
     ""},
    {"REF-004", NULL,
     "{" ROLES "," DATABASES ",'privileges':[{'database':'shop','grantee':'app',"
     "'schemas':[{'name':'Sales'},{'name':'stock'}]}]}",
     ": privileges[0].schemas[0].name: REF-004: schema \"Sales\" is not declared in database "
     "\"shop\"; did you mean \"sales\"?\n"
     ": privileges[0].schemas[1].name: REF-004: schema \"stock\" is not declared in database "
     "\"shop\"\n"},
    /* Files may make schemas that nobody declares; what is nearly one of the known is a slip. */
    {"REF-004", NULL,
     "{" ROLES ",'databases':[{'name':'shop','schemas':[{'name':'sales'}],'schemaFiles':[{'file':"
     "'a.sql','createsRelation':'audit.t'}]}],'privileges':[{'database':'shop','grantee':'app',"
     "'schemas':[{'name':'stock'},{'name':'audit'},{'name':'salse'},{'name':'pubilc'}]}]}",
     ": privileges[0].schemas[2].name: REF-004: schema \"salse\" is not declared in database "
     "\"shop\"; did you mean \"sales\"?\n"
     ": privileges[0].schemas[3].name: REF-004: schema \"pubilc\" is not declared in database "
     "\"shop\"; did you mean \"public\"?\n"},

    {"REF-005", NULL,
     "{'roles':[{'name':'a','memberOf':['b','c']},{'name':'b','memberOf':['d']},"
     "{'name':'c','memberOf':['d']},{'name':'d'}]}",
     ""},
    {"REF-005", NULL,
     "{'roles':[{'name':'a','memberOf':['b']},{'name':'b','memberOf':['c']},"
     "{'name':'c','memberOf':['pg_monitor','b']}]}",
     ": roles[2].memberOf[1]: REF-005: this membership closes a circle, which PostgreSQL refuses: "
     "b -> c -> b\n"},
    /* Two circles through one role are two problems. */
    {"REF-005", NULL,
     "{'roles':[{'name':'a','memberOf':['b','c']},{'name':'b','memberOf':['a']},"
     "{'name':'c','memberOf':['a']}]}",
     ": roles[1].memberOf[0]: REF-005: this membership closes a circle, which PostgreSQL refuses: "
     "a -> b -> a\n"
     ": roles[2].memberOf[0]: REF-005: this membership closes a circle, which PostgreSQL refuses: "
     "a -> c -> a\n"},

    {"PRV-001", NULL,
     "{'databases':[{'name':'d','mode':'observe','revokeAllFromPublic':true}],"
     "'privileges':[{'database':'d','grantee':'PUBLIC','mode':'observe'}]}",
     ""},
    {"PRV-001", NULL,
     "{'databases':[{'name':'d','mode':'observe','revokeAllFromPublic':true}],"
     "'privileges':[{'database':'d','grantee':'PUBLIC'}]}",
     ": privileges[0]: PRV-001: PUBLIC in database \"d\" needs the mode of the database, because "
     "of revokeAllFromPublic\n"},

    {"SEC-001", NULL, "{'roles':[{'name':'a','superuser':false,'memberOf':['azure_pg_admin']}]}",
     ""},
    {"SEC-001", NULL,
     "{'roles':[{'name':'a','superuser':true},{'name':'b','memberOf':['a',"
     "'azuresu']}]}",
     ": roles[0].superuser: SEC-001: on Azure only Microsoft is superuser; membership in "
     "azure_pg_admin is the nearest\n"
     ": roles[1].memberOf[1]: SEC-001: azuresu is Microsoft's superuser; membership in "
     "azure_pg_admin is the nearest\n"},

    {"SEC-010", NULL, "{'roles':[{'name':'a','memberOf':['pg_read_all_data']}]}", ""},
    {"SEC-010", NULL, "{'roles':[{'name':'a','memberOf':['pg_write_all_data']}]}",
     ": roles[0].memberOf[0]: SEC-010: Azure refuses to grant pg_write_all_data\n"},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void test_cases(void **state)
{
    (void)state;
    relation_assert_cases(cases, CASES);
}

static void test_every_relation_has_both_cases(void **state)
{
    (void)state;
    relation_assert_both(cases, CASES, false);
}

/* Ids are words of people: each is one, and is explained. */
static void test_ids_are_different(void **state)
{
    (void)state;
    for (size_t i = 0; i < relation_count; i++) {
        assert_true(strlen(relation_table[i].sentence) > 20);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(relation_table[k].id, relation_table[i].id);
    }
}

/* The page that explains them has each, in the same words. */
static void test_the_manual_names_every_relation(void **state)
{
    (void)state;
    struct buf page;
    char piece[4096];
    size_t got;
    FILE *in = fopen("daemon/doc/pgdriftd-desired.5", "re");
    assert_non_null(in);
    buf_init(&page, 1 << 20);
    while ((got = fread(piece, 1, sizeof(piece), in)) > 0) buf_add(&page, piece, got);
    fclose(in);
    for (size_t i = 0; i < relation_count; i++) {
        char *macro = xasprintf("\n.It %s\n%s\n", relation_table[i].id, relation_table[i].sentence);
        if (!strstr(buf_text(&page), macro)) fail_msg("missing:%s", macro);
        free(macro);
    }
    buf_done(&page);
}

/* A document that is wrong everywhere costs no more suggestions than anybody reads. */
static void test_suggestions_are_bounded(void **state)
{
    (void)state;
    enum { N = 20000 };
    json_t *d = relation_document(NULL, NULL), *roles = json_array();
    for (int i = 0; i < N; i++) {
        char name[32], of[32];
        snprintf(name, sizeof(name), "role_%d", i);
        snprintf(of, sizeof(of), "rolle_%d", i);
        json_array_append_new(roles, json_pack("{s:s, s:[s]}", "name", name, "memberOf", of));
    }
    json_object_set_new(d, "roles", roles);
    struct problems problems;
    problems_init(&problems);
    relations_check(d, &problems);
    assert_int_equal(problems.total, N);
    assert_int_equal(problems.count, PROBLEMS_MAX);
    assert_non_null(strstr(problems.items[0].text, "did you mean \"role_0\"?"));
    assert_null(strstr(problems.items[PROBLEMS_MAX - 1].text, "did you mean"));
    problems_done(&problems);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_relation_has_both_cases),
        cmocka_unit_test(test_ids_are_different),
        cmocka_unit_test(test_the_manual_names_every_relation),
        cmocka_unit_test(test_suggestions_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
