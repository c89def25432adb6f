/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer to `status`. The store is opened for the moment of a question only: nothing of it is held when a process
 * is forked, and a question a second costs it next to nothing. */
#include "clock.h"
#include "store.h"
#include "supervisor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STORE_FRESH_MS = 200 };

json_t *report_text(const char *text)
{
    json_t *json = json_string(text);
    size_t len = strlen(text);
    char *plain;

    if (json)
        return json;
    plain = strdup(text);
    if (!plain)
        abort();
    for (size_t i = 0; i < len; i++)
        plain[i] = (unsigned char)plain[i] < 0x80 ? plain[i] : '?';
    json = json_string(plain);
    free(plain);
    return json;
}

static const char *state_word(const struct process *p)
{
    static const char *const words[] = {
        [ADUAN__WIRE__STATUS__STATE__STARTING] = "starting", [ADUAN__WIRE__STATUS__STATE__READY] = "ready",
        [ADUAN__WIRE__STATUS__STATE__RUNNING] = "running",   [ADUAN__WIRE__STATUS__STATE__DRAINING] = "draining",
        [ADUAN__WIRE__STATUS__STATE__DRAINED] = "drained",   [ADUAN__WIRE__STATUS__STATE__DEGRADED] = "degraded"};

    if (p->pid == 0)
        return p->wanted ? "restarting" : "stopped";
    if (p->kill_at_ms)
        return "draining";
    if (!p->figures.heard || p->figures.state >= sizeof words / sizeof words[0])
        return "starting";
    return words[p->figures.state];
}

static double one_decimal(double value)
{
    return round(value * 10) / 10;
}

static uint64_t since(uint64_t then, uint64_t now)
{
    return then && now > then ? now - then : 0;
}

static void describe_note(const struct process *p, uint64_t now_ms, char *out, size_t size)
{
    if (p->pid == 0 && p->wanted)
        snprintf(out, size, "%.200s; starts again in %llu ms", *p->note ? p->note : "not started yet",
                 (unsigned long long)since(now_ms, p->start_at_ms));
    else if (p->pid == 0)
        snprintf(out, size, "held: `aduan resume` starts it");
    else if (p->figures.heard && figures_silent(&p->figures, now_ms))
        snprintf(out, size, "has said nothing for %llu s",
                 (unsigned long long)(since(p->figures.heard_ms, now_ms) / 1000));
    else if (*p->figures.reload_refused && !*p->figures.note)
        snprintf(out, size, "keeps what it had at the last reload: %.250s", p->figures.reload_refused);
    else
        snprintf(out, size, "%.250s", p->figures.note);
}

static json_t *report_counters(const struct figures *f)
{
    json_t *counters = json_object();

    for (size_t i = 0; i < f->counter_count; i++)
        json_object_set_new(counters, f->counters[i].name, json_integer((json_int_t)f->counters[i].value));
    return counters;
}

static json_t *report_process(const struct process *p, uint64_t now_ms, uint64_t now_us)
{
    const struct figures *f = &p->figures;
    uint64_t started_us = f->heard ? f->started_us : p->started_us;
    char note[320];

    describe_note(p, now_ms, note, sizeof note);
    return json_pack("{s:s, s:s, s:i, s:s, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:o, s:i, s:s}", "name",
                     p->name, "role", role_name(p->role), "pid", (int)p->pid, "state", state_word(p), "uptime_s",
                     (json_int_t)(p->pid ? since(started_us, now_us) / 1000000 : 0), "rate_per_s",
                     one_decimal(figures_rate(f, now_ms)), "done", (json_int_t)f->done, "backlog",
                     (json_int_t)f->backlog, "oldest_ms", (json_int_t)(since(f->oldest_us, now_us) / 1000), "refused",
                     (json_int_t)f->refused, "errors", (json_int_t)f->errors, "restarts", (json_int_t)p->restarts,
                     "note", note, "counters", report_counters(f), "reloads", (int)f->reloads, "reload_refused",
                     f->reload_refused);
}

static void report_links(json_t *links, const struct process *p, const struct config *live, uint64_t now_us)
{
    for (size_t i = 0; p->pid && i < p->figures.link_count; i++) {
        const struct figures_link *l = &p->figures.links[i];
        json_array_append_new(links,
                              json_pack("{s:s, s:s, s:s, s:i, s:b, s:I, s:i, s:b, s:s}", "box", p->name, "name",
                                        l->name, "host", l->host, "port", (int)l->port, "up", l->up, "since_s",
                                        (json_int_t)(since(l->since_us, now_us) / 1000000), "window", (int)l->window,
                                        "window_warning", l->window >= live->box_window_warn, "note", l->note));
    }
}

