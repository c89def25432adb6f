/* SPDX-License-Identifier: BSD-2-Clause */
#include "learning.h"

#include "evaluate.h"

#include <stdlib.h>
#include <string.h>

static const char *option_or(const struct cli *cli, const char *name, const char *otherwise)
{
    const char *value = cli_option(cli, name);
    return value ? value : otherwise;
}

/* The rules that the model will be asked beside: those of the configuration unless both files are named. */
static int rules_of(struct cli *cli, struct rules **out)
{
    const char *categories = cli_option(cli, "categories"), *agencies = cli_option(cli, "agencies");
    struct fault fault = {0};
    if (!categories || !agencies) {
        int code = session_open(cli, NEED_CONFIG);
        if (code != CLI_OK)
            return code;
        categories = categories ? categories : cli->config->categories_path;
        agencies = agencies ? agencies : cli->config->agencies_path;
    }
    int err = rules_load(categories, agencies, out, &fault);
    return err ? cli_fail_fault(cli, err, &fault) : CLI_OK;
}

/* "a.tsv,b.tsv" */
static int more_of(const struct cli *cli, struct corpus *corpus, struct fault *fault)
{
    char *list = strdup(option_or(cli, "corpus", "")), *rest = list;
    int err = OK;
    if (!list)
        abort();
    corpus->origin = CORPUS_MORE;
    for (char *path; err == OK && (path = strsep(&rest, ",")) != NULL;)
        if (*path)
            err = corpus_read(corpus, path, fault);
    free(list);
    return err;
}

static int corpus_of(const struct cli *cli, struct corpus *corpus, unsigned folds)
{
    struct fault fault = {0};
    const char *dir = option_or(cli, "texts", ADUAN_DATA_DIR "/training");
    corpus_desk_heads(corpus);
    int err = corpus_read_dir(corpus, dir, &fault);
    if (err == OK && corpus->count < folds)
        err = fault_set(&fault, E_CONFIG, "%s holds %zu labelled texts in its *.tsv files: at least %u are needed", dir,
                        corpus->count, folds);
    if (err == OK)
        err = more_of(cli, corpus, &fault);
    return err ? cli_fail_fault(cli, err, &fault) : CLI_OK;
}

int learning_open(struct cli *cli, unsigned folds, uint64_t seed, const struct model *also, struct learning *out)
{
    struct learning learning = {.corpus = corpus_new(), .recipe = train_recipe_default()};
    int code = corpus_of(cli, learning.corpus, folds);
    if (code == CLI_OK)
        code = rules_of(cli, &learning.recipe.rules);
    if (code != CLI_OK) {
        learning_close(&learning);
        return code;
    }
    if (also)
        evaluate_prepare(learning.corpus, also);
    learning.corpus->seed = seed;
    corpus_finish(learning.corpus, folds);
    learning.recipe.lexicon_path = option_or(cli, "lexicon", ADUAN_DATA_DIR "/lexicon.tsv");
    *out = learning;
    return CLI_OK;
}

void learning_close(struct learning *learning)
{
    rules_free(learning->recipe.rules);
    corpus_free(learning->corpus);
    *learning = (struct learning){0};
}
