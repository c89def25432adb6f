/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A peak: more SMS than can be classified in time. What has waited desk.peak_age_s gets its ticket and its receipt at
 * once and is classified when nothing else is held. Age is counted from bearerbox's time, so that waiting there and in
 * the box counts too; the worst that a wrong clock over there can do is a receipt without a category.
 */
#include "classifier.h"

#include "clock.h"
#include "kill_point.h"
#include "log.h"
#include "store_incident.h"

#include <stdlib.h>

enum {
    RETRY_MS = 2000,
    SLICE_US = 100 * 1000, /* an SMS that comes in meanwhile waits about so long */
    SLICE_MAX = 256,
    LEASE_US = 10 * 1000 * 1000,
    CLAIMS_MAX = 3 /* as with a suspect at its box */
};

bool peak_is_late(const struct worker *worker, const Aduan__Wire__Sms *sms, uint64_t now_us)
{
    uint64_t age_us = (uint64_t)worker->config->peak_age_s * 1000000;
    return age_us > 0 && now_us >= (uint64_t)sms->time * 1000000 + age_us;
}

void peak_measure(struct classifier *classifier, uint64_t took_us)
{
    classifier->cost_us = classifier->cost_us > 0 ? (classifier->cost_us * 7 + took_us) / 8 : took_us;
}

static size_t slice(const struct classifier *classifier)
{
    size_t n = SLICE_US / (classifier->cost_us > 0 ? classifier->cost_us : 1);
    return n < 1 ? 1 : n > SLICE_MAX ? SLICE_MAX : n;
}

/* The class of each; how many of the first were done. Memory alone can fail here. */
static size_t classify(struct worker *worker, const struct store_unclassified *taken, size_t n,
                       struct verdict *verdicts)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t start_us = clock_mono_us();
        KILL_POINT("classifier", "catch_up");
        KILL_POINT_TEXT("classifier", "class", taken[i].text, taken[i].len);
        if (desk_classify(worker->config, worker->ensemble, taken[i].text, taken[i].len, &verdicts[i]) != OK)
            return i;
        peak_measure(worker->role_state, clock_mono_us() - start_us);
    }
    return n;
}

static int settle(struct worker *worker, const struct store_unclassified *taken, size_t n, struct fault *fault)
{
    struct verdict *verdicts = calloc(n, sizeof *verdicts);
    const struct store_joining how = store_joining_of(worker->config);
    size_t settled = 0;
    if (!verdicts)
        abort();
    n = classify(worker, taken, n, verdicts);
    int err = store_unclassified_settle(worker->store, &how, taken, verdicts, n, clock_now_us(), &settled, fault);
    KILL_POINT("classifier", "caught_up");
    free(verdicts);
    if (err == OK)
        log_debug("classifier.caught_up", "tickets=%zu", settled);
    return err;
}

void peak_catch_up(struct worker *worker, uint64_t mono_ms)
{
    struct classifier *classifier = worker->role_state;
    struct store_unclassified taken[SLICE_MAX];
    struct store_unclassified_claim claim = {
        .now_us = clock_now_us(), .lease_us = LEASE_US, .max = slice(classifier), .claims_max = CLAIMS_MAX};
    struct fault fault = {0};
    size_t count = 0, given_up = 0;
    int err = store_unclassified_claim(worker->store, &claim, taken, &count, &given_up, &fault);
    if (err == OK && given_up > 0)
        log_error("classifier.given_up", "tickets=%zu each ended %d classifiers; they stay without a category",
                  given_up, CLAIMS_MAX);
    if (err == OK && count > 0) {
        err = settle(worker, taken, count, &fault);
        store_unclassified_done(taken, count);
    }
    if (err == OK) {
        classifier->later_ms = count > 0 || given_up > 0 ? mono_ms : clock_next_second_ms(mono_ms);
        return;
    }
    worker->errors++;
    classifier->later_ms = mono_ms + RETRY_MS;
    log_error("classifier.not_caught_up", "cause=%s retry_ms=%d %s", err_name(err), RETRY_MS, fault.text);
}
