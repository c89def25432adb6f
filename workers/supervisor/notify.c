/* SPDX-License-Identifier: BSD-2-Clause */
/* What systemd is told; without it each of these does nothing. Ready is said when every process has come up, or after
 * a while without: a bearerbox that is down must not keep the service from counting as started. */
#include "clock.h"
#include "log.h"
#include "supervisor.h"

#include <systemd/sd-daemon.h>

enum { READY_PATIENCE_MS = 15000 };

static void say_ready(struct supervisor *s, uint64_t now_ms)
{
    bool up = fleet_is_up(&s->fleet);

    if (s->ready_said || s->fleet.stop_at_ms || (!up && now_ms - s->started_ms < READY_PATIENCE_MS))
        return;
    s->ready_said = true;
    sd_notify(0, "READY=1");
    if (up)
        log_info("aduand.ready", "every process is up");
    else
        log_warning("aduand.ready", "not every process is up yet; `aduan status` tells which");
}

void notify_tick(struct supervisor *s, uint64_t now_ms)
{
    size_t links = 0, up = 0;

    say_ready(s, now_ms);
    for (size_t i = 0; i < s->fleet.count; i++) {
        const struct process *p = s->fleet.items[i];
        for (size_t j = 0; p->pid && j < p->figures.link_count; j++) {
            links++;
            up += p->figures.links[j].up;
        }
    }
    sd_notifyf(0, "WATCHDOG=1\nSTATUS=%zu classifiers, %zu responders, %zu boxes; %zu of %zu bearerbox links up",
               fleet_running(&s->fleet, ROLE_CLASSIFIER), fleet_running(&s->fleet, ROLE_RESPONDER),
               fleet_running(&s->fleet, ROLE_BOX), up, links);
}

void notify_reloading(void)
{
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_mono_ms() * 1000);
}

void notify_reloaded(void)
{
    sd_notify(0, "READY=1");
}

void notify_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}
