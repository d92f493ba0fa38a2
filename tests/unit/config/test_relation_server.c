/* What a server's own values say about each other: compute, standby, disk, network, parameters.
 * Every relation with a document that it holds for and some that it does not hold for. */
#include "config/relation_fixture.h"

static const struct relation_case cases[] = {
    {"SEC-002", "{'properties':{'administratorLogin':'phonebill_admin'}}", NULL, ""},
    {"SEC-002", "{'properties':{'administratorLogin':'Admin'}}", NULL,
     ": servers[0].properties.administratorLogin: SEC-002: Azure refuses \"Admin\" as the "
     "administrator's name\n"},
    {"SEC-002", "{'properties':{'administratorLogin':'pg_boss'}}", NULL,
     ": servers[0].properties.administratorLogin: SEC-002: Azure refuses \"pg_boss\" as the "
     "administrator's name\n"},

    {"SKU-001", "{'sku':{'name':'Standard_E2ds_v5','tier':'MemoryOptimized'}}", NULL, ""},
    {"SKU-001", "{'sku':{'name':'Standard_B1ms','tier':'Burstable'}}", NULL, ""},
    {"SKU-001", "{'sku':{'name':'Standard_X9','tier':'Burstable'}}", NULL, ""}, /* ARM may know */
    {"SKU-001", "{'sku':{'name':'Standard_B1ms','tier':'GeneralPurpose'}}", NULL,
     ": servers[0].sku.tier: SKU-001: Standard_B1ms is of the tier Burstable, not "
     "GeneralPurpose\n"},
    {"SKU-001", "{'sku':{'name':'standard_d2s_v3','tier':'MemoryOptimized'}}", NULL,
     ": servers[0].sku.tier: SKU-001: standard_d2s_v3 is of the tier GeneralPurpose, not "
     "MemoryOptimized\n"},
    {"SKU-001", "{'sku':{'name':'Standard_M32','tier':'GeneralPurpose'}}", NULL,
     ": servers[0].sku.tier: SKU-001: Standard_M32 is of the tier MemoryOptimized, not "
     "GeneralPurpose\n"},

    {"REP-012",
     "{'sku':{'name':'Standard_B2s','tier':'Burstable'},"
     "'properties':{'highAvailability':{'mode':'Disabled'}}}",
     NULL, ""},
    {"REP-012",
     "{'sku':{'name':'Standard_B2s','tier':'Burstable'},"
     "'properties':{'highAvailability':{'mode':'SameZone'}}}",
     NULL,
     ": servers[0].properties.highAvailability.mode: REP-012: the tier Burstable has no high "
     "availability; mode must be Disabled\n"},

    {"HA-002",
     "{'properties':{'availabilityZone':'1','highAvailability':{'mode':'ZoneRedundant',"
     "'standbyAvailabilityZone':'2'}}}",
     NULL, ""},
    {"HA-002",
     "{'properties':{'availabilityZone':'1','highAvailability':{'mode':'SameZone',"
     "'standbyAvailabilityZone':'1'}}}",
     NULL, ""},
    {"HA-002",
     "{'properties':{'availabilityZone':'1','highAvailability':{'mode':'ZoneRedundant',"
     "'standbyAvailabilityZone':'1'}}}",
     NULL,
     ": servers[0].properties.highAvailability.standbyAvailabilityZone: HA-002: ZoneRedundant "
     "keeps the standby in another zone than the primary's, which is 1 too\n"},
    {"HA-002",
     "{'properties':{'availabilityZone':'1','highAvailability':{'mode':'SameZone',"
     "'standbyAvailabilityZone':'2'}}}",
     NULL,
     ": servers[0].properties.highAvailability.standbyAvailabilityZone: HA-002: SameZone keeps "
     "the standby in the primary's zone, which is 1\n"},

    {"HA-006",
     "{'properties':{'highAvailability':{'mode':'ZoneRedundant','standbyAvailabilityZone':'2'}}}",
     NULL, ""},
    {"HA-006",
     "{'properties':{'highAvailability':{'mode':'Disabled','standbyAvailabilityZone':'2'}}}", NULL,
     ": servers[0].properties.highAvailability.standbyAvailabilityZone: HA-006: there is no "
     "standby while highAvailability.mode is Disabled; remove it\n"},
    {"HA-006", "{'properties':{'highAvailability':{'standbyAvailabilityZone':'2'}}}", NULL,
     ": servers[0].properties.highAvailability.standbyAvailabilityZone: HA-006: there is no "
     "standby while highAvailability.mode is Disabled; remove it\n"},

    {"STO-003", "{'properties':{'storage':{'storageSizeGB':256,'tier':'P30'}}}", NULL, ""},
    {"STO-003", "{'properties':{'storage':{'tier':'P10'}}}", NULL, ""},
    {"STO-003", "{'properties':{'storage':{'storageSizeGB':256,'tier':'P10'}}}", NULL,
     ": servers[0].properties.storage.tier: STO-003: a disk of 256 GiB can have the tiers P15 P20 "
     "P30 P40 P50, not P10\n"},
    {"STO-003", "{'properties':{'storage':{'storageSizeGB':32767,'tier':'P8'}}}", NULL,
     ": servers[0].properties.storage.tier: STO-003: a disk of 32767 GiB can have the tiers P80, "
     "not P8\n"},

    {"STO-008", "{'properties':{'storage':{'type':'PremiumV2_LRS','autoGrow':'Disabled'}}}", NULL,
     ""},
    {"STO-008",
     "{'properties':{'storage':{'type':'PremiumV2_LRS','autoGrow':'Enabled','tier':'P10'}}}", NULL,
     ": servers[0].properties.storage.autoGrow: STO-008: a disk of type PremiumV2_LRS does not "
     "grow by itself\n"
     ": servers[0].properties.storage.tier: STO-008: only disks of type Premium_LRS have "
     "performance tiers\n"},

    {"MNT-001",
     "{'properties':{'maintenanceWindow':{'customWindow':'Enabled','dayOfWeek':6,'startHour':17}}}",
     NULL, ""},
    {"MNT-001", "{'properties':{'maintenanceWindow':{'customWindow':'Disabled','dayOfWeek':0}}}",
     NULL, ""},
    {"MNT-001", "{'properties':{'maintenanceWindow':{'dayOfWeek':6,'startMinute':30}}}", NULL,
     ": servers[0].properties.maintenanceWindow.dayOfWeek: MNT-001: counts only where customWindow "
     "is Enabled\n"
     ": servers[0].properties.maintenanceWindow.startMinute: MNT-001: counts only where "
     "customWindow is Enabled\n"},

    {"NET-006",
     "{'properties':{'network':{'privateDnsZoneArmResourceId':"
     "'/x/privateDnsZones/db.private.postgres.database.azure.com'}}}",
     NULL, ""},
    {"NET-006",
     "{'properties':{'network':{'privateDnsZoneArmResourceId':'/x/privateDnsZones/db.example'}}}",
     NULL,
     ": servers[0].properties.network.privateDnsZoneArmResourceId: NET-006: the zone's name must "
     "end in .postgres.database.azure.com\n"},
    {"NET-006",
     "{'properties':{'network':{'privateDnsZoneArmResourceId':"
     "'/x/privateDnsZones/ONE.postgres.database.azure.com'}}}",
     NULL,
     ": servers[0].properties.network.privateDnsZoneArmResourceId: NET-006: the zone's first label "
     "must not be the server's name\n"},

    {"NET-013",
     "{'properties':{'network':{'delegatedSubnetResourceId':'/x','publicNetworkAccess':'Disabled'"
     "}}}",
     NULL, ""},
    {"NET-013",
     "{'properties':{'network':{'delegatedSubnetResourceId':'/x','publicNetworkAccess':'Enabled'"
     "}}}",
     NULL,
     ": servers[0].properties.network.publicNetworkAccess: NET-013: a server in a virtual network "
     "has no public endpoint\n"},

    {"NET-015", "{'sku':{'name':'Standard_D4ds_v6'}}", NULL, ""},
    {"NET-015",
     "{'sku':{'name':'Standard_D4ds_v6'},"
     "'properties':{'network':{'delegatedSubnetResourceId':'/x'}}}",
     NULL,
     ": servers[0].sku.name: NET-015: compute of the sixth version cannot be in a virtual "
     "network\n"},

    {"NET-018",
     "{'firewallRules':[{'name':'a','properties':{'startIpAddress':'10.0.0.1','endIpAddress':"
     "'10.0.0.1'}},{'name':'b','properties':{'startIpAddress':'9.255.0.0','endIpAddress':"
     "'200.0.0.0'}}]}",
     NULL, ""},
    {"NET-018",
     "{'firewallRules':[{'name':'a','properties':{'startIpAddress':'10.0.1.0','endIpAddress':"
     "'10.0.0.255'}}]}",
     NULL,
     ": servers[0].firewallRules[0].properties.endIpAddress: NET-018: 10.0.0.255 comes before "
     "startIpAddress, 10.0.1.0\n"},

    {"CFG-010",
     "{'configurations':{'work_mem':'4096','max_wal_size':1024,'log_min_duration_statement':'-1',"
     "'vacuum_cost_delay':'0.5','my.setting':'4MB','TimeZone':'Asia/Seoul',"
     "'shared_preload_libraries':{'includes':['a']},'statement_timeout':{'value':'0'}}}",
     NULL, ""},
    {"CFG-010",
     "{'configurations':{'Work_Mem':'4MB','shared_buffers':'1 GB','statement_timeout':{'value':"
     "'1.5min'},'checkpoint_timeout':'2h','vacuum_cost_delay':'500us'}}",
     NULL,
     ": servers[0].configurations.Work_Mem: CFG-010: ARM takes a plain number here, counted in kB: "
     "write \"4096\" for \"4MB\"\n"
     ": servers[0].configurations.shared_buffers: CFG-010: ARM takes a plain number here, counted "
     "in 8kB: write \"131072\" for \"1 GB\"\n"
     ": servers[0].configurations.statement_timeout.value: CFG-010: ARM takes a plain number here, "
     "counted in ms: write \"90000\" for \"1.5min\"\n"
     ": servers[0].configurations.checkpoint_timeout: CFG-010: ARM takes a plain number here, "
     "counted in s: write \"7200\" for \"2h\"\n"
     ": servers[0].configurations.vacuum_cost_delay: CFG-010: ARM takes a plain number here, "
     "counted in ms: write \"0.5\" for \"500us\"\n"},
    /* Another kind of unit, one in the wrong case, half a block, a word. */
    {"CFG-010",
     "{'configurations':{'work_mem':'4s','max_wal_size':'1gb','wal_buffers':'4kB',"
     "'lock_timeout':'never','temp_buffers':'2 8kB'}}",
     NULL,
     ": servers[0].configurations.work_mem: CFG-010: ARM takes a plain number here, counted in kB, "
     "not \"4s\"\n"
     ": servers[0].configurations.max_wal_size: CFG-010: ARM takes a plain number here, counted in "
     "MB, not \"1gb\"\n"
     ": servers[0].configurations.wal_buffers: CFG-010: ARM takes a plain number here, counted in "
     "8kB, and \"4kB\" is no whole one\n"
     ": servers[0].configurations.lock_timeout: CFG-010: ARM takes a plain number here, counted in "
     "ms, not \"never\"\n"
     ": servers[0].configurations.temp_buffers: CFG-010: ARM takes a plain number here, counted in "
     "8kB, not \"2 8kB\"\n"},
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
    relation_assert_both(cases, CASES, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_relation_has_both_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
