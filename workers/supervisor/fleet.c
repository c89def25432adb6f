/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Order matters in two places: boxes are told to stop only when no worker lives, since a worker drains by saying BYE
 * to its box, and so is the feed, which publishes what they commit last; and of a role that shrinks the highest numbers
 * go first.
 */
#include "fleet.h"
#include "arguments.h"
#include "clock.h"
#include "lockfile.h"
#include "log.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* EXIT_LOCKED: another process of that name lives (sysexits' EX_TEMPFAIL). */
enum { EXIT_LOCKED = 75 };

/* --- the list --------------------------------------------------------------------------------------------------- */

static int by_role_and_number(const void *a, const void *b)
{
    const struct process *x = *(const struct process *const *)a, *y = *(const struct process *const *)b;

    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static struct process *add(struct fleet *fleet, enum role role, unsigned number, const char *name)
{
    struct process *process = calloc(1, sizeof *process);
    struct process **items = reallocarray(fleet->items, fleet->count + 1, sizeof(struct process *));

    if (!process || !items)
        abort();
    process->role = role;
    process->number = number;
    process->pidfd = -1;
    snprintf(process->name, sizeof process->name, "%s", name);
    fleet->items = items;
    items[fleet->count++] = process;
    qsort(items, fleet->count, sizeof *items, by_role_and_number);
    return process;
}

struct process *fleet_find(const struct fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->count; i++) {
        if (strcmp(fleet->items[i]->name, name) == 0)
            return fleet->items[i];
    }
    return NULL;
}

void fleet_init(struct fleet *fleet, const struct config *boot, const char *libexec_dir)
{
    memset(fleet, 0, sizeof *fleet);
    fleet->boot = fleet->live = boot;
    fleet->libexec_dir = libexec_dir;
    scale_init(&fleet->scale, boot);
    snprintf(fleet->scale_path, sizeof fleet->scale_path, "%s/fleet.json", boot->run_dir);
}

void fleet_done(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        free(fleet->items[i]);
    free(fleet->items);
    fleet->items = NULL;
    fleet->count = 0;
}

/* --- adoption --------------------------------------------------------------------------------------------------- */

/* A box that the configuration no longer names is told by its program. */
static bool is_box(pid_t pid)
{
    char path[64], comm[32] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    if (!fgets(comm, sizeof comm, file))
        comm[0] = '\0';
    fclose(file);
    comm[strcspn(comm, "\n")] = '\0';
    return strcmp(comm, role_program(ROLE_BOX)) == 0;
}

static bool identify(const struct fleet *fleet, const char *name, pid_t pid, enum role *role, unsigned *number)
{
    if (slot_parse(name, role, number))
        return true;
    *role = ROLE_BOX;
    for (*number = 0; *number < fleet->boot->box_count; ++*number) {
        if (strcmp(fleet->boot->boxes[*number].name, name) == 0)
            return true;
    }
    return is_box(pid);
}

static void take_over(struct process *process, pid_t pid)
{
    struct fault fault;

    if (process_adopt(process, pid, &fault))
        log_warning("fleet.adopt_failed", "process=%s %s", process->name, fault.text);
    else
        log_info("fleet.adopted", "process=%s pid=%d it lives already and is taken over", process->name, (int)pid);
}

static void adopt_one(struct fleet *fleet, const char *name)
{
    pid_t pid = lockfile_holder(fleet->boot->run_dir, name);
    struct process *process;
    enum role role;
    unsigned number;

    /* A dot without a slot's number behind it is the lock of a box's socket, not of a process. */
    if (pid == 0 || strcmp(name, "aduand") == 0 || (strchr(name, '.') && !slot_parse(name, &role, &number)))
        return;
    if (!identify(fleet, name, pid, &role, &number)) {
        log_warning("fleet.stranger", "lock=%s pid=%d is none of ours; left alone", name, (int)pid);
        return;
    }
    process = fleet_find(fleet, name);
    take_over(process ? process : add(fleet, role, number, name), pid);
}

void fleet_adopt(struct fleet *fleet)
{
    static const char suffix[] = ".lock";
    DIR *dir = opendir(fleet->boot->run_dir);
    struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir(dir))) {
        char name[SLOT_NAME_BYTES];
        size_t len = strlen(entry->d_name);
        if (len < sizeof suffix || len - sizeof suffix + 1 >= sizeof name ||
            strcmp(entry->d_name + len - sizeof suffix + 1, suffix) != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(len - sizeof suffix + 1), entry->d_name);
        adopt_one(fleet, name);
    }
    closedir(dir);
}

