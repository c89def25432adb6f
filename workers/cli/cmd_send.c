/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan send`: an SMS through the whole line, in at bearerbox's fake SMSC link and its answer out of it. */
#include "citizen.h"
#include "clock.h"
#include "commands.h"
#include "output.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* One SMS under way. */
struct letter {
    char from[FAKE_NUMBER_BYTES];
    uint64_t sent_ms, answered_ms;
};

struct sending {
    struct cli *cli;
    struct citizen citizen;
    struct fake_link *link;
    struct letter *letters;
    size_t count, answered;
    json_t *answers;
};

/* Waits until the link has something to do or the deadline passes; OK, E_AGAIN at the deadline, E_GONE. */
static int wait_link(struct fake_link *link, uint64_t deadline_ms)
{
    struct pollfd poll_fd = {.fd = fake_link_fd(link), .events = fake_link_events(link)};
    uint64_t now_ms = clock_mono_ms();

    if (now_ms >= deadline_ms)
        return E_AGAIN;
    if (poll(&poll_fd, 1, (int)(deadline_ms - now_ms)) == 0)
        return E_AGAIN;
    return fake_link_work(link);
}

static void take_answer(struct sending *sending, const struct fake_sms *sms)
{
    struct letter *letter = NULL;
    char *text;

    for (size_t i = 0; i < sending->count && !letter; i++)
        if (!sending->letters[i].answered_ms && strcmp(sending->letters[i].from, sms->to) == 0)
            letter = &sending->letters[i];
    if (!letter)
        return;
    letter->answered_ms = clock_mono_ms();
    sending->answered++;
    if (sending->cli->json) {
        json_array_append_new(sending->answers,
                              json_pack("{s:s,s:s,s:o,s:i,s:I}", "from", sms->from, "to", sms->to, "text",
                                        json_text(sms->text, sms->len), "segments", (int)sms->segments, "ms",
                                        (json_int_t)(letter->answered_ms - letter->sent_ms)));
        return;
    }
    text = output_clean(sms->text, sms->len, true);
    puts(text);
    fflush(stdout);
    if (sending->count == 1)
        cli_remark(sending->cli, "answered by %s after %llu ms, %u segment%s", sms->from,
                   (unsigned long long)(letter->answered_ms - letter->sent_ms), sms->segments,
                   sms->segments == 1 ? "" : "s");
    free(text);
}

/* bearerbox hands answers that nobody was there to take to whoever connects next: those are not ours. */
static int skip_older(struct sending *sending)
{
    enum { QUIET_MS = 100 };
    size_t skipped = 0;
    int err;

    do {
        struct fake_sms sms;

        err = wait_link(sending->link, clock_mono_ms() + QUIET_MS);
        while (fake_link_next(sending->link, &sms)) {
            skipped++;
            free(sms.text);
        }
    } while (err == OK);
    if (skipped)
        cli_remark(sending->cli, "%zu older answer%s waited on the link; skipped", skipped, skipped == 1 ? "" : "s");
    return err == E_AGAIN ? OK : err;
}

static int send_all(struct sending *sending, const char *text)
{
    for (size_t i = 0; i < sending->count; i++) {
        struct letter *letter = &sending->letters[i];
        int err;

        citizen_number(&sending->citizen, i, letter->from);
        err = fake_link_send(sending->link, letter->from, sending->citizen.to, text, strlen(text));
        if (err)
            return err;
        letter->sent_ms = clock_mono_ms();
    }
    return OK;
}

static int flush_all(struct sending *sending, uint64_t deadline_ms)
{
    int err = fake_link_work(sending->link);

    while (err == OK && !fake_link_flushed(sending->link))
        err = wait_link(sending->link, deadline_ms);
    return err;
}

static void take_answers(struct sending *sending)
{
    struct fake_sms sms;

    while (fake_link_next(sending->link, &sms)) {
        take_answer(sending, &sms);
        free(sms.text);
    }
}

/* Some may have come while others were still on their way out. */
static int await_answers(struct sending *sending, uint64_t deadline_ms)
{
    int err = OK;

    take_answers(sending);
    while (sending->answered < sending->count && err == OK) {
        err = wait_link(sending->link, deadline_ms);
        take_answers(sending);
    }
    return sending->answered == sending->count ? OK : err;
}

static int no_answer(const struct sending *sending, int err, uint64_t seconds)
{
    const struct cli *cli = sending->cli;

    if (err == E_GONE)
        return cli_fail(cli, CLI_FAILED, "bearerbox closed the link before all answers came (%zu of %zu)",
                        sending->answered, sending->count);
    return cli_fail(
        cli, CLI_FAILED,
        "%zu of %zu answered in %llu s: bearerbox was given the SMS, and nothing came back. See aduan status: "
        "is the link up, do classifiers and responders run? (Or another phone holds the fake link; or that number sent "
        "the "
        "same within replies.reminder_s, which only smoke.sender may.)",
        sending->answered, sending->count, (unsigned long long)seconds);
}

static int run(struct sending *sending, bool wait)
{
    uint64_t deadline_ms;
    int err = skip_older(sending);

    if (err == OK) {
        err = send_all(sending, sending->cli->operands[0]);
        if (err)
            return cli_fail(sending->cli, CLI_USAGE, "a number has a space in it, or the text is no UTF-8");
        deadline_ms = clock_mono_ms() + sending->citizen.timeout_s * 1000;
        err = flush_all(sending, deadline_ms);
        if (err == OK && wait)
            err = await_answers(sending, deadline_ms);
    }
    return err ? no_answer(sending, err, sending->citizen.timeout_s) : CLI_OK;
}

static int report(struct sending *sending, bool wait, int code)
{
    if (sending->cli->json && code != CLI_USAGE) {
        int printed = output_json(json_pack("{s:i,s:i,s:i,s:O}", "v", 1, "sent", (int)sending->count, "answered",
                                            (int)sending->answered, "answers", sending->answers));

        return code == CLI_OK ? printed : code;
    }
    if (code == CLI_OK && wait && sending->count > 1)
        cli_remark(sending->cli, "%zu answers", sending->answered);
    return code;
}

int cmd_send(struct cli *cli)
{
    struct sending sending = {.cli = cli};
    struct fault fault = {0};
    bool wait = !cli_flag(cli, "no-wait");
    uint64_t count;
    int err, code = citizen_read(cli, &sending.citizen);

    if (code == CLI_OK)
        code = cli_option_count(cli, "count", 1, 100000, 1, &count);
    if (code != CLI_OK)
        return code;
    err = fake_link_open(sending.citizen.host, sending.citizen.port, 5000, &sending.link, &fault);
    if (err)
        return cli_fail(cli, CLI_FAILED, "%s", fault.text);
    sending.count = count;
    sending.letters = calloc(sending.count, sizeof *sending.letters);
    sending.answers = json_array();
    if (!sending.letters || !sending.answers)
        abort();
    code = report(&sending, wait, run(&sending, wait));
    fake_link_close(sending.link);
    json_decref(sending.answers);
    free(sending.letters);
    return code;
}
