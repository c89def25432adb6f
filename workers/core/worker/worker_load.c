/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker reads from files: aduan.yaml, the rules, the reply templates. First everything new is loaded, then all
 * of it is swapped in; a fault in any file leaves a running worker exactly as it was.
 * Keys that are not live (directories, sockets, boxes) were used at the start and are not looked at again.
 */
#include "log.h"
#include "worker_priv.h"

struct loaded {
    struct config *config;
    struct rules *rules;
    struct templates *templates;
};

static void loaded_free(struct loaded *loaded)
{
    templates_free(loaded->templates);
    rules_free(loaded->rules);
    config_free(loaded->config);
}

static int load(const char *path, struct loaded *out, struct fault *fault)
{
    struct loaded loaded = {0};
    int err = config_load(path, &loaded.config, fault);
    if (!err)
        err = rules_load(loaded.config->categories_path, loaded.config->agencies_path, &loaded.rules, fault);
    if (!err)
        err = templates_load(loaded.config->replies_dir, loaded.config->reply_segments_max, &loaded.templates, fault);
    if (err)
        loaded_free(&loaded);
    else
        *out = loaded;
    return err;
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
    run->worker.templates = loaded->templates;
    run->config_generation++;
    set_log_threshold(loaded->config);
}

int worker_load(struct worker_run *run, struct fault *fault)
{
    struct loaded loaded;
    int err = load(run->config_path, &loaded, fault);
    if (!err)
        swap_in(run, &loaded);
    return err;
}

void worker_reload(struct worker_run *run)
{
    struct worker *worker = &run->worker;
    struct loaded before = {worker->config, worker->rules, worker->templates};
    struct fault fault = {0};
    int err = worker_load(run, &fault);
    if (err) {
        log_error("worker.reload_refused", "cause=%s %s; the old configuration stays", err_name(err), fault.text);
        return;
    }
    if (run->role->reloaded)
        run->role->reloaded(worker);
    loaded_free(&before);
    log_info("worker.reloaded", "generation=%u", run->config_generation);
}

void worker_unload(struct worker_run *run)
{
    struct loaded loaded = {run->worker.config, run->worker.rules, run->worker.templates};
    loaded_free(&loaded);
}
