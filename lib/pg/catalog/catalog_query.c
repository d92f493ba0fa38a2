/* The texts of the catalog queries; what their columns mean is read in catalog_cluster.c and
 * catalog_database.c. The first statement runs alone and names everything with its schema, without
 * operators; the second one, in the snapshot, takes the search path out of the users' hands. */
#include "pg/catalog.h"

#define COUNTERS(catalogs)                                                                         \
    "SELECT r, pg_catalog.pg_stat_get_tuples_inserted(r), "                                        \
    "pg_catalog.pg_stat_get_tuples_updated(r), pg_catalog.pg_stat_get_tuples_deleted(r) "          \
    "FROM pg_catalog.unnest('{" catalogs "}'::pg_catalog.oid[]) AS r "                             \
    "UNION ALL SELECT 0::pg_catalog.oid, "                                                         \
    "extract(epoch FROM pg_catalog.pg_postmaster_start_time())::pg_catalog.int8, 0, 0"

/* pg_authid, pg_auth_members, pg_database, pg_db_role_setting, pg_shdepend, pg_shdescription */
#define SHARED_CATALOGS "1260,1261,1262,2964,1214,2396"
/* pg_class, pg_attribute, pg_proc, pg_namespace, pg_default_acl, pg_extension; and pg_database and
 * pg_authid for the database's own privileges and the names in every list */
#define LOCAL_CATALOGS "1259,1249,1255,2615,826,3079,1262,1260"

#define OWN_PATH "pg_catalog.set_config('search_path', 'pg_catalog', true)"

const struct sql_statement pg_cluster_queries[] = {
    {.text = COUNTERS(SHARED_CATALOGS)},
    {.text = "SELECT pg_catalog.current_setting('server_version_num'), r.oid, r.rolsuper, "
             "pg_catalog.pg_is_in_recovery(), "
             "pg_catalog.current_setting('default_transaction_read_only'), "
             "pg_catalog.current_setting('track_counts'), "
             "pg_catalog.current_setting('azure.extensions', true), "
             "(SELECT system_identifier FROM pg_catalog.pg_control_system()), " OWN_PATH
             " FROM pg_catalog.pg_roles r "
             "WHERE r.rolname OPERATOR(pg_catalog.=) current_user"},
    {.text = "SELECT oid, rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, "
             "rolreplication, rolbypassrls, rolinherit, rolconnlimit, "
             "extract(epoch FROM rolvaliduntil), shobj_description(oid, 'pg_authid'), "
             "pg_has_role(oid, 'USAGE'), pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') "
             "FROM pg_roles ORDER BY oid"},
    /* 16 and later have a row for every grantor and two more options: one text for all versions. */
    {.text = "SELECT roleid, member, grantor, admin_option, to_jsonb(m) -> 'inherit_option', "
             "to_jsonb(m) -> 'set_option' FROM pg_auth_members m ORDER BY 1, 2, 3"},
    {.text = "SELECT oid, datname, datdba, pg_encoding_to_char(encoding), datcollate, datctype, "
             "datistemplate, datallowconn, datconnlimit, "
             "coalesce(datacl, acldefault('d', datdba)), shobj_description(oid, 'pg_database') "
             "FROM pg_database ORDER BY oid"},
    {.text = "SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2"},
};
const size_t pg_cluster_query_count = sizeof(pg_cluster_queries) / sizeof(*pg_cluster_queries);

#define USER_SCHEMA                                                                                \
    "nspname !~ '^pg_(toast|temp_|toast_temp_)' "                                                  \
    "AND nspname NOT IN ('pg_catalog', 'information_schema')"
#define USER_SCHEMAS "ANY (ARRAY(SELECT oid FROM pg_namespace WHERE " USER_SCHEMA "))"
#define EXTENSION_MEMBER(catalog)                                                                  \
    "oid IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass "             \
    "AND classid = '" catalog "'::regclass AND deptype = 'e')"

const struct sql_statement pg_database_queries[] = {
    {.text = COUNTERS(LOCAL_CATALOGS)},
    {.text = "SELECT oid, datname, " OWN_PATH " FROM pg_catalog.pg_database "
             "WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"},
    {.text = "SELECT oid, rolname, pg_has_role(oid, 'USAGE') FROM pg_roles ORDER BY oid"},
    {.text = "SELECT oid, nspname, nspowner, coalesce(nspacl, acldefault('n', "
             "nspowner)), " EXTENSION_MEMBER("pg_namespace") " FROM pg_namespace WHERE " USER_SCHEMA
                                                             " ORDER BY nspname"},
    /* One row for every distinct schema, kind, owner and list, with the names in an array. */
    {.text = "SELECT relnamespace, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END, relowner, relacl, "
             "acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", "
             "relowner), " EXTENSION_MEMBER("pg_class") ", array_agg(relname) FROM pg_class "
                                                        "WHERE relkind IN ('r', 'p', 'v', 'm', "
                                                        "'f', 'S') AND relnamespace = " USER_SCHEMAS
                                                        " GROUP BY 1, 2, 3, 4, 5, 6"},
    /* By scan: the index of pg_shdepend would miss what is granted to PUBLIC. */
    {.text = "WITH a AS MATERIALIZED (SELECT attrelid, attname, attacl FROM pg_attribute "
             "WHERE attacl IS NOT NULL AND NOT attisdropped AND attrelid >= 16384) "
             "SELECT relnamespace, relname, attname, attacl FROM a JOIN pg_class c "
             "ON c.oid = a.attrelid WHERE relnamespace = " USER_SCHEMAS
             " AND relkind IN ('r', 'p', 'v', 'm', 'f')"},
    /* By types, never by name alone: functions are overloaded. */
    {.text =
         "SELECT pronamespace, 'f', proowner, proacl, acldefault('f', proowner), " EXTENSION_MEMBER(
             "pg_proc") ", array_agg(quote_ident(proname) || '(' || "
                        "oidvectortypes(proargtypes) || ')') FROM pg_proc "
                        "WHERE pronamespace = " USER_SCHEMAS " GROUP BY 1, 2, 3, 4, 5, 6"},
    {.text = "SELECT defaclrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl "
             "ORDER BY 1, 2, 3"},
    {.text = "SELECT extname, extversion, nspname FROM pg_extension e "
             "JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY extname"},
};
const size_t pg_database_query_count = sizeof(pg_database_queries) / sizeof(*pg_database_queries);