static json_t *store_answer(const struct store_stats *s, uint64_t now_us)
{
    return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, "
                     "s:i}",
                     "available", 1, "resent", (json_int_t)s->resent, "unclassified", (json_int_t)s->unclassified,
                     "oldest_unclassified_ms", (json_int_t)(since(s->oldest_unclassified_us, now_us) / 1000),
                     "messages", (json_int_t)s->messages, "parts_waiting", (json_int_t)s->parts_waiting, "tickets",
                     (json_int_t)s->tickets, "tickets_open", (json_int_t)s->tickets_open, "replies",
                     (json_int_t)s->replies, "replies_due", (json_int_t)s->replies_due, "oldest_due_ms",
                     (json_int_t)(since(s->oldest_due_us, now_us) / 1000), "events", (json_int_t)s->events,
                     "identities", (json_int_t)s->identities, "quarantined", (json_int_t)s->quarantined, "map_bytes",
                     (json_int_t)s->map_bytes, "used_bytes", (json_int_t)s->used_bytes, "disk_free_bytes",
                     (json_int_t)s->disk_free_bytes, "readers", (int)s->readers, "readers_max", (int)s->readers_max,
                     "version", (int)s->version);
}

static json_t *read_store(const struct supervisor *s)
{
    struct store_options options = {
        .dir = s->boot->store_dir, .map_bytes = s->boot->store_map_bytes, .seal = s->seal, .read_only = true};
    struct store_stats stats;
    struct store *store;
    struct fault fault;
    json_t *answer = NULL;

    if (store_open(&options, &store, &fault))
        return json_pack("{s:b, s:o}", "available", 0, "note", report_text(fault.text));
    if (store_stats(store, &stats) == OK)
        answer = store_answer(&stats, clock_now_us());
    else
        answer = json_pack("{s:b, s:s}", "available", 0, "note", "its figures cannot be read");
    store_close(store);
    return answer;
}

static json_t *report_store(struct supervisor *s, uint64_t now_ms)
{
    if (!s->store_figures || now_ms - s->store_read_ms > STORE_FRESH_MS) {
        json_decref(s->store_figures);
        s->store_figures = read_store(s);
        s->store_read_ms = now_ms;
    }
    return json_incref(s->store_figures);
}

static json_t *report_workers(const struct fleet *fleet)
{
    json_t *workers = json_object();

    for (enum role r = 0; r < ROLE_SCALED; r++)
        json_object_set_new(
            workers, role_name(r),
            json_pack("{s:i, s:i}", "wanted", (int)fleet->scale.count[r], "running", (int)fleet_running(fleet, r)));
    return workers;
}

static json_t *report_aduand(const struct supervisor *s, uint64_t now_ms)
{
    json_t *held = json_array();

    for (size_t i = 0; i < s->fleet.scale.held_count; i++)
        json_array_append_new(held, json_string(s->fleet.scale.held[i]));
    return json_pack(
        "{s:i, s:s, s:s, s:I, s:o, s:i, s:I, s:o}", "pid", (int)getpid(), "version", ADUAN_VERSION, "state",
        s->fleet.stop_at_ms      ? "stopping"
        : fleet_is_up(&s->fleet) ? "ready"
                                 : "starting",
        "uptime_s", (json_int_t)(since(s->started_ms, now_ms) / 1000), "config", report_text(s->boot->path),
        "config_generation", (int)s->generation, "refused", (json_int_t)s->refused, "held", held);
}

json_t *report_make(struct supervisor *s, uint64_t now_ms)
{
    uint64_t now_us = clock_now_us();
    json_t *processes = json_array(), *links = json_array();

    for (size_t i = 0; i < s->fleet.count; i++) {
        json_array_append_new(processes, report_process(s->fleet.items[i], now_ms, now_us));
        report_links(links, s->fleet.items[i], s->live, now_us);
    }
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "v", 1, "aduand", report_aduand(s, now_ms), "processes",
                     processes, "links", links, "store", report_store(s, now_ms), "workers", report_workers(&s->fleet));
}
