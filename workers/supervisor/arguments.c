/* SPDX-License-Identifier: BSD-2-Clause */
/* aduanbox links no core, so it is told everything in words; a worker is told its configuration file and its name. */
#include "arguments.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 96 };

struct builder {
    char **argv;
    size_t count;
};

static void add(struct builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct builder *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (b->count + 1 >= ARGUMENTS_MAX || vasprintf(&b->argv[b->count++], format, args) < 0)
        abort(); /* the configuration bounds the links; a line of text is all that is asked for */
    va_end(args);
}

static void add_socket(struct builder *b, const struct config *config, const char *option, const char *name,
                       const char *suffix)
{
    char socket_name[64], endpoint[CONFIG_ENDPOINT_BYTES];

    snprintf(socket_name, sizeof socket_name, "%s%s", name, suffix);
    if (config_endpoint(config, socket_name, endpoint))
        abort(); /* config_load has refused such a run_dir */
    add(b, "%s", option);
    add(b, "%s", endpoint);
}

static void add_link(struct builder *b, const struct config_bearerbox *link)
{
    const char *ca = link->tls_ca ? link->tls_ca : "", *cert = link->tls_cert ? link->tls_cert : "";
    const char *name = link->tls_name;

    add(b, "--bearerbox");
    add(b, "name=%s,host=%s,port=%u,id=%s%s%s%s%s%s%s%s", link->name, link->host, link->port, link->smsbox_id,
        link->tls ? ",tls=yes" : "", *ca ? ",ca=" : "", ca, *cert ? ",cert=" : "", cert, *name ? ",tls-name=" : "",
        name);
}

static void add_box(struct builder *b, const struct config *config, const struct config_box *box)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};

    add_socket(b, config, "--inbound", box->name, ".in");
    add_socket(b, config, "--outbound", box->name, ".out");
    add_socket(b, config, "--status", "status", "");
    add(b, "--lock");
    add(b, "%s/%s.lock", config->run_dir, box->name);
    for (size_t i = 0; i < box->bearerbox_count; i++)
        add_link(b, &box->bearerboxes[i]);
    add(b, "--log-level");
    add(b, "%s", levels[config->log_level]);
    add(b, "--drain-seconds");
    add(b, "%u", config->drain_s);
}

char **arguments_make(const struct config *config, const char *libexec_dir, enum role role, unsigned number,
                      const char *name)
{
    struct builder b = {.argv = calloc(ARGUMENTS_MAX, sizeof *b.argv)};

    if (!b.argv)
        abort();
    add(&b, "%s/%s", libexec_dir, role_program(role));
    if (role != ROLE_BOX) {
        add(&b, "--config");
        add(&b, "%s", config->path);
    }
    add(&b, "--name");
    add(&b, "%s", name);
    if (role == ROLE_BOX)
        add_box(&b, config, &config->boxes[number]);
    return b.argv;
}

void arguments_free(char **argv)
{
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    free(argv);
}
