/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan quarantine show` and `retry`: a look at an SMS that killed its classifiers, and its way out when the cause is
 * mended. A retry reads the SMS in this process: if that is what it kills, the store has not changed. */
#include "clock.h"
#include "commands.h"
#include "desk.h"
#include "message_key.h"
#include "output.h"
#include "store_incident.h"

#include <string.h>

/* CLI_OK when that message is parked. */
static int check_parked(const struct cli *cli, const uint8_t key[STORE_KEY_MESSAGE_BYTES])
{
    Aduan__Record__Message *message;
    int err = store_message_get(cli->store, key, STORE_KEY_MESSAGE_BYTES, &message);

    if (err && err != E_NOT_FOUND)
        return cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    bool parked = !err && strcmp(message->reason, "quarantined") == 0;
    if (!err)
        aduan__record__message__free_unpacked(message, NULL);
    return parked ? CLI_OK : cli_fail(cli, CLI_NOT_FOUND, "the quarantine holds no %s", cli->operands[0]);
}

int cmd_quarantine_show(struct cli *cli)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    int code = message_key(cli, cli->operands[0], key);

    if (code == CLI_OK)
        code = check_parked(cli, key);
    return code == CLI_OK ? cmd_message_show(cli) : code;
}

struct deciding {
    const struct config *config;
    struct rules *rules;
    struct model *model;
    struct places *places;
    struct ensemble *ensemble;
};

static int decide(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    const struct deciding *deciding = ctx;

    return desk_decide(deciding->config, deciding->ensemble, sms, out);
}

static struct store_policy policy(struct deciding *deciding)
{
    const struct config *config = deciding->config;

    return (struct store_policy){.ctx = deciding,
                                 .decide = decide,
                                 .part_wait_us = (uint64_t)config->part_wait_s * 1000000,
                                 .part_keep_us = (uint64_t)config->part_keep_s * 1000000,
                                 .resend_window_us = (uint64_t)config->resend_window_s * 1000000,
                                 .reminder_us = (uint64_t)config->reply_reminder_s * 1000000,
                                 .reply_rate = config->reply_rate,
                                 .reply_rate_window_us = (uint64_t)config->reply_rate_window_s * 1000000,
                                 .joining = store_joining_of(config)};
}

int cmd_quarantine_retry(struct cli *cli)
{
    struct deciding deciding = {.config = cli->config};
    struct store_policy how;
    struct store_outcome outcome;
    struct fault fault = {0};
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    int err = message_key(cli, cli->operands[0], key);

    if (err)
        return err;
    err = rules_load(cli->config->categories_path, cli->config->agencies_path, &deciding.rules, &fault);
    if (!err) {
        if (desk_model_open(cli->config, &deciding.model, &fault) != OK)
            cli_remark(cli, "the rules decide alone: %s", fault.text);
        if (desk_places_open(cli->config, &deciding.places, &fault) != OK)
            cli_remark(cli, "no places are looked for: %s", fault.text);
        deciding.ensemble = ensemble_new(deciding.rules, deciding.model);
        ensemble_use_places(deciding.ensemble, deciding.places);
        desk_compare(cli->config, cli->seal, deciding.ensemble);
        how = policy(&deciding);
        err = store_quarantine_retry(cli->store, &how, key, sizeof key, cli->actor, clock_now_us(), &outcome, &fault);
    }
    ensemble_free(deciding.ensemble);
    places_free(deciding.places);
    model_close(deciding.model);
    rules_free(deciding.rules);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    return cmd_message_show(cli);
}