/* --- what is wanted --------------------------------------------------------------------------------------------- */

size_t fleet_running(const struct fleet *fleet, enum role role)
{
    size_t running = 0;

    for (size_t i = 0; i < fleet->count; i++)
        running += fleet->items[i]->role == role && fleet->items[i]->pid != 0;
    return running;
}

static void ensure(struct fleet *fleet, enum role role, unsigned number, const char *name)
{
    if (!fleet_find(fleet, name))
        add(fleet, role, number, name);
}

static bool belongs(const struct fleet *fleet, const struct process *p)
{
    if (p->role == ROLE_BOX)
        return p->number < fleet->boot->box_count;
    if (p->role == ROLE_FEED)
        return fleet->boot->feed_enabled && p->number == 1;
    return p->number <= fleet->scale.count[p->role];
}

static void decide(struct fleet *fleet)
{
    bool workers_live = fleet_running(fleet, ROLE_CLASSIFIER) || fleet_running(fleet, ROLE_RESPONDER);
    char name[SLOT_NAME_BYTES];

    for (enum role r = 0; r < ROLE_SCALED; r++) {
        for (unsigned n = 1; n <= fleet->scale.count[r]; n++) {
            slot_name(r, n, name);
            ensure(fleet, r, n, name);
        }
    }
    if (fleet->boot->feed_enabled)
        ensure(fleet, ROLE_FEED, 1, "feed.1");
    for (unsigned i = 0; i < fleet->boot->box_count; i++)
        ensure(fleet, ROLE_BOX, i, fleet->boot->boxes[i].name);
    for (size_t i = 0; i < fleet->count; i++) {
        struct process *p = fleet->items[i];
        bool all = fleet->stop_at_ms || scale_is_held(&fleet->scale, ROLE_END, "all");
        if (all)
            p->wanted = (p->role == ROLE_BOX || p->role == ROLE_FEED) && p->wanted && workers_live;
        else
            p->wanted = belongs(fleet, p) && !scale_is_held(&fleet->scale, p->role, p->name);
    }
}

/* --- acting ----------------------------------------------------------------------------------------------------- */

static void start(struct fleet *fleet, struct process *p, uint64_t now_ms)
{
    pid_t pid = lockfile_holder(fleet->boot->run_dir, p->name);
    struct policy_limits limits = {fleet->live->restart_first_ms, fleet->live->restart_max_ms};
    struct fault fault;
    char **argv;

    if (pid) {
        take_over(p, pid);
        return;
    }
    argv = arguments_make(fleet->boot, fleet->libexec_dir, p->role, p->number, p->name);
    if (process_start(p, argv, &fault)) {
        uint64_t delay = policy_died(&p->policy, &limits, &(struct policy_life){0});
        p->start_at_ms = now_ms + delay;
        snprintf(p->note, sizeof p->note, "%.200s", fault.text);
        log_error("process.start_failed", "process=%s %s; retry in %llu ms", p->name, fault.text,
                  (unsigned long long)delay);
    } else {
        log_info("process.started", "process=%s pid=%d", p->name, (int)p->pid);
    }
    arguments_free(argv);
}

/* When stopping the whole, workers get three quarters of the time and boxes what is left of it. */
static uint64_t deadline(const struct fleet *fleet, const struct process *p, uint64_t now_ms)
{
    uint64_t drain_ms = fleet->live->drain_s * UINT64_C(1000);

    if (!fleet->stop_at_ms)
        return now_ms + drain_ms;
    bool worker = p->role == ROLE_CLASSIFIER || p->role == ROLE_RESPONDER;
    return fleet->stop_at_ms + (worker ? drain_ms - drain_ms / 4 : drain_ms);
}

static void tell_to_stop(struct fleet *fleet, struct process *p, uint64_t now_ms)
{
    process_signal(p, SIGTERM);
    p->kill_at_ms = deadline(fleet, p, now_ms);
    log_info("process.draining", "process=%s pid=%d may finish what it holds", p->name, (int)p->pid);
}

static void kill_late(struct process *p)
{
    process_signal(p, SIGKILL);
    p->killed = true;
    log_warning("process.killed", "process=%s pid=%d did not drain in time; what it held is dispatched again", p->name,
                (int)p->pid);
}

/* One process a step towards what is wanted; returns when it needs the next one. */
static uint64_t step(struct fleet *fleet, struct process *p, uint64_t now_ms)
{
    if (!p->pid && p->wanted && now_ms >= p->start_at_ms)
        start(fleet, p, now_ms);
    if (!p->pid)
        return p->wanted ? p->start_at_ms : UINT64_MAX;
    if (!p->wanted && !p->kill_at_ms)
        tell_to_stop(fleet, p, now_ms);
    if (p->kill_at_ms && !p->killed && now_ms >= p->kill_at_ms)
        kill_late(p);
    return p->kill_at_ms && !p->killed ? p->kill_at_ms : UINT64_MAX;
}

