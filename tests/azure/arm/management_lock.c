/* Microsoft.Authorization/locks: see management_lock.h. A lock binds its scope and everything
 * below; what is above a locked item cannot be deleted either. */
#include "arm/management_lock.h"

#include <string.h>

#include "arm/resource_path.h"
#include "arm/resource_type.h"
#include "arm/store.h"
#include "base/json.h"

#define LOCKS "/providers/microsoft.authorization/locks"

enum { NOTES_MAX = 512, NAME_MAX_LENGTH = 260 };

static const struct member lock_owner[] = {
    MEMBER("applicationId", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member lock_properties[] = {
    MEMBER_WORDS("level", MEMBER_REQUIRED, "NotSpecified|CanNotDelete|ReadOnly"),
    MEMBER("notes", MEMBER_TEXT, 0),
    MEMBER_INNER("owners", MEMBER_OBJECTS, 0, lock_owner),
    MEMBER_END,
};

static const struct member lock_members[] = {
    MEMBER("id", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("name", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("type", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("systemData", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, lock_properties),
    MEMBER_END,
};

/* "It cannot contain <, > %, &, :, \, ?, /, or any control characters" (specification). */
static bool lock_name_valid(const char *name)
{
    if (strlen(name) > NAME_MAX_LENGTH || strpbrk(name, "<>%&:\\?/")) return false;
    for (const char *p = name; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) return false;
    }
    return true;
}

static int lock_check(struct resource_change *change, struct refusal *refusal)
{
    const char *notes = json_text_at(change->doc, "properties.notes");
    if (!notes || strlen(notes) <= NOTES_MAX) return 0;
    return refuse_now(refusal, 400, "InvalidLockNotes",
                      "The notes of a lock have at most %d characters.", NOTES_MAX);
}

/* Does the lock at 'scope' forbid the method on 'path'? Both in lower case. */
static bool lock_binds(const struct exchange *x, const json_t *lock, const char *scope,
                       const char *path)
{
    const char *level = json_text_at(lock, "properties.level");
    bool deletes = strcmp(x->method, "DELETE") == 0, below = id_within(path, scope);
    if (strcmp(level, "NotSpecified") == 0) return false;
    if (deletes) return below || id_within(scope, path);
    if (!below || strcmp(level, "ReadOnly") != 0) return false;
    return strcmp(x->method, "POST") != 0 ||
           setting_is(&x->sim->settings, SET_READ_ONLY_LOCK_POST, "refuse");
}

bool management_lock_forbids(struct exchange *x)
{
    const char *path = lower_text(x->arena, x->path), *key;
    json_t *doc;
    if (!x->write || strstr(path, LOCKS)) return false;
    json_each_member(x->sim->resources, key, doc)
    {
        const char *at = strstr(key, LOCKS);
        if (!at) continue;
        const char *scope = arena_strndup(x->arena, key, (size_t)(at - key));
        if (!lock_binds(x, doc, scope, path)) continue;
        size_t length = strlen(scope);
        reply_error(x, 409, "ScopeLocked",
                    "The scope '%s' cannot perform %s operation because following scope(s) are "
                    "locked: '%.*s'. Please remove the lock and try again.",
                    x->path, strcmp(x->method, "DELETE") == 0 ? "delete" : "write", (int)length,
                    json_text_at(doc, "id"));
        return true;
    }
    return false;
}

const struct resource_type management_lock_type = {
    .type = "Microsoft.Authorization/locks",
    .versions = "2020-05-01",
    .flags = RESOURCE_EXTENSION,
    .settle = SETTLE_AT_ONCE,
    .members = lock_members,
    .name_valid = lock_name_valid,
    .check = lock_check,
};
