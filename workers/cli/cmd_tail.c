/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan tail`: the event log as it grows, as the feed's full view has it. The feed says when (wake.h); what is shown
 * is read from the store, so that it works with the feed stopped or killed, and during a replay of everything. Each
 * read is short and ends before anything is printed, so that a slow terminal never holds pages of the store. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "store_feed.h"
#include "ticket.h"
#include "wake.h"
#include "when.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TAIL_CHUNK = 256 };

static const char *const kinds[] = {
    "none",
    "sms_received",
    "ticket_opened",
    "ticket_classified",
    "ticket_state",
    "ticket_assigned",
    "ticket_note",
    "reply_queued",
    "reply_accepted",
    "reply_sent",
    "reply_delivered",
    "reply_failed",
    "sms_quarantined",
    "ticket_joined",
    "ticket_corrected",
    "incident_joined",
    "incident_left",
};

static const char *kind_name(Aduan__Record__Event__Kind kind)
{
    return (size_t)kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : "?";
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(object, name, json_text(text, strlen(text)));
}

static void set_state(json_t *object, const char *name, Aduan__Record__TicketState state)
{
    if (state != ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE)
        json_object_set_new(object, name, json_string(ticket_state_name(state)));
}

/* An event as proto/schema/event.json has it: what does not apply is left out. */
static json_t *event_json(const Aduan__Record__Event *event)
{
    json_t *object = json_object();

    json_object_set_new(object, "v", json_integer(1));
    json_object_set_new(object, "sequence", json_integer((json_int_t)event->sequence));
    json_object_set_new(object, "at", json_time(event->at_us));
    json_object_set_new(object, "kind", json_string(kind_name(event->kind)));
    if (event->ticket)
        json_object_set_new(object, "ticket", json_integer((json_int_t)event->ticket));
    if (event->reply_id.len)
        json_object_set_new(object, "reply", json_uuid(event->reply_id.data, event->reply_id.len));
    if (event->message_key.len)
        json_object_set_new(object, "message", json_hex(event->message_key.data, event->message_key.len));
    if (event->incident) {
        json_object_set_new(object, "incident", json_integer((json_int_t)event->incident));
        json_object_set_new(object, "tickets", json_integer(event->tickets));
    }
    set_text(object, "shortcode", event->shortcode);
    set_text(object, "type", event->type);
    set_text(object, "category", event->category);
    set_text(object, "agency", event->agency);
    set_state(object, "state", event->state);
    set_state(object, "state_before", event->state_before);
    set_text(object, "actor", event->actor);
    set_text(object, "detail", event->detail);
    return object;
}

/* What is shown; NULL and 0: whatever there is. */
struct filter {
    const char *kind, *category, *agency, *shortcode;
    uint64_t ticket;
};

static bool is(const char *wanted, const char *own, const char *of_ticket)
{
    return !wanted || strcmp(wanted, *own ? own : of_ticket) == 0;
}

/* What an event does not say itself is its ticket's. */
static bool shown(const struct filter *filter, const struct store_feed_item *item)
{
    const Aduan__Record__Event *event = item->event;

    return is(filter->kind, kind_name(event->kind), "") && is(filter->shortcode, event->shortcode, "") &&
           is(filter->category, event->category, item->ticket ? item->ticket->category : "") &&
           is(filter->agency, event->agency, item->ticket ? item->ticket->agency : "") &&
           (!filter->ticket || filter->ticket == event->ticket);
}

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));

    return text ? text : "";
}

static enum paint paint_of(const char *kind)
{
    if (strcmp(kind, "reply_failed") == 0 || strcmp(kind, "sms_quarantined") == 0)
        return PAINT_RED;
    if (strcmp(kind, "ticket_opened") == 0)
        return PAINT_BOLD;
    if (strcmp(kind, "reply_delivered") == 0)
        return PAINT_GREEN;
    return PAINT_NONE;
}

static void print_event(const struct cli *cli, const json_t *event)
{
    static const char *const fields[] = {"type", "category", "agency", "actor", "detail"};
    const char *kind = text_of(event, "kind"), *before = text_of(event, "state_before");
    const json_t *ticket = json_object_get(event, "ticket");
    uint64_t at_us = 0;
    char at[32];

    if (when_parse(text_of(event, "at"), 0, &at_us) != OK)
        at_us = 0;
    printf("%8lld  %s  %s%-17s%s", (long long)json_integer_value(json_object_get(event, "sequence")),
           output_time(at_us, at), paint_on(cli, paint_of(kind)), kind, paint_off(cli, paint_of(kind)));
    if (ticket)
        printf("  #%lld", (long long)json_integer_value(ticket));
    if (json_object_get(event, "incident"))
        printf("  incident %lld, %lld tickets", (long long)json_integer_value(json_object_get(event, "incident")),
               (long long)json_integer_value(json_object_get(event, "tickets")));
    if (*text_of(event, "state"))
        printf("  %s%s%s", before, *before ? " → " : "", text_of(event, "state"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *text = text_of(event, fields[i]);
        char *clean = output_clean(text, strlen(text), false);

        if (*clean)
            printf("  %s", clean);
        free(clean);
    }
    putchar('\n');
}

static int print(const struct cli *cli, const Aduan__Record__Event *event)
{
    json_t *json = event_json(event);

    if (cli->json)
        return output_json_line(json);
    print_event(cli, json);
    json_decref(json);
    return CLI_OK;
}

static int start_at(const struct cli *cli, const struct store_head *head, uint64_t *from)
{
    const char *since = cli_option(cli, "since");
    uint64_t at_us;
    int code = cli_option_count(cli, "from", 0, UINT64_MAX, head->last + 1, from);

    if (code != CLI_OK || !since) {
        if (code == CLI_OK && *from < head->first) {
            if (*from > 1)
                cli_remark(cli, "history begins at %llu", (unsigned long long)head->first);
            *from = head->first;
        }
        return code;
    }
    if (cli_option(cli, "from"))
        return cli_fail(cli, CLI_USAGE, "--from and --since exclude each other");
    if (when_parse(since, clock_now_us(), &at_us) != OK)
        return cli_fail(cli, CLI_USAGE, "--since wants a time such as 10m, 2d or 2026-11-01, not \"%s\"", since);
    if (store_event_since(cli->store, at_us, from) != OK)
        return cli_fail(cli, CLI_STORE, "events cannot be read; try: aduan verify");
    return CLI_OK;
}

/* Signals that end the following, as a descriptor to poll. */
static int stop_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static int read_filter(const struct cli *cli, struct filter *out)
{
    uint64_t ticket = 0;
    int code = cli_option_count(cli, "ticket", 1, UINT64_MAX, 0, &ticket);
    size_t kind = 1;

    *out = (struct filter){.kind = cli_option(cli, "kind"),
                           .category = cli_option(cli, "category"),
                           .agency = cli_option(cli, "agency"),
                           .shortcode = cli_option(cli, "shortcode"),
                           .ticket = ticket};
    while (out->kind && kind < sizeof kinds / sizeof kinds[0] && strcmp(kinds[kind], out->kind) != 0)
        kind++;
    if (kind == sizeof kinds / sizeof kinds[0])
        return cli_fail(cli, CLI_USAGE, "--kind: there is no event called \"%s\"", out->kind);
    return code;
}

/* Prints what there is from *from on, at most *left events. */
static int drain(struct cli *cli, struct store_feed *feed, const struct filter *filter, uint64_t *from, uint64_t *left)
{
    const struct store_feed_item *items;
    size_t count = TAIL_CHUNK;
    int code = CLI_OK;

    while (code == CLI_OK && *left && count == TAIL_CHUNK) {
        int err = store_feed_read(cli->store, feed, *from, TAIL_CHUNK, STORE_FEED_TEXTS, &items, &count);

        if (err)
            return cli_fail(cli, CLI_STORE, "events cannot be read (%s); try: aduan verify", err_name(err));
        if (count && items[0].event->sequence > *from)
            cli_remark(cli, "history begins at %llu now: the log was trimmed before it was read here",
                       (unsigned long long)items[0].event->sequence);
        for (size_t i = 0; code == CLI_OK && *left && i < count; i++) {
            *from = items[i].event->sequence + 1;
            if (!shown(filter, &items[i]))
                continue;
            code = print(cli, items[i].event);
            --*left;
        }
        if (fflush(stdout) != 0)
            return CLI_FAILED;
    }
    return code;
}

static int follow(struct cli *cli, const struct filter *filter, uint64_t from, uint64_t left)
{
    int stop = stop_signals(); /* before ZeroMQ's threads, which then leave signals alone */
    struct wake *wake = wake_new(cli->config);
    struct store_feed *feed = store_feed_new();
    int code = CLI_OK;

    while (code == CLI_OK && left) {
        code = drain(cli, feed, filter, &from, &left);
        if (code != CLI_OK || !left || wake_wait(wake, stop))
            break;
    }
    store_feed_free(feed);
    wake_free(wake);
    close(stop);
    return code;
}

int cmd_tail(struct cli *cli)
{
    struct filter filter;
    struct store_head head;
    uint64_t from, left;
    int code = cli_option_count(cli, "count", 1, UINT64_MAX, UINT64_MAX, &left);

    if (code == CLI_OK)
        code = read_filter(cli, &filter);
    if (code != CLI_OK)
        return code;
    if (store_head(cli->store, &head) != OK)
        return cli_fail(cli, CLI_STORE, "the event log cannot be read; try: aduan verify");
    code = start_at(cli, &head, &from);
    return code == CLI_OK ? follow(cli, &filter, from, left) : code;
}
