/* What this simulator believes about Azure: see belief.h. "unverified": commonly known or assumed,
 * not seen in a recording or a document; where it matters a setting turns it. */
#include "control/belief.h"

#include <stddef.h>

static const struct {
    const char *belief, *source;
} beliefs[] = {
    {"every write of the provider answers 202 with Azure-AsyncOperation, Location and Retry-After",
     "recorded 2020 and 2026"},
    {"the URLs of an operation are signed, about 3 kB long and valid only byte for byte",
     "recorded 2026"},
    {"the body of a 202 is {operation, startTime}; the monitor answers {name, status, startTime, "
     "error?}",
     "recorded 2026"},
    {"validation of a server's properties fails late, in the operation; a failed one leaves the "
     "server Ready and unchanged",
     "recorded 2026"},
    {"Retry-After is in whole seconds (setting retry_after_form: 60 for a server, 15 for its "
     "deletion, 10 for its children)",
     "ARM RPC; recorded 2020 and 2026"},
    {"one operation per server, its children included; another write is ServerIsBusy with 409",
     "Terraform's lock per server; the status is unverified"},
    {"or the other write is accepted and its operation fails with ServerBusy (setting busy_form)",
     "hashicorp/terraform-provider-azurerm#28298"},
    {"a server stays busy for a moment after Succeeded", "Azure/azure-postgresql#134"},
    {"GET of a server answers 404 while it is created (setting create_get)", "unverified"},
    {"GET of a parameter answers 500 while the server is created",
     "Azure/azure-rest-api-specs#20424"},
    {"a restart of a server that is not Ready fails late with ServerIsNotReady",
     "hashicorp/terraform-provider-azurerm#29219"},
    {"a server stuck in Updating accepts writes and fails them; start and stop have no effect",
     "public incident 2026-08"},
    {"GET has no provisioningState, no tags key without tags, storage.type \"\" for Premium_LRS, "
     "the location's display name",
     "recorded 2026"},
    {"maintenanceWindow at creation is ignored; it is set by a later PATCH",
     "Terraform's resource; recorded defaults"},
    {"geoRedundantBackup, administratorLogin, location, zone and subnet cannot be changed; the "
     "code of the refusal is PropertyChangeNotAllowed",
     "service documentation; the code is unverified"},
    {"sku.tier must match sku.name, else ServerEditionIncompatibleWithSkuSize", "recorded 2026"},
    {"disks only grow, in Premium_LRS sizes; a tier is between the baseline of the size and P50, "
     "P80 for 4096 GB and more",
     "capabilities example of the 2024-08-01 swagger; code of the refusal unverified"},
    {"backupRetentionDays is 7 to 35, 7 by default", "2025-08-01 swagger"},
    {"tags in a PATCH replace all tags", "ARM RPC"},
    {"a PUT on a server that exists is an update", "createMode Update in the swagger"},
    {"DELETE of what does not exist is 204", "2025-08-01 swagger"},
    {"a failover swaps availabilityZone and standbyAvailabilityZone and cuts connections",
     "Terraform and Crossplane issues; service documentation"},
    {"restart with failover without high availability fails late with HighAvailabilityNotEnabled",
     "unverified"},
    {"parameters: all values are strings, a static one is stored at once and pending until a "
     "restart",
     "recorded 2026; service documentation"},
    {"a parameter set to its default is system-default again", "recorded 2020"},
    {"writing a read-only parameter is accepted and fails with OperationFailed and the message {0}",
     "pulumi/pulumi-azure-native#898"},
    {"lc_messages is user-override on a fresh server", "recorded 2026"},
    {"max_connections is 1718 on D4s_v3 and 859 on D2s_v3 by default and does not follow a later "
     "change of the sku",
     "service documentation; other skus computed"},
    {"require_secure_transport is dynamic and on by default", "unverified"},
    {"Boolean values are answered in small letters (setting boolean_form)",
     "unverified; a swagger example answers ON"},
    {"firewall rules: IPv4, no deny rules, not with a delegated subnet", "service documentation"},
    {"system databases azure_maintenance, azure_sys and postgres are listed", "unverified"},
    {"a database is dropped whoever is in it (setting database_delete); system databases "
     "are not: 405",
     "unverified"},
    {"an empty availabilityZone or standbyAvailabilityZone is no wish",
     "default of both in the 2024-08-01 swagger"},
    {"an administrator needs activeDirectoryAuth, else its operation fails with "
     "OperationNotAllowed "
     "(setting administrator_without_entra); "
     "it is a role with LOGIN, CREATEROLE, CREATEDB in azure_pg_admin, and loses all four when it "
     "is deleted",
     "service documentation; the code and what becomes of the role are unverified"},
    {"the name of an administrator is its principal's (setting administrator_name)",
     "2024-08-01 examples"},
    {"principalName and principalType are needed and an object id is five groups of 8, 4, "
     "4, 4 and 12",
     "2025-08-01 swagger; that they are needed is unverified"},
    {"a backup a day from a while after the creation on, kept for backupRetentionDays; "
     "those on demand have no body and no second of their name",
     "2024-08-01 examples; service documentation; BackupAlreadyExists is unverified"},
    {"automatic backups cannot be deleted: OperationNotAllowed", "unverified"},
    {"the list of log files is empty, as logfiles.download_enable is off", "service documentation"},
    {"the superuser is azuresu, the admin is a member of azure_pg_admin with CREATEROLE and "
     "CREATEDB, schema public belongs to azure_pg_admin",
     "service documentation"},
    {"database postgres belongs to azure_pg_admin; azure_sys and azure_maintenance are closed to "
     "PUBLIC",
     "unverified"},
    {"buckets of 1100 reads, 800 writes and 800 deletes, refilled by 25, 10 and 10 a second",
     "recorded 2026; ARM request limits"},
    {"429 carries Retry-After and the code SubscriptionRequestsThrottled",
     "ARM request limits; the code is unverified"},
    {"IMDS writes numbers as strings and answers bad_request_102 without the header Metadata",
     "Entra documentation"},
    {"Entra answers AADSTS7000215 with 401 to a wrong secret", "unverified"},
    {"Entra's v1 token endpoint takes a resource and answers every number as a text with "
     "expires_on, not_before and resource; an AD FS has neither tenant nor versions",
     "Entra and AD FS documentation; MSAL's authorities"},
    {"a wrong resource is invalid_resource AADSTS500011, an authority that is none of this "
     "cloud invalid_instance AADSTS50049",
     "unverified"},
    {"App Service gives tokens for X-IDENTITY-HEADER, in version 2017-09-01 for Secret and "
     "with a date as expires_on; otherwise 401 {statusCode, message}",
     "App Service documentation; the refusal is unverified"},
    {"the instance metadata service gives its tree in parts, a leaf with format=text",
     "instance metadata documentation"},
    {"ARM takes tokens for management.azure.com and for management.core.windows.net",
     "the audiences of /metadata/endpoints"},
    {"401 carries WWW-Authenticate and InvalidAuthenticationToken or ExpiredAuthenticationToken",
     "unverified"},
    {"an api-version that a provider's type does not have is 400 "
     "NoRegisteredProviderFound, one that ARM does not know InvalidApiVersionParameter, "
     "none MissingApiVersionParameter",
     "Azure/azure-powershell#2230; hashicorp/vault-plugin-secrets-azure#13; "
     "cloudquery/cloudquery#6626"},
    {"an api-version that a type of Microsoft.Authorization does not have is 404 "
     "InvalidResourceType",
     "Azure/acs-engine#4037"},
    {"an unknown type is 404, an unknown method 405", "ARM RPC; the codes are unverified"},
    {"a member of a server that came with a later api-version is neither shown nor taken "
     "in an earlier one",
     "models of 2021-06-01, 2022-12-01, 2024-08-01 and 2025-08-01; the refusal is "
     "unverified"},
    {"before 2025-08-01 a server that is restarted or made is Updating",
     "ServerState of 2024-08-01; unverified"},
    {"a write of a provider that the subscription did not register is 409 "
     "MissingSubscriptionRegistration",
     "Terraform's retries for the code; the status is unverified"},
    {"/metadata/endpoints needs no token; from 2019-05-01 on it is a list of clouds, "
     "before one object",
     "Azure CLI and Terraform read it so; Azure Stack documentation"},
    {"a PUT of a virtual network or subnet answers 200 or 201 with provisioningState Updating and "
     "an operation's URL, and is in force at once",
     "2024-03-01 swagger; ARM RPC"},
    {"another write while an operation of a virtual network or zone runs is 429 "
     "RetryableErrorDueToAnotherOperation",
     "Azure request limits for Microsoft.Network; for private DNS unverified"},
    {"a PUT of a virtual network removes the subnets it does not list; without the member subnets "
     "it removes all (setting absent_subnets)",
     "2024-03-01 swagger; which form is rolled out is unverified"},
    {"a PATCH of a virtual network changes its tags and nothing else; a subnet has no PATCH",
     "2024-03-01 swagger"},
    {"the etag of a virtual network is that of its subnets too and new after each change; a stale "
     "one in the body or in If-Match is 412",
     "swagger examples; ARM RPC; in the body unverified"},
    {"subnets lie within the network and do not overlap, else NetcfgSubnetRangeOutsideVnet or "
     "NetcfgSubnetRangesOverlap",
     "MicrosoftDocs/azure-docs#123869"},
    {"other refusals of address blocks are InvalidCIDRNotation, VnetAddressSpaceMissing, "
     "VnetAddressSpacesOverlap and DuplicateResourceName",
     "unverified"},
    {"a subnet with a server in it has a service association link and cannot be deleted: "
     "InUseSubnetCannotBeDeleted",
     "Azure/azure-rest-api-specs#17443"},
    {"nor lose its delegation (SubnetDelegationsCannotChangeWhenSubnetUsedByResource) or its block "
     "(InUsePrefixCannotBeDeleted)",
     "MicrosoftDocs/azure-docs#39112; the second code is unverified"},
    {"a virtual network that a private DNS zone is linked to cannot be deleted (setting "
     "linked_network_delete)",
     "unverified"},
    {"a private DNS write answers 202 with Azure-AsyncOperation and Location below the group "
     "(setting private_dns_answer)",
     "2024-06-01 swagger and examples"},
    {"before its operation ends a private DNS zone or link is not there", "unverified"},
    {"If-Match and If-None-Match are honoured; what they forbid is 412 PreconditionFailed",
     "2024-06-01 swagger; ARM RPC Addendum; the code is unverified"},
    {"read-only members of private DNS are ignored; elsewhere one that differs from what GET "
     "answers is refused",
     "2024-06-01 swagger; elsewhere unverified"},
    {"a private DNS zone with links cannot be deleted: 409 CannotDeleteResource",
     "2024-06-01 swagger; Azure/azure-cli#15010; the code is unverified"},
    {"a link's network must exist, be linked once to a zone and register with one zone at most; it "
     "cannot be replaced",
     "service documentation; the codes are unverified"},
    {"resolutionPolicy is Default where nothing was given, also outside of privatelink zones",
     "unverified"},
    {"the monitor of Microsoft.Network answers {status, error?} alone",
     "AzureAsyncOperationResult in the 2024-03-01 swagger; for private DNS unverified"},
    {"a server's subnet must exist, be delegated, /28 or larger and in its region; its zone must "
     "end with .postgres.database.azure.com, be linked and not be its own name",
     "service documentation"},
    {"otherwise its creation fails late, with PrivateDnsZoneNameNotValid for the name (setting "
     "linked_ids: 403 LinkedAuthorizationFailed at once)",
     "hashicorp/terraform-provider-azurerm#24549; Azure/azure-cli#17883; the other codes are "
     "unverified"},
    {"unknown members, wrong types, missing members and other words in a body of "
     "Microsoft.Network, Microsoft.Authorization and checkNameAvailability are 400 "
     "InvalidRequestFormat",
     "unverified"},
    {"a member that cannot change is refused with PropertyChangeNotAllowed, another location with "
     "409 InvalidResourceLocation",
     "unverified"},
    {"a lock CanNotDelete forbids DELETE at its scope, below and above; ReadOnly forbids PUT and "
     "PATCH at its scope and below too: 409 ScopeLocked",
     "service documentation; hashicorp/terraform-provider-azurerm#17478; Azure/apiops#606"},
    {"ReadOnly also forbids POST actions such as restart (setting read_only_lock_post)",
     "unverified"},
    {"locks can be made and deleted below other locks", "unverified"},
    {"the list of locks has those of the scope and below; with atScope() those of the scope",
     "2020-05-01 swagger; atScope() is unverified"},
    {"DELETE of a lock is 200, of one that is not there 204", "2020-05-01 swagger"},
    {"checkNameAvailability gives a reason, AlreadyExists or Invalid, for names that are not free "
     "only",
     "2025-08-01 models; 2024-08-01 example"},
    {"the list of a group's resources has what has a location, without properties",
     "2024-07-01 swagger; what is listed is unverified"},
    {"threat protection of a server is always there, called Default, off at first",
     "2024-08-01 swagger and examples; off at first is unverified"},
    {"a server has one virtual endpoint, made on the primary, of the primary and at most one of "
     "its replicas",
     "service documentation; the codes of refusals are unverified"},
    {"a private endpoint connection is called NAME.GUID and made by its private endpoint; the "
     "server's side approves, rejects or deletes it",
     "2024-08-01 examples; that a PUT of another one is 404 is unverified"},
    {"bodies about servers, parameters, rules and databases: unknown members, wrong types and "
     "missing members are 400 InvalidRequestContent; read-only ones are ignored",
     "a PATCH with the whole object is recorded; the refusals are unverified"},
    {"replica roles and promotion, IOPS and throughput of Premium_LRS, a source and a point in "
     "time cannot be changed: PropertyChangeNotAllowed",
     "service documentation; the code is unverified"},
    {"paths and names of query parameters have no case, names may be encoded, slashes doubled",
     "ARM RPC for case; the rest is unverified"},
};

json_t *beliefs_json(void)
{
    json_t *all = json_array();
    for (size_t i = 0; i < sizeof(beliefs) / sizeof(beliefs[0]); i++)
        json_array_append_new(
            all, json_pack("{s:s, s:s}", "belief", beliefs[i].belief, "source", beliefs[i].source));
    return all;
}
