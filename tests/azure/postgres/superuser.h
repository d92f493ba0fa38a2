/* The names of the roles and databases that Azure puts into every cluster (its documentation). */
#ifndef AZSIM_SUPERUSER_H
#define AZSIM_SUPERUSER_H

#define SUPERUSER "azuresu"
#define ADMIN_GROUP "azure_pg_admin"
#define MAINTENANCE_DB "azure_maintenance"
#define SYSTEM_DB "azure_sys"

#endif
