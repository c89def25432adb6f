/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan tail`: the event log as it grows. The store is asked ten times a second, each time in a short read that ends
 * before anything is printed, so that a slow terminal never holds pages of the store. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "ticket.h"
#include "when.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TAIL_POLL_MS = 100, TAIL_CHUNK = 256 };

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

/* Events taken out of the store in one read. */
struct chunk {
    json_t *events;
    uint64_t last;
};

static int collect(void *ctx, const Aduan__Record__Event *event)
{
    struct chunk *chunk = ctx;

    json_array_append_new(chunk->events, event_json(event));
    chunk->last = event->sequence;
    return 0;
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
    static const char *const shown[] = {"type", "category", "agency", "actor", "detail"};
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
    if (*text_of(event, "state"))
        printf("  %s%s%s", before, *before ? " → " : "", text_of(event, "state"));
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *text = text_of(event, shown[i]);
        char *clean = output_clean(text, strlen(text), false);

        if (*clean)
            printf("  %s", clean);
        free(clean);
    }
    putchar('\n');
}

static int print_chunk(const struct cli *cli, const struct chunk *chunk)
{
    size_t i;
    json_t *event;

    json_array_foreach(chunk->events, i, event)
    {
        if (cli->json && output_json_line(json_incref(event)) != CLI_OK)
            return CLI_FAILED;
        if (!cli->json)
            print_event(cli, event);
    }
    return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

/* The first sequence at or after `at_us`: commit times grow with sequences. */
struct probe {
    uint64_t at_us;
};

static int take_time(void *ctx, const Aduan__Record__Event *event)
{
    ((struct probe *)ctx)->at_us = event->at_us;
    return 1;
}

static int sequence_since(struct store *store, const struct store_head *head, uint64_t at_us, uint64_t *out)
{
    uint64_t low = head->first, high = head->last + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct probe probe = {0};
        int err = store_events(store, middle, 1, take_time, &probe);

        if (err)
            return err;
        if (probe.at_us < at_us)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low;
    return OK;
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
    if (sequence_since(cli->store, head, at_us, from) != OK)
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

/* Prints what there is from *from on, at most *left events. */
static int drain(struct cli *cli, uint64_t *from, uint64_t *left)
{
    for (;;) {
        struct chunk chunk = {.events = json_array()};
        size_t max = *left < TAIL_CHUNK ? (size_t)*left : TAIL_CHUNK;
        int err = max ? store_events(cli->store, *from, max, collect, &chunk) : OK;
        size_t got = json_array_size(chunk.events);
        int code = err ? cli_fail(cli, CLI_STORE, "events cannot be read (%s); try: aduan verify", err_name(err))
                       : print_chunk(cli, &chunk);

        json_decref(chunk.events);
        if (got) {
            *from = chunk.last + 1;
            *left -= got;
        }
        if (code != CLI_OK || got < TAIL_CHUNK)
            return code;
    }
}

int cmd_tail(struct cli *cli)
{
    struct store_head head;
    uint64_t from, left;
    struct pollfd stop = {.events = POLLIN};
    int code = cli_option_count(cli, "count", 1, UINT64_MAX, UINT64_MAX, &left);

    if (code != CLI_OK)
        return code;
    if (store_head(cli->store, &head) != OK)
        return cli_fail(cli, CLI_STORE, "the event log cannot be read; try: aduan verify");
    code = start_at(cli, &head, &from);
    stop.fd = stop_signals();
    while (code == CLI_OK && left) {
        code = drain(cli, &from, &left);
        if (code != CLI_OK || !left || poll(&stop, 1, TAIL_POLL_MS) > 0)
            break;
    }
    close(stop.fd);
    return code;
}
