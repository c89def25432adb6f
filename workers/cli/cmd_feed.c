/* SPDX-License-Identifier: BSD-2-Clause */
/* The public feed: its key, who may see it, and how far back it goes. */
#include "clock.h"
#include "commands.h"
#include "curve_key.h"
#include "output.h"
#include "store_feed.h"
#include "store_integrator.h"
#include "when.h"

#include <string.h>

enum { TRIM_EVENTS = 1000 };

/* --- the server's key --- */

int cmd_feed_key(struct cli *cli)
{
    const char *path = cli->config->feed_key_path;
    struct curve_key key;
    struct fault fault = {0};
    char public_text[CURVE_KEY_TEXT_BYTES];
    bool create = cli_flag(cli, "create");
    int err = create ? curve_key_create(path, &fault) : OK;

    if (err == OK)
        err = curve_key_load(path, &key, &fault);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    memcpy(public_text, key.public_text, sizeof public_text);
    curve_key_wipe(&key);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s,s:s,s:b}", "v", 1, "public", public_text, "file", path, "made", create));
    if (create)
        cli_remark(cli, "%s is made; this is the public key that integrators need", path);
    puts(public_text);
    return CLI_OK;
}

/* --- history --- */

int cmd_feed_trim(struct cli *cli)
{
    const char *before = cli_option(cli, "before");
    uint64_t before_us, total = 0;
    size_t trimmed;

    if (!before)
        return cli_fail(cli, CLI_USAGE, "say from when on events stay: --before 30d, --before 2026-11-01");
    if (when_parse(before, clock_now_us(), &before_us) != OK)
        return cli_fail(cli, CLI_USAGE, "--before wants a time such as 30d or 2026-11-01, not \"%s\"", before);
    do {
        struct fault fault = {0};
        int err = store_events_trim(cli->store, before_us, TRIM_EVENTS, &trimmed, &fault);

        if (err)
            return cli_fail_fault(cli, err, &fault);
        total += trimmed;
    } while (trimmed == TRIM_EVENTS);
    if (cli->json)
        return output_json(json_pack("{s:i,s:I}", "v", 1, "trimmed", (json_int_t)total));
    printf("%llu events are taken from the log\n", (unsigned long long)total);
    return CLI_OK;
}

/* --- integrators --- */

/* The key given, or a pair made for the integrator. */
static int choose_key(struct cli *cli, struct curve_key *made, uint8_t key[CURVE_KEY_BYTES])
{
    const char *given = cli_option(cli, "key");
    struct fault fault = {0};
    int err;

    if (!given == !cli_flag(cli, "generate"))
        return cli_fail(cli, CLI_USAGE, "give the integrator's public key with --key, or have a pair made: --generate");
    if (given && curve_key_parse(given, key) != OK)
        return cli_fail(cli, CLI_USAGE, "--key wants a CURVE public key: 40 characters of Z85");
    if (given)
        return CLI_OK;
    err = curve_key_make(made, &fault);
    if (!err)
        err = curve_key_parse(made->public_text, key);
    return err ? cli_fail_fault(cli, err, &fault) : CLI_OK;
}

static int tell_added(const struct cli *cli, const Aduan__Record__Integrator *integrator, const uint8_t *key,
                      const struct curve_key *made)
{
    char public_text[CURVE_KEY_TEXT_BYTES];
    json_t *object;

    curve_key_format(key, public_text);
    if (!cli->json) {
        printf("%s may see the feed as %s, under v1.%s.\npublic key  %s\n", integrator->name, integrator->tier,
               integrator->name, public_text);
        if (*made->secret_text)
            printf("secret key  %s\nThe secret key is kept nowhere and shown this once.\n", made->secret_text);
        return CLI_OK;
    }
    object = json_pack("{s:i,s:s,s:s,s:s,s:s}", "v", 1, "name", integrator->name, "tier", integrator->tier, "agency",
                       integrator->agency, "public", public_text);
    if (*made->secret_text)
        json_object_set_new(object, "secret", json_string(made->secret_text));
    return output_json(object);
}

int cmd_integrator_add(struct cli *cli)
{
    Aduan__Record__Integrator integrator = ADUAN__RECORD__INTEGRATOR__INIT;
    const char *tier = cli_option(cli, "tier"), *agency = cli_option(cli, "agency");
    struct curve_key made = {0};
    struct fault fault = {0};
    uint8_t key[CURVE_KEY_BYTES];
    uint64_t rate;
    int code = cli_option_count(cli, "rate", 1, 100000, 0, &rate), err;

    if (code != CLI_OK)
        return code;
    if (!tier)
        return cli_fail(cli, CLI_USAGE, "say what it may see: --tier public, agency or full");
    code = choose_key(cli, &made, key);
    if (code != CLI_OK)
        return code;
    integrator.name = (char *)cli->operands[0];
    integrator.tier = (char *)tier;
    integrator.agency = (char *)(agency ? agency : "");
    integrator.rate = (uint32_t)rate;
    err = store_integrator_add(cli->store, key, &integrator, clock_now_us(), &fault);
    code = err ? cli_fail_fault(cli, err, &fault) : tell_added(cli, &integrator, key, &made);
    curve_key_wipe(&made);
    return code;
}

static int add_integrator(void *ctx, const uint8_t *key, const Aduan__Record__Integrator *integrator)
{
    char public_text[CURVE_KEY_TEXT_BYTES];

    json_array_append_new(ctx,
                          json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "name", integrator->name, "tier", integrator->tier,
                                    "agency", integrator->agency, "public", curve_key_format(key, public_text), "added",
                                    json_time(integrator->added_us), "revoked", json_time(integrator->revoked_us),
                                    "rate_per_s", integrator->rate ? json_integer(integrator->rate) : json_null()));
    return 0;
}

static void print_integrators(const struct cli *cli, const json_t *list)
{
    static const char *const headers[] = {"NAME", "TIER", "AGENCY", "ADDED (UTC)", "REVOKED (UTC)", "PUBLIC KEY"};
    static const char *const fields[] = {"name", "tier", "agency", "added", "revoked", "public"};
    static const enum align align[] = {LEFT, LEFT, LEFT, LEFT, LEFT, LEFT};
    struct table *table = table_new(6, headers, align);
    size_t i;
    json_t *object;

    json_array_foreach(list, i, object)
    {
        bool revoked = !json_is_null(json_object_get(object, "revoked"));

        for (size_t field = 0; field < 6; field++) {
            const char *text = json_string_value(json_object_get(object, fields[field]));
            table_cell(table, revoked ? PAINT_DIM : PAINT_NONE, "%s", text && *text ? text : "-");
        }
    }
    if (i)
        table_print(table, cli, stdout);
    else
        fputs("no integrator is registered\n", stderr);
    table_free(table);
}

int cmd_integrator_list(struct cli *cli)
{
    json_t *list = json_array();
    int code = CLI_OK, err = store_integrators(cli->store, add_integrator, list);

    if (err)
        code = cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    else if (cli->json)
        code = output_json(json_pack("{s:i,s:O}", "v", 1, "integrators", list));
    else
        print_integrators(cli, list);
    json_decref(list);
    return code;
}

int cmd_integrator_revoke(struct cli *cli)
{
    const char *name = cli->operands[0];
    struct fault fault = {0};
    int err = store_integrator_revoke(cli->store, name, clock_now_us(), &fault);

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s}", "v", 1, "revoked", name));
    printf("%s is revoked; it gets nothing any more\n", name);
    return CLI_OK;
}