/* Places beyond the count that nobody lives in. */
static void forget_gone(struct fleet *fleet)
{
    size_t kept = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        struct process *p = fleet->items[i];
        if (p->pid == 0 && !p->wanted && !belongs(fleet, p))
            free(p);
        else
            fleet->items[kept++] = p;
    }
    fleet->count = kept;
}

uint64_t fleet_reconcile(struct fleet *fleet, uint64_t now_ms)
{
    uint64_t next = UINT64_MAX;

    decide(fleet);
    for (size_t i = fleet->count; i-- > 0;) {
        uint64_t at = step(fleet, fleet->items[i], now_ms);
        next = at < next ? at : next;
    }
    forget_gone(fleet);
    return next;
}

/* --- what happens ----------------------------------------------------------------------------------------------- */

static void log_end(const struct process *p, pid_t pid, const struct process_end *end, bool asked, uint64_t delay)
{
    char text[160];

    process_end_text(end, text, sizeof text);
    if (asked)
        log_info("process.ended", "process=%s pid=%d %s, as told", p->name, (int)pid, text);
    else
        log_warning("process.died", "process=%s pid=%d %s after %llu jobs; starts again in %llu ms", p->name, (int)pid,
                    text, (unsigned long long)p->figures.done, (unsigned long long)delay);
}

void fleet_ended(struct fleet *fleet, struct process *p, uint64_t now_ms)
{
    struct policy_limits limits = {fleet->live->restart_first_ms, fleet->live->restart_max_ms};
    struct policy_life life = {.asked = p->kill_at_ms != 0,
                               .served = p->figures.served,
                               .lived_ms = now_ms > p->started_ms ? now_ms - p->started_ms : 0};
    struct process_end end;
    char text[160];
    pid_t pid = p->pid;
    uint64_t delay;

    process_reap(p, &end);
    delay = policy_died(&p->policy, &limits, &life);
    p->start_at_ms = now_ms + delay;
    p->restarts += !life.asked;
    log_end(p, pid, &end, life.asked, delay);
    if (life.asked)
        p->note[0] = '\0';
    else if (end.known && end.code == EXIT_LOCKED)
        snprintf(p->note, sizeof p->note, "another process held its name");
    else
        snprintf(p->note, sizeof p->note, "died: %s", process_end_text(&end, text, sizeof text));
    p->kill_at_ms = 0;
}

bool fleet_heard(struct fleet *fleet, const Aduan__Wire__Status *status, uint64_t now_ms)
{
    struct process *p = fleet_find(fleet, status->name);

    if (!p || p->pid == 0 || (pid_t)status->pid != p->pid)
        return false;
    if (!p->figures.heard || p->figures.state != status->state)
        log_debug("process.state", "process=%s pid=%d state=%d", p->name, (int)p->pid, (int)status->state);
    figures_take(&p->figures, status, now_ms);
    return true;
}

void fleet_keep(const struct fleet *fleet, bool keep_held)
{
    struct fault fault;

    if (scale_save(&fleet->scale, fleet->scale_path, keep_held, &fault))
        log_warning("fleet.not_kept", "%s", fault.text);
}

void fleet_stop(struct fleet *fleet, uint64_t now_ms)
{
    if (fleet->stop_at_ms)
        return;
    fleet->stop_at_ms = now_ms;
    fleet_keep(fleet, false);
    log_info("fleet.stopping", "workers drain first, then boxes; at most %u s", fleet->live->drain_s);
}

void fleet_kill(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        process_signal(fleet->items[i], SIGKILL);
}

/* Before it has taken its signals a process would die of SIGHUP; it also reads the new file by itself then. */
size_t fleet_hup(struct fleet *fleet)
{
    size_t told = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        struct process *p = fleet->items[i];
        if (p->pid == 0 || !(p->figures.heard || p->adopted))
            continue;
        process_signal(p, SIGHUP);
        told++;
    }
    return told;
}

bool fleet_empty(const struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        if (fleet->items[i]->pid)
            return false;
    }
    return true;
}

bool fleet_is_up(const struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        const struct process *p = fleet->items[i];
        if (p->wanted && !(p->pid && p->figures.heard && p->figures.state != ADUAN__WIRE__STATUS__STATE__STARTING))
            return false;
    }
    return true;
}
