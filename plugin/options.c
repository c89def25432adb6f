/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAIN_SECONDS = 30, DRAIN_SECONDS_MAX = 3600 };

static const char usage[] =
    "Usage: aduanbox --name NAME --inbound ENDPOINT --outbound ENDPOINT --bearerbox SPEC [--bearerbox SPEC …]\n"
    "\n"
    "A Kannel box: takes SMS from bearerbox, hands them to aduan-classifier, and hands the replies of\n"
    "aduan-responder back. aduand starts it; its settings are in aduan.yaml.\n"
    "\n"
    "  --name NAME          this box's name, e.g. box1\n"
    "  --inbound ENDPOINT   where classifiers connect, e.g. ipc:///run/aduan/box1.in\n"
    "  --outbound ENDPOINT  where responders connect, e.g. ipc:///run/aduan/box1.out\n"
    "  --bearerbox SPEC     name=main,host=127.0.0.1,port=13001,id=aduan[,tls=yes][,ca=FILE][,cert=FILE]\n"
    "                       [,tls-name=NAME]; id is the smsbox-id of kannel.conf's smsbox-route group;\n"
    "                       ca verifies bearerbox's certificate, which must bear tls-name (default: host)\n"
    "  --status ENDPOINT    aduand's status socket\n"
    "  --lock FILE          held while this process lives, with its pid inside\n"
    "  --log-level LEVEL    error, warning, info (default) or debug\n"
    "  --drain-seconds N    how long SIGTERM waits for what is outstanding (default 30)\n"
    "  --help, --version\n"
    "\n"
    "SIGTERM and SIGINT drain; a second one exits at once. Exit codes: 0 drained, 1 could not start or run,\n"
    "2 usage, 75 another process holds the lock or a socket.\n";

const char *options_usage(void)
{
    return usage;
}

static int fail(char *why, size_t why_size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int fail(char *why, size_t why_size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, why_size, format, args);
    va_end(args);
    return -1;
}

static bool number(const char *text, unsigned long min, unsigned long max, unsigned long *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < min || value > max)
        return false;
    *out = value;
    return true;
}

