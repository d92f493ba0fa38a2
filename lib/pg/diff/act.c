#include "pg/diff/act.h"

#include "pg/ident.h"

static bool act_is_ready(const struct pg_cluster *cluster, const struct pg_names *names,
                         uint32_t owner)
{
    if (cluster->superuser || owner == cluster->user) return true;
    const struct pg_name *name = pg_names_by_oid(names, owner);
    return name && name->usable;
}

const char *pg_act_never(const struct pg_cluster *cluster, const struct pg_names *names,
                         uint32_t owner)
{
    if (act_is_ready(cluster, names, owner)) return NULL;
    const struct pg_name *name = pg_names_by_oid(names, owner);
    const struct pg_role *role = pg_cluster_role_by_oid(cluster, owner);
    const struct pg_role *user = pg_cluster_role_by_oid(cluster, cluster->user);
    if (!name) return "its owner is not in the catalog";
    if (role && role->attributes[PG_ATTR_SUPERUSER]) {
        return "its owner is a superuser, which the administrator cannot act for";
    }
    if (pg_cluster_is_member(cluster, owner, cluster->user)) {
        return "its owner is a member of the administrator, who can be no member of it in turn";
    }
    if (pg_name_is_protected(name->name)) {
        return "its owner is PostgreSQL's or Azure's own, and the administrator is no member of it";
    }
    /* From 16 on it takes ADMIN OPTION, except where Azure gives its administrators more: try. */
    if (cluster->server_version < 160000 && role && !role->administered &&
        !(user && user->attributes[PG_ATTR_CREATEROLE])) {
        return "the administrator may not become a member of its owner";
    }
    return NULL;
}

bool pg_act_joins(const struct pg_cluster *cluster, const struct pg_names *names, uint32_t owner)
{
    return !act_is_ready(cluster, names, owner);
}

void pg_act_join(struct pg_build *b, const struct pg_cluster *cluster, const char *owner)
{
    const struct pg_role *user = pg_cluster_role_by_oid(cluster, cluster->user);
    if (!user) return;
    pg_build_begin(b, PG_CHANGE_OWN_MEMBERSHIP, NULL, "membership of %s in %s", user->name, owner);
    pg_build_delta(b, "administrator is a member, to act for the owner", "no", "yes");
    buf_str(&b->sql, "GRANT ");
    pg_ident(&b->sql, owner);
    buf_str(&b->sql, " TO ");
    pg_ident(&b->sql, user->name);
    if (cluster->server_version >= 160000) buf_str(&b->sql, " WITH INHERIT TRUE, SET TRUE");
    pg_build_statement(b);
    pg_build_end(b);
}

bool pg_act_attribute(const struct pg_cluster *cluster, enum pg_attribute attribute)
{
    const struct pg_role *user = pg_cluster_role_by_oid(cluster, cluster->user);
    if (cluster->superuser) return true;
    switch (attribute) {
    case PG_ATTR_SUPERUSER: return false;
    case PG_ATTR_REPLICATION:
    case PG_ATTR_BYPASSRLS:
        /* From 16 on one may pass on what one has. */
        return cluster->server_version >= 160000 && user && user->attributes[attribute];
    default: return true;
    }
}
