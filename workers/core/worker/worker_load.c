/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker reads from files: aduan.yaml, the rules, the model, the places, the reply templates. First everything
 * new is loaded, then all of it is swapped in; a fault in any file leaves a running worker exactly as it was. At the
 * start a model or places that cannot be used are no reason not to run: rules decide alone, and status says so. Keys
 * that are not live (directories, sockets, boxes) were used at the start and are not looked at again.
 */
#include "desk.h"
#include "log.h"
#include "worker_priv.h"

#include <stdio.h>
#include <string.h>

struct loaded {
    struct config *config;
    struct rules *rules;
    struct model *model;
    struct places *places;
    struct ensemble *ensemble;
    struct templates *templates;
    char lacks[WORKER_LACKS_BYTES];
};

static void loaded_free(struct loaded *loaded)
{
    templates_free(loaded->templates);
    ensemble_free(loaded->ensemble);
    places_free(loaded->places);
    model_close(loaded->model);
    rules_free(loaded->rules);
    config_free(loaded->config);
}

/* One sentence more in what it does without. */
static void lack(struct loaded *loaded, const char *what, const struct fault *fault)
{
    size_t used = strlen(loaded->lacks);
    snprintf(loaded->lacks + used, sizeof loaded->lacks - used, "%s%s: %s", used ? "; " : "", what, fault->text);
}

static void understand(const struct worker_role *role, struct loaded *loaded)
{
    struct fault fault = {0};
    if (!role->reads_texts)
        return;
    if (desk_model_open(loaded->config, &loaded->model, &fault) != OK)
        lack(loaded, "the rules decide alone", &fault);
    if (desk_places_open(loaded->config, &loaded->places, &fault) != OK)
        lack(loaded, "no places are looked for", &fault);
    loaded->ensemble = ensemble_new(loaded->rules, loaded->model);
    ensemble_use_places(loaded->ensemble, loaded->places);
}

static int load(const struct worker_run *run, struct loaded *out, struct fault *fault)
{
    struct loaded loaded = {0};
    int err = config_load(run->config_path, &loaded.config, fault);
    if (!err)
        err = rules_load(loaded.config->categories_path, loaded.config->agencies_path, &loaded.rules, fault);
    if (!err)
        err = templates_load(loaded.config->replies_dir, loaded.config->reply_segments_max, &loaded.templates, fault);
    if (err) {
        loaded_free(&loaded);
        return err;
    }
    understand(run->role, &loaded);
    *out = loaded;
    return OK;
}

static void set_log_threshold(const struct config *config)
{
    static const enum log_level levels[] = {[CONFIG_LOG_ERROR] = LOG_LEVEL_ERROR,
                                            [CONFIG_LOG_WARNING] = LOG_LEVEL_WARNING,
                                            [CONFIG_LOG_INFO] = LOG_LEVEL_INFO,
                                            [CONFIG_LOG_DEBUG] = LOG_LEVEL_DEBUG};
    log_threshold(levels[config->log_level]);
}

static void swap_in(struct worker_run *run, const struct loaded *loaded)
{
    run->worker.config = loaded->config;
    run->worker.rules = loaded->rules;
    run->worker.model = loaded->model;
    run->worker.places = loaded->places;
    run->worker.ensemble = loaded->ensemble;
    run->worker.templates = loaded->templates;
    snprintf(run->lacks, sizeof run->lacks, "%s", loaded->lacks);
    run->worker.lacks = run->lacks[0] ? run->lacks : NULL;
    run->config_generation++;
    set_log_threshold(loaded->config);
}

/* Everything that a worker has loaded, to be given up. */
static struct loaded loaded_by(const struct worker *worker)
{
    return (struct loaded){.config = worker->config,
                           .rules = worker->rules,
                           .model = worker->model,
                           .places = worker->places,
                           .ensemble = worker->ensemble,
                           .templates = worker->templates};
}

int worker_load(struct worker_run *run, struct fault *fault)
{
    struct loaded loaded;
    int err = load(run, &loaded, fault);
    if (err)
        return err;
    swap_in(run, &loaded);
    if (run->worker.lacks)
        log_warning(run->worker.model ? "worker.without_places" : "worker.without_model", "%s", run->worker.lacks);
    return OK;
}

/* A model or places that have been good are not given up for what is not. */
static int load_again(struct worker_run *run, struct loaded *out, struct fault *fault)
{
    const struct worker *worker = &run->worker;
    int err = load(run, out, fault);
    if (err || !((worker->model && !out->model) || (worker->places && !out->places)))
        return err;
    fault_set(fault, E_CONFIG, "%s", out->lacks);
    loaded_free(out);
    return E_CONFIG;
}

void worker_reload(struct worker_run *run)
{
    struct worker *worker = &run->worker;
    struct loaded before = loaded_by(worker), loaded;
    struct fault fault = {0};
    int err = load_again(run, &loaded, &fault);
    run->reloads++;
    run->status_ms = 0; /* whoever asked for it waits to hear */
    snprintf(run->reload_refused, sizeof run->reload_refused, "%s", err ? fault.text : "");
    if (err) {
        log_error("worker.reload_refused", "cause=%s %s; the old configuration stays", err_name(err), fault.text);
        return;
    }
    swap_in(run, &loaded);
    desk_compare(worker->config, worker->seal, worker->ensemble);
    if (run->role->reloaded)
        run->role->reloaded(worker);
    loaded_free(&before);
    log_info("worker.reloaded", "generation=%u", run->config_generation);
}

void worker_unload(struct worker_run *run)
{
    struct loaded loaded = loaded_by(&run->worker);
    loaded_free(&loaded);
}