/* Names travel in frames, logs and file names. */
static bool is_name(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= OPTIONS_NAME_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

/* --- one bearerbox ------------------------------------------------------------------------------------------- */

static char **link_field(struct link_options *link, const char *key)
{
    const struct {
        const char *key;
        char **field;
    } fields[] = {{"name", &link->name}, {"host", &link->host}, {"port", &link->port},        {"id", &link->id},
                  {"ca", &link->ca},     {"cert", &link->cert}, {"tls-name", &link->tls_name}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(key, fields[i].key) == 0)
            return fields[i].field;
    return NULL;
}

static int link_pair(struct link_options *link, char *key, char *why, size_t why_size)
{
    char *value = strchr(key, '=');
    if (!value || value[1] == '\0')
        return fail(why, why_size, "--bearerbox: \"%s\" should be key=value", key);
    *value++ = '\0';
    if (strcmp(key, "tls") == 0) {
        link->tls = strcmp(value, "yes") == 0;
        if (!link->tls && strcmp(value, "no") != 0)
            return fail(why, why_size, "--bearerbox: tls=%s should be tls=yes or tls=no", value);
        return 0;
    }
    char **field = link_field(link, key);
    if (!field)
        return fail(why, why_size,
                    "--bearerbox: unknown key \"%s\"; known are name, host, port, id, tls, ca, cert, tls-name", key);
    if (*field)
        return fail(why, why_size, "--bearerbox: %s is given twice", key);
    *field = value;
    return 0;
}

static int link_check(const struct options *options, const struct link_options *link, char *why, size_t why_size)
{
    unsigned long port;
    if (!link->name || !link->host || !link->port || !link->id)
        return fail(why, why_size, "--bearerbox needs name=, host=, port= and id=");
    if (!is_name(link->name))
        return fail(why, why_size, "--bearerbox: name=%s should be 1 to 64 letters, digits, '.', '_' or '-'",
                    link->name);
    if (strlen(link->host) > 255 || strlen(link->id) > 255)
        return fail(why, why_size, "--bearerbox: host and id may have 255 characters");
    if (!number(link->port, 1, 65535, &port))
        return fail(why, why_size, "--bearerbox: port=%s should be a number from 1 to 65535", link->port);
    if (!link->tls && (link->ca || link->cert || link->tls_name))
        return fail(why, why_size, "--bearerbox: ca, cert and tls-name mean something only with tls=yes");
    for (size_t i = 0; i < options->link_count; i++)
        if (strcmp(options->links[i].name, link->name) == 0)
            return fail(why, why_size, "--bearerbox: two links are named \"%s\"", link->name);
    return 0;
}

static int link_parse(struct options *options, const char *spec, char *why, size_t why_size)
{
    if (options->link_count == OPTIONS_LINKS_MAX)
        return fail(why, why_size, "more than %d --bearerbox", OPTIONS_LINKS_MAX);
    struct link_options link = {.memory = strdup(spec)};
    char *rest = link.memory;
    if (!rest)
        return fail(why, why_size, "out of memory");
    int err = 0;
    for (char *pair; err == 0 && (pair = strsep(&rest, ",")) != NULL;)
        err = link_pair(&link, pair, why, why_size);
    if (err == 0)
        err = link_check(options, &link, why, why_size);
    if (err != 0) {
        free(link.memory);
        return err;
    }
    options->links[options->link_count++] = link;
    return 0;
}

/* --- the whole line ------------------------------------------------------------------------------------------ */

static int take(struct options *options, const char *key, const char *value, char *why, size_t why_size)
{
    const struct {
        const char *key;
        const char **field;
    } texts[] = {{"--name", &options->name},
                 {"--inbound", &options->inbound},
                 {"--outbound", &options->outbound},
                 {"--status", &options->status},
                 {"--lock", &options->lock}};
    unsigned long seconds;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(key, texts[i].key) == 0) {
            *texts[i].field = value;
            return 0;
        }
    if (strcmp(key, "--bearerbox") == 0)
        return link_parse(options, value, why, why_size);
    if (strcmp(key, "--log-level") == 0) {
        int level = journal_level_parse(value);
        if (level < 0)
            return fail(why, why_size, "--log-level %s: should be error, warning, info or debug", value);
        options->log_level = (enum journal_level)level;
        return 0;
    }
    if (!number(value, 0, DRAIN_SECONDS_MAX, &seconds))
        return fail(why, why_size, "--drain-seconds %s: should be a number from 0 to %d", value, DRAIN_SECONDS_MAX);
    options->drain_seconds = (uint32_t)seconds;
    return 0;
}

static bool is_known(const char *key)
{
    static const char *const known[] = {"--name", "--inbound",   "--outbound",  "--status",
                                        "--lock", "--bearerbox", "--log-level", "--drain-seconds"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(key, known[i]) == 0)
            return true;
    return false;
}

static int check(const struct options *options, char *why, size_t why_size)
{
    if (!options->name || !options->inbound || !options->outbound)
        return fail(why, why_size, "--name, --inbound and --outbound are needed; see aduanbox --help");
    if (!is_name(options->name))
        return fail(why, why_size, "--name %s: should be 1 to 64 letters, digits, '.', '_' or '-'", options->name);
    if (strcmp(options->inbound, options->outbound) == 0)
        return fail(why, why_size, "--inbound and --outbound must differ");
    if (options->link_count == 0)
        return fail(why, why_size,
                    "at least one --bearerbox is needed, e.g. --bearerbox "
                    "name=main,host=127.0.0.1,port=13001,id=aduan");
    return 0;
}

int options_parse(struct options *options, int argc, char **argv, char *why, size_t why_size)
{
    *options = (struct options){.log_level = JOURNAL_INFO, .drain_seconds = DRAIN_SECONDS};
    for (int i = 1; i < argc; i += 2) {
        options->help |= strcmp(argv[i], "--help") == 0;
        options->version |= strcmp(argv[i], "--version") == 0;
        if (options->help || options->version)
            return 0;
        if (!is_known(argv[i]))
            return fail(why, why_size, "unknown argument \"%s\"; see aduanbox --help", argv[i]);
        if (i + 1 == argc)
            return fail(why, why_size, "%s needs a value", argv[i]);
        if (take(options, argv[i], argv[i + 1], why, why_size) != 0)
            return -1;
    }
    return check(options, why, why_size);
}

void options_done(struct options *options)
{
    for (size_t i = 0; i < options->link_count; i++)
        free(options->links[i].memory);
    options->link_count = 0;
}
