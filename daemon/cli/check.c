/* pgdrift check: are the files right? Without any connection, and without looking up secrets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "config/desired.h"
#include "config/settings.h"

static bool is_settings(const char *file)
{
    const char *slash = strrchr(file, '/');
    return strcmp(slash ? slash + 1 : file, "pgdriftd.json") == 0;
}

/* The settings that documents are checked against: those given beside them or by --config, else the
 * installed ones where they can be read, else the defaults, because a document can be checked on
 * any machine. */
static struct settings *settings_for_check(const struct cli *cli, struct problems *problems)
{
    for (size_t i = 0; i < cli->arg_count; i++)
        if (is_settings(cli->args[i]))
            return settings_load(cli->args[i], SETTINGS_LEAVE_SECRETS, problems);
    if (strcmp(cli->config, SETTINGS_FILE) == 0 && cli->arg_count && access(cli->config, R_OK))
        return settings_parse(cli->config, "{}", 2, SETTINGS_LEAVE_SECRETS, problems);
    return settings_load(cli->config, SETTINGS_LEAVE_SECRETS, problems);
}

static size_t check_documents(const struct cli *cli, const struct settings *settings,
                              struct problems *problems)
{
    const char **documents = xcalloc(cli->arg_count, sizeof(char *));
    size_t count = 0;
    for (size_t i = 0; i < cli->arg_count; i++)
        if (!is_settings(cli->args[i])) documents[count++] = cli->args[i];
    struct desired *d = NULL;
    if (cli->arg_count == 0)
        d = desired_load(settings, SETTINGS_LEAVE_SECRETS, problems);
    else if (count > 0)
        d = desired_load_files(settings, documents, count, SETTINGS_LEAVE_SECRETS, problems);
    if (d) desired_require(d, settings, problems);
    count = d ? d->count : 0;
    desired_free(d);
    free(documents);
    return count;
}

/* Settings files beyond the first, which the documents are checked against anyway. */
static size_t check_settings(const struct cli *cli, struct problems *problems)
{
    size_t count = 0;
    for (size_t i = 0; i < cli->arg_count; i++) {
        if (!is_settings(cli->args[i]) || count++ == 0) continue;
        settings_free(settings_load(cli->args[i], SETTINGS_LEAVE_SECRETS, problems));
    }
    return count;
}

int cli_check(const struct cli *cli)
{
    struct problems problems;
    problems_init(&problems);
    size_t files = check_settings(cli, &problems);
    struct settings *settings = settings_for_check(cli, &problems);
    if (settings) files += check_documents(cli, settings, &problems);
    settings_free(settings);
    int status = CLI_IN_SYNC;
    problems_sort(&problems);
    if (problems.total)
        status = cli_problems(cli, &problems);
    else if (cli->json)
        printf("{\"valid\": true, \"files\": %zu}\n", files);
    else
        printf("%zu %s valid\n", files, files == 1 ? "file is" : "files are");
    problems_done(&problems);
    return status;
}
