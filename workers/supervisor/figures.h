/* SPDX-License-Identifier: BSD-2-Clause */
/* What one process last said of itself (FRAME_STATUS), and the rate that follows from the last seconds. */
#ifndef ADUAND_FIGURES_H
#define ADUAND_FIGURES_H

#include "wire.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FIGURES_SILENT_MS: a process that said nothing for so long is noted as silent. */
enum {
    FIGURES_LINKS_MAX = 32,
    FIGURES_COUNTERS_MAX = 48,
    FIGURES_NOTE_BYTES = 256,
    FIGURES_CAUSE_BYTES = 640,
    FIGURES_SAMPLES = 8,
    FIGURES_SILENT_MS = 5000
};

struct figures_link {
    char name[32], host[256], note[FIGURES_NOTE_BYTES];
    uint32_t port, window;
    bool up;
    uint64_t since_us;
};

struct figures {
    bool heard;
    bool served; /* it has been RUNNING or has finished a job */
    uint64_t heard_ms;
    Aduan__Wire__Status__State state;
    uint64_t started_us, done, refused, errors, oldest_us;
    uint32_t backlog, config_generation, reloads;
    char note[FIGURES_NOTE_BYTES], reload_refused[FIGURES_CAUSE_BYTES];
    struct figures_link links[FIGURES_LINKS_MAX];
    size_t link_count;
    struct {
        char name[32];
        uint64_t value;
    } counters[FIGURES_COUNTERS_MAX];
    size_t counter_count;
    struct {
        uint64_t at_ms, done;
    } samples[FIGURES_SAMPLES]; /* oldest first, about a second apart */
    size_t sample_count;
};

/* A new life begins: nothing is known of it. */
void figures_reset(struct figures *figures);
void figures_take(struct figures *figures, const Aduan__Wire__Status *status, uint64_t now_ms);
/* Jobs a second over the last seconds; 0 when silent or not known yet. */
double figures_rate(const struct figures *figures, uint64_t now_ms);
bool figures_silent(const struct figures *figures, uint64_t now_ms);

#endif
