/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan train`: a model from labelled texts. The build makes the shipped one with it. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "train.h"

#include <stdlib.h>

enum { TRAIN_FOLDS = 5 };

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

static int corpus_of(const struct cli *cli, struct corpus **out)
{
    struct fault fault = {0};
    const char *dir = option_or(cli, "texts", ADUAN_DATA_DIR "/training");
    struct corpus *corpus = corpus_new();
    corpus_desk_heads(corpus);
    int err = corpus_read_dir(corpus, dir, &fault);
    if (err == OK && corpus->count < TRAIN_FOLDS)
        err = fault_set(&fault, E_CONFIG, "%s holds %zu labelled texts in its *.tsv files: at least %d are needed", dir,
                        corpus->count, TRAIN_FOLDS);
    if (err != OK) {
        corpus_free(corpus);
        return cli_fail_fault(cli, err, &fault);
    }
    corpus_finish(corpus, TRAIN_FOLDS);
    *out = corpus;
    return CLI_OK;
}

/* Probabilities are fitted on folds that were not learnt from; then all texts are learnt. */
static int learn(const struct corpus *corpus, const struct train_recipe *recipe, void **bytes, size_t *len,
                 struct fault *fault)
{
    struct train_scores scores;
    int err = train_folds(corpus, recipe, &scores, fault);
    if (err != OK)
        return err;
    struct train_fit *fit = train_fit_new(corpus, &scores, recipe->trust);
    err = train_model(corpus, recipe, fit, bytes, len, fault);
    train_fit_free(fit);
    free(scores.values);
    return err;
}

static int tell(const struct cli *cli, const char *path, const struct corpus *corpus, uint64_t took_ms)
{
    struct model *model;
    struct fault fault = {0};
    char size[32];
    int code = CLI_OK, err = model_open(path, &model, &fault);
    if (err != OK)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        code = output_json(json_pack("{s:i,s:s,s:s,s:I,s:I,s:I}", "v", 1, "model", model_id(model), "file", path,
                                     "texts", (json_int_t)corpus->count, "bytes", (json_int_t)model_bytes(model),
                                     "took_ms", (json_int_t)took_ms));
    else
        printf("%s: model %s from %zu texts, %s, in %.1f s\n", path, model_id(model), corpus->count,
               output_bytes(model_bytes(model), size), (double)took_ms / 1000);
    model_close(model);
    return code;
}

int cmd_train(struct cli *cli)
{
    const char *path = cli->operands[0];
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = NULL;
    struct fault fault = {0};
    void *bytes = NULL;
    size_t len = 0;
    uint64_t start_ms = clock_mono_ms();
    int code = corpus_of(cli, &corpus);
    if (code == CLI_OK)
        code = rules_of(cli, &recipe.rules);
    if (code == CLI_OK) {
        recipe.lexicon_path = option_or(cli, "lexicon", ADUAN_DATA_DIR "/lexicon.tsv");
        int err = learn(corpus, &recipe, &bytes, &len, &fault);
        if (err == OK)
            err = train_save(path, bytes, len, &fault);
        code = err ? cli_fail_fault(cli, err, &fault) : tell(cli, path, corpus, clock_mono_ms() - start_ms);
    }
    free(bytes);
    rules_free(recipe.rules);
    corpus_free(corpus);
    return code;
}
