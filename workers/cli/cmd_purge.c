/* SPDX-License-Identifier: BSD-2-Clause */
/* Retention: what citizens wrote goes when it has been kept for long enough. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "store_purge.h"

static const uint64_t day_us = 86400u * 1000000ull;
enum { BATCH_DEFAULT = 256, BATCH_MAX = 10000 };

struct retention {
    const struct config *config;
    uint64_t now_us;
};

static uint64_t before_us(void *ctx, const char *category)
{
    const struct retention *retention = ctx;
    uint64_t kept_us = config_retention_days(retention->config, category) * day_us;

    return kept_us > 0 && kept_us < retention->now_us ? retention->now_us - kept_us : 0;
}

static int tell(const struct cli *cli, const struct store_purge *purge)
{
    if (cli->json)
        return output_json(json_pack("{s:i,s:b,s:I,s:I,s:I,s:I,s:I}", "v", 1, "dry_run", purge->dry_run, "tickets",
                                     (json_int_t)purge->tickets, "messages", (json_int_t)purge->messages, "replies",
                                     (json_int_t)purge->replies, "identities", (json_int_t)purge->identities, "held",
                                     (json_int_t)purge->held));
    printf("%s: %llu tickets, %llu messages, %llu replies, %llu senders\n",
           purge->dry_run ? "would be purged" : "purged", (unsigned long long)purge->tickets,
           (unsigned long long)purge->messages, (unsigned long long)purge->replies,
           (unsigned long long)purge->identities);
    if (purge->held > 0)
        printf("%llu are left for another time: a reply is still on its way\n", (unsigned long long)purge->held);
    return CLI_OK;
}

int cmd_purge(struct cli *cli)
{
    struct retention keep = {cli->config, clock_now_us()};
    const struct store_retention retention = {&keep, before_us};
    struct store_purge purge = {.dry_run = cli_flag(cli, "dry-run")};
    uint64_t batch;
    int code = cli_option_count(cli, "batch", 1, BATCH_MAX, BATCH_DEFAULT, &batch);

    if (code == CLI_OK)
        code = session_open(cli, purge.dry_run ? NEED_STORE : NEED_STORE_WRITE);
    if (code != CLI_OK)
        return code;
    while (!purge.finished) {
        struct fault fault = {0};
        uint64_t began_ms = clock_mono_ms();
        int err = store_purge_step(cli->store, &retention, keep.now_us, (size_t)batch, &purge, &fault);

        if (err)
            return cli_fail_fault(cli, err, &fault);
        if (!purge.finished && !purge.dry_run)
            cli_give_way(clock_mono_ms() - began_ms);
    }
    return tell(cli, &purge);
}
