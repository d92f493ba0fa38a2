/* Request bodies: see payload.h. The document with a random mark in the secret's place is rendered
 * by the JSON library; the secret replaces the mark in memory of exactly the right size. */
#include "azure/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* Writes one byte of a JSON string at 'out' (NULL: nowhere). Returns its length. */
static size_t payload_escape(char *out, unsigned char c)
{
    char text[8];
    if (c == '"' || c == '\\')
        snprintf(text, sizeof(text), "\\%c", c);
    else if (c < ' ')
        snprintf(text, sizeof(text), "\\u%04x", c);
    else
        snprintf(text, sizeof(text), "%c", c);
    size_t length = strlen(text);
    if (out) memcpy(out, text, length);
    mem_wipe(text, sizeof(text));
    return length;
}

static size_t escape_all(char *out, const struct secret *secret)
{
    const char *bytes = secret_bytes(secret);
    size_t length = 0;
    for (size_t i = 0; i < secret_length(secret); i++)
        length += payload_escape(out ? out + length : NULL, (unsigned char)bytes[i]);
    return length;
}

/* 'text' with 'mark' replaced by the secret. */
static char *put_secret(const char *text, const char *mark, const struct secret *secret,
                        size_t *length)
{
    const char *at = strstr(text, mark);
    size_t head = (size_t)(at - text), tail = strlen(at) - strlen(mark);
    size_t middle = escape_all(NULL, secret);
    char *out = xmalloc(head + middle + tail + 1);
    memcpy(out, text, head);
    escape_all(out + head, secret);
    memcpy(out + head + middle, at + strlen(mark), tail + 1);
    *length = head + middle + tail;
    return out;
}

int payload_make(const struct arm_request *request, const struct io *io, char **out, size_t *length,
                 struct err *err)
{
    json_t *body = json_parse(request->body, strlen(request->body), err);
    if (!json_is_object(body)) {
        json_decref(body);
        return err_set(err, ERR_CONFIG, "the body of %s %s is no JSON object", request->method,
                       request->id);
    }
    bool secret = request->secret && request->secret_path;
    char mark[ARM_GUID];
    arm_guid(io, mark);
    if (secret) json_put_at(body, request->secret_path, json_string(mark));
    char *text = json_line(body);
    json_decref(body);
    if (secret) {
        *out = put_secret(text, mark, request->secret, length);
        free(text);
    } else {
        *out = text;
        *length = strlen(text);
    }
    return 0;
}

void payload_free(char *payload, size_t length)
{
    if (!payload) return;
    mem_wipe(payload, length);
    free(payload);
}
