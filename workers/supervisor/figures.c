/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything here comes from another process, so texts are cut to their places and lists to their size. */
#include "figures.h"

#include <string.h>

/* A rate is that of these seconds, whatever was heard before: at rest little is heard. */
enum { SAMPLE_EVERY_MS = 800, SAMPLES_MS = 7000 };

void figures_reset(struct figures *figures)
{
    memset(figures, 0, sizeof *figures);
}

static void take_sample(struct figures *f, uint64_t done, uint64_t now_ms)
{
    size_t n = f->sample_count, old = 0;

    while (n - old > 1 && now_ms - f->samples[old + 1].at_ms >= SAMPLES_MS)
        old++;
    memmove(&f->samples[0], &f->samples[old], (n - old) * sizeof f->samples[0]);
    n -= old;
    /* Several words in one second (changes of state) count as one, the newest. */
    if (n > 1 && now_ms - f->samples[n - 2].at_ms < SAMPLE_EVERY_MS) {
        n--;
    } else if (n == FIGURES_SAMPLES) {
        memmove(&f->samples[0], &f->samples[1], (FIGURES_SAMPLES - 1) * sizeof f->samples[0]);
        n--;
    }
    f->samples[n].at_ms = now_ms;
    f->samples[n].done = done;
    f->sample_count = n + 1;
}

/* English words of our own programs; whatever else comes must still be fit for a JSON text. */
static void take_text(char *to, size_t size, const char *from)
{
    size_t i = 0;

    for (; from[i] && i + 1 < size; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}

static void take_links(struct figures *f, const Aduan__Wire__Status *status)
{
    f->link_count = status->n_link < FIGURES_LINKS_MAX ? status->n_link : FIGURES_LINKS_MAX;
    for (size_t i = 0; i < f->link_count; i++) {
        const Aduan__Wire__Link *from = status->link[i];
        struct figures_link *to = &f->links[i];
        take_text(to->name, sizeof to->name, from->name);
        take_text(to->host, sizeof to->host, from->host);
        take_text(to->note, sizeof to->note, from->note);
        to->port = from->port;
        to->window = from->window;
        to->up = from->up;
        to->since_us = from->since_us;
    }
}

static void take_counters(struct figures *f, const Aduan__Wire__Status *status)
{
    f->counter_count = status->n_counter < FIGURES_COUNTERS_MAX ? status->n_counter : FIGURES_COUNTERS_MAX;
    for (size_t i = 0; i < f->counter_count; i++) {
        take_text(f->counters[i].name, sizeof f->counters[i].name, status->counter[i]->name);
        f->counters[i].value = status->counter[i]->value;
    }
}

void figures_take(struct figures *f, const Aduan__Wire__Status *status, uint64_t now_ms)
{
    if (status->done < f->done)
        f->sample_count = 0;
    take_sample(f, status->done, now_ms);
    take_links(f, status);
    take_counters(f, status);
    f->heard = true;
    f->heard_ms = now_ms;
    f->state = status->state;
    f->served |= status->done > 0;
    f->started_us = status->started_us;
    f->done = status->done;
    f->refused = status->refused;
    f->errors = status->errors;
    f->oldest_us = status->oldest_us;
    f->backlog = status->backlog;
    f->config_generation = status->config_generation;
    f->reloads = status->reloads;
    take_text(f->note, sizeof f->note, status->note);
    take_text(f->reload_refused, sizeof f->reload_refused, status->reload_refused);
}

bool figures_silent(const struct figures *f, uint64_t now_ms)
{
    return !f->heard || now_ms - f->heard_ms > FIGURES_SILENT_MS;
}

double figures_rate(const struct figures *f, uint64_t now_ms)
{
    size_t last = f->sample_count - 1;

    if (f->sample_count < 2 || figures_silent(f, now_ms) || f->samples[last].at_ms == f->samples[0].at_ms)
        return 0;
    return (double)(f->samples[last].done - f->samples[0].done) * 1000.0 /
           (double)(f->samples[last].at_ms - f->samples[0].at_ms);
}
