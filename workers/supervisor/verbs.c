/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the control line, a table. Each checks its arguments wholly before it changes anything. */
#include "clock.h"
#include "control.h"
#include "log.h"
#include "supervisor.h"
#include "yaml_doc.h"

#include <string.h>

struct verb {
    const char *name;
    int (*run)(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault);
    bool changes; /* refused while stopping */
};

static json_t *counts(const struct supervisor *s)
{
    json_t *workers = json_object();

    for (enum role r = 0; r < ROLE_SCALED; r++)
        json_object_set_new(workers, role_name(r), json_integer(s->fleet.scale.count[r]));
    return workers;
}

static int run_ping(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    (void)s, (void)args, (void)fault;
    *result = json_pack("{s:s}", "version", ADUAN_VERSION);
    return OK;
}

static int run_status(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    (void)args;
    (void)fault;
    *result = report_make(s, clock_mono_ms());
    return OK;
}

static int check_count(const struct supervisor *s, const char *word, const json_t *value, struct fault *fault)
{
    enum role role = role_parse(word);

    if (role >= ROLE_SCALED)
        return fault_set(fault, E_INVALID, "'%.40s' is not a role that scales; it is classifier or responder", word);
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > s->live->workers_max)
        return fault_set(fault, E_INVALID, "%s: expected a whole number from 0 to %u (workers.max)", word,
                         s->live->workers_max);
    return OK;
}

static int run_scale(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    const char *word;
    json_t *value;

    if (json_object_size(args) == 0)
        return fault_set(fault, E_INVALID, "say how many of what: {\"classifier\":4,\"responder\":2}");
    json_object_foreach((json_t *)args, word, value)
    {
        int err = check_count(s, word, value, fault);
        if (err)
            return err;
    }
    json_object_foreach((json_t *)args, word, value)
    {
        s->fleet.scale.count[role_parse(word)] = (unsigned)json_integer_value(value);
    }
    fleet_keep(&s->fleet, true);
    log_info("fleet.scaled", "classifier=%u responder=%u by an operator", s->fleet.scale.count[ROLE_CLASSIFIER],
             s->fleet.scale.count[ROLE_RESPONDER]);
    *result = json_pack("{s:o}", "workers", counts(s));
    return OK;
}

/* "all" when the arguments name nothing. */
static int read_target(const struct supervisor *s, const json_t *args, const char **out, struct fault *fault)
{
    const json_t *value = json_object_get(args, "target");
    const char *target = value ? json_string_value(value) : "all";

    if (!target || (strcmp(target, "all") != 0 && role_parse(target) == ROLE_END && !fleet_find(&s->fleet, target)))
        return fault_set(fault, E_INVALID,
                         "'%.40s' is no process and no role: say all, classifier, responder, box, or a name that "
                         "`aduan status` shows",
                         target ? target : "target");
    *out = target;
    return OK;
}

static json_t *held(const struct supervisor *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->fleet.scale.held_count; i++)
        json_array_append_new(list, json_string(s->fleet.scale.held[i]));
    return json_pack("{s:o}", "held", list);
}

static int run_drain(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    const char *target = "";
    int err = read_target(s, args, &target, fault);

    if (err)
        return err;
    err = scale_hold(&s->fleet.scale, target);
    if (err == E_FULL)
        return fault_set(fault, E_INVALID, "too much is held already; `aduan resume` first");
    fleet_keep(&s->fleet, true);
    log_info("fleet.held", "target=%s drains and stays stopped until resumed", target);
    *result = held(s);
    return OK;
}

static int run_resume(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    const char *target = "";
    int err = read_target(s, args, &target, fault);

    if (err)
        return err;
    if (scale_release(&s->fleet.scale, target))
        return fault_set(fault, E_STATE, "%s is not held by that word; `aduan status --json` shows what is held",
                         target);
    fleet_keep(&s->fleet, true);
    log_info("fleet.resumed", "target=%s", target);
    *result = held(s);
    return OK;
}

static int run_reload(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    size_t told;
    int err;

    (void)args;
    notify_reloading();
    err = supervisor_reload(s, &told, fault);
    notify_reloaded();
    if (err) {
        log_error("config.refused", "%s", fault->text);
        return err;
    }
    log_info("config.reloaded", "generation=%u told=%zu", s->generation, told);
    *result =
        json_pack("{s:i, s:i, s:o}", "config_generation", (int)s->generation, "told", (int)told, "workers", counts(s));
    return OK;
}

static int run_stop(struct supervisor *s, const json_t *args, json_t **result, struct fault *fault)
{
    (void)args, (void)fault;
    fleet_stop(&s->fleet, clock_mono_ms());
    *result = json_pack("{s:i}", "drain_s", (int)s->live->drain_s);
    return OK;
}

static const struct verb verbs[] = {
    {"ping", run_ping, false},    {"status", run_status, false}, {"scale", run_scale, true}, {"drain", run_drain, true},
    {"resume", run_resume, true}, {"reload", run_reload, true},  {"stop", run_stop, false},
};
enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

static int unknown_verb(const char *word, struct fault *fault)
{
    const char *names[VERB_COUNT], *nearest;

    for (size_t i = 0; i < VERB_COUNT; i++)
        names[i] = verbs[i].name;
    nearest = yaml_nearest(word, names, VERB_COUNT);
    return fault_set(fault, E_INVALID, "unknown verb '%.40s'%s%s%s", word, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

static int dispatch(struct supervisor *s, const json_t *question, json_t **result, struct fault *fault)
{
    const char *word = json_string_value(json_object_get(question, "verb"));
    const json_t *args = json_object_get(question, "args");

    if (!json_is_object(question) || !word)
        return fault_set(fault, E_INVALID, "a question is {\"v\":1,\"verb\":…,\"args\":{…}}");
    if (json_integer_value(json_object_get(question, "v")) != CONTROL_VERSION)
        return fault_set(fault, E_VERSION, "this aduand speaks version %d of the control line", CONTROL_VERSION);
    if (args && !json_is_object(args))
        return fault_set(fault, E_INVALID, "args must be an object");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(verbs[i].name, word) != 0)
            continue;
        if (verbs[i].changes && s->fleet.stop_at_ms)
            return fault_set(fault, E_BUSY, "aduand is stopping");
        return verbs[i].run(s, args, result, fault);
    }
    return unknown_verb(word, fault);
}

json_t *verbs_answer(struct supervisor *s, const json_t *question)
{
    struct fault fault;
    json_t *result = NULL;
    int err = dispatch(s, question, &result, &fault);

    if (err)
        return json_pack("{s:i, s:b, s:o, s:s}", "v", CONTROL_VERSION, "ok", 0, "error", report_text(fault.text),
                         "code", err_name(err));
    return json_pack("{s:i, s:b, s:o}", "v", CONTROL_VERSION, "ok", 1, "result", result);
}
