/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan phone`: be a citizen. Each line typed is an SMS; answers come when they come. On a pipe each line read is an
 * SMS and each line written an answer. */
#include "citizen.h"
#include "clock.h"
#include "commands.h"
#include "gsm7.h"
#include "output.h"
#include "preview.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 16 * 1024 };

/* A number this phone has written from, and how many of its SMS have no answer yet. */
struct identity {
    char number[FAKE_NUMBER_BYTES];
    size_t waiting;
    uint64_t sent_ms; /* when the last one went */
};

struct phone {
    struct cli *cli;
    struct citizen citizen;
    struct identity *identities;
    size_t count, current;
    struct fake_link *link;
    char line[LINE_MAX_BYTES];
    size_t line_len;
    bool prompt; /* somebody types: show a prompt and what is going on */
    bool input_ended;
    uint64_t sent_ms; /* when the last SMS went */
};

static struct identity *find(struct phone *phone, const char *number)
{
    for (size_t i = 0; i < phone->count; i++)
        if (strcmp(phone->identities[i].number, number) == 0)
            return &phone->identities[i];
    return NULL;
}

/* Writes as this number from now on. */
static void become(struct phone *phone, const char *number)
{
    struct identity *known = find(phone, number);

    if (!known) {
        phone->identities = realloc(phone->identities, (phone->count + 1) * sizeof *phone->identities);
        if (!phone->identities)
            abort();
        known = &phone->identities[phone->count++];
        *known = (struct identity){0};
        snprintf(known->number, sizeof known->number, "%s", number);
    }
    phone->current = (size_t)(known - phone->identities);
}

static size_t all_waiting(const struct phone *phone)
{
    size_t waiting = 0;

    for (size_t i = 0; i < phone->count; i++)
        waiting += phone->identities[i].waiting;
    return waiting;
}

static void clock_face(char out[16])
{
    time_t now = time(NULL);
    struct tm local;

    localtime_r(&now, &local);
    strftime(out, 16, "%H:%M:%S", &local);
}

static void show_prompt(const struct phone *phone)
{
    if (!phone->prompt || phone->input_ended)
        return;
    printf("%s%s ›%s ", paint_on(phone->cli, PAINT_BOLD), phone->identities[phone->current].number,
           paint_off(phone->cli, PAINT_BOLD));
    fflush(stdout);
}

/* The time an answer took: a dot for each 100 ms. */
static void picture(uint64_t ms, char out[64])
{
    size_t dots = ms / 100 < 20 ? ms / 100 + 1 : 20;
    size_t used = 0;

    for (size_t i = 0; i < dots; i++)
        used += (size_t)snprintf(out + used, 64 - used, "·");
    if (ms < 1000)
        snprintf(out + used, 64 - used, " %llu ms", (unsigned long long)ms);
    else
        snprintf(out + used, 64 - used, " %llu.%llu s", (unsigned long long)ms / 1000,
                 (unsigned long long)ms / 100 % 10);
}

static void take_sms(struct phone *phone, const struct fake_sms *sms)
{
    const struct cli *cli = phone->cli;
    struct identity *whom = find(phone, sms->to);
    char *text = output_clean(sms->text, sms->len, phone->prompt);
    char at[16], took[64] = "";

    clock_face(at);
    if (whom && whom->waiting) {
        picture(clock_mono_ms() - whom->sent_ms, took);
        whom->waiting--;
    }
    if (phone->prompt)
        printf("\r\033[K%s%s %s → %s  %s%s\n%s%s%s\n\n", paint_on(cli, PAINT_DIM), at, sms->from, sms->to, took,
               paint_off(cli, PAINT_DIM), paint_on(cli, PAINT_GREEN), text, paint_off(cli, PAINT_GREEN));
    else
        puts(text);
    fflush(stdout);
    free(text);
    show_prompt(phone);
}

static void say(const struct phone *phone, const char *text)
{
    fprintf(stderr, "%s%s%s\n", paint_on(phone->cli, PAINT_DIM), text, paint_off(phone->cli, PAINT_DIM));
}

/* "/…": true when it was a command. */
static bool take_command(struct phone *phone, const char *line)
{
    if (line[0] != '/')
        return false;
    if (strncmp(line, "/from ", 6) == 0 && line[6] && !strchr(line + 6, ' ') && strlen(line + 6) < FAKE_NUMBER_BYTES) {
        become(phone, line + 6);
    } else if (strcmp(line, "/quit") == 0) {
        phone->input_ended = true;
        for (size_t i = 0; i < phone->count; i++)
            phone->identities[i].waiting = 0;
    } else {
        say(phone, "/from NUMBER  be another citizen    /quit  leave    anything else is an SMS");
    }
    return true;
}

static void send_line(struct phone *phone, const char *line, size_t len)
{
    struct identity *writer = &phone->identities[phone->current];
    struct sms_cost cost;
    char what[96], cost_text[96];

    if (fake_link_send(phone->link, writer->number, phone->citizen.to, line, len) != OK) {
        say(phone, "not sent: the line is no UTF-8");
        return;
    }
    writer->waiting++;
    writer->sent_ms = phone->sent_ms = clock_mono_ms();
    if (phone->prompt) {
        char at[16];

        clock_face(at);
        sms_cost(line, len, &cost);
        snprintf(what, sizeof what, "%s → %s  %.60s", at, phone->citizen.to, preview_cost(&cost, cost_text));
        say(phone, what);
    }
}

static void take_line(struct phone *phone, char *line, size_t len)
{
    if (len && line[len - 1] == '\r')
        len--;
    line[len] = 0;
    if (len && !take_command(phone, line))
        send_line(phone, line, len);
    show_prompt(phone);
}

/* Reads what was typed and takes its whole lines. */
static void take_input(struct phone *phone)
{
    ssize_t got = read(STDIN_FILENO, phone->line + phone->line_len, sizeof phone->line - 1 - phone->line_len);
    char *newline;

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        phone->input_ended = true;
        if (phone->line_len)
            take_line(phone, phone->line, phone->line_len);
        phone->line_len = 0;
        return;
    }
    phone->line_len += (size_t)got;
    while (!phone->input_ended && (newline = memchr(phone->line, '\n', phone->line_len))) {
        size_t used = (size_t)(newline - phone->line) + 1;

        take_line(phone, phone->line, used - 1);
        memmove(phone->line, phone->line + used, phone->line_len - used);
        phone->line_len -= used;
    }
    if (phone->line_len == sizeof phone->line - 1) {
        say(phone, "not sent: the line is too long");
        phone->line_len = 0;
    }
}

static void take_all(struct phone *phone)
{
    struct fake_sms sms;

    while (fake_link_next(phone->link, &sms)) {
        take_sms(phone, &sms);
        free(sms.text);
    }
}

/* Answers that came while no phone was there are shown first, before any of ours can be waited for. */
static int take_older(struct phone *phone)
{
    enum { QUIET_MS = 100 };
    struct pollfd poll_fd = {.fd = fake_link_fd(phone->link), .events = POLLIN};
    int err = OK;

    while (err == OK && poll(&poll_fd, 1, QUIET_MS) > 0) {
        err = fake_link_work(phone->link);
        take_all(phone);
    }
    return err;
}

/* One round: OK to go on, E_AGAIN when the time for answers is over, E_GONE. */
static int round_of(struct phone *phone)
{
    struct pollfd fds[2] = {{.fd = fake_link_fd(phone->link), .events = fake_link_events(phone->link)},
                            {.fd = phone->input_ended ? -1 : STDIN_FILENO, .events = POLLIN}};
    uint64_t deadline_ms = phone->sent_ms + phone->citizen.timeout_s * 1000, now_ms = clock_mono_ms();
    int err;

    if (phone->input_ended && now_ms >= deadline_ms)
        return E_AGAIN;
    if (poll(fds, 2, phone->input_ended ? (int)(deadline_ms - now_ms) : -1) < 0)
        return errno == EINTR ? OK : E_IO;
    if (fds[1].revents)
        take_input(phone);
    err = fake_link_work(phone->link);
    take_all(phone);
    return err;
}

static bool finished(const struct phone *phone)
{
    return phone->input_ended && all_waiting(phone) == 0 && fake_link_flushed(phone->link);
}

static int talk(struct phone *phone)
{
    int err;

    if (phone->prompt)
        say(phone, "A citizen's phone. Type an SMS and press Enter; /from NUMBER, /quit, or Ctrl-D.");
    err = take_older(phone);
    show_prompt(phone);
    while (err == OK && !finished(phone))
        err = round_of(phone);
    if (phone->prompt && phone->input_ended)
        putchar('\n');
    if (err == E_AGAIN)
        return cli_fail(phone->cli, CLI_FAILED, "%zu SMS got no answer in %llu s; see: aduan status",
                        all_waiting(phone), (unsigned long long)phone->citizen.timeout_s);
    return err ? cli_fail(phone->cli, CLI_FAILED, "bearerbox closed the link") : CLI_OK;
}

int cmd_phone(struct cli *cli)
{
    struct phone *phone = calloc(1, sizeof *phone);
    struct fault fault = {0};
    int code;

    if (!phone)
        abort();
    phone->cli = cli;
    phone->prompt = cli->terminal && isatty(STDIN_FILENO);
    code = citizen_read(cli, &phone->citizen);
    if (code == CLI_OK) {
        become(phone, phone->citizen.from);
        if (fake_link_open(phone->citizen.host, phone->citizen.port, 5000, &phone->link, &fault) != OK)
            code = cli_fail(cli, CLI_FAILED, "%s", fault.text);
        else
            code = talk(phone);
    }
    fake_link_close(phone->link);
    free(phone->identities);
    free(phone);
    return code;
}
