/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan train`: a model from labelled texts. The build makes the shipped one with it. */
#include "clock.h"
#include "commands.h"
#include "learning.h"
#include "output.h"

#include <stdlib.h>

enum { TRAIN_FOLDS = 5 };

/* Probabilities are fitted on folds that were not learnt from; then all texts are learnt. */
static int learn(const struct learning *learning, void **bytes, size_t *len, struct fault *fault)
{
    const struct train_recipe *recipe = &learning->recipe;
    struct train_scores scores;
    int err = train_folds(learning->corpus, recipe, &scores, fault);
    if (err != OK)
        return err;
    struct train_fit *fit = train_fit_new(learning->corpus, &scores, recipe->trust);
    err = train_model(learning->corpus, recipe, fit, bytes, len, fault);
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
    struct learning learning;
    struct fault fault = {0};
    void *bytes = NULL;
    size_t len = 0;
    uint64_t start_ms = clock_mono_ms();
    int code = learning_open(cli, TRAIN_FOLDS, 0, NULL, &learning);
    if (code != CLI_OK)
        return code;
    int err = learn(&learning, &bytes, &len, &fault);
    if (err == OK)
        err = train_save(path, bytes, len, &fault);
    code = err ? cli_fail_fault(cli, err, &fault) : tell(cli, path, learning.corpus, clock_mono_ms() - start_ms);
    free(bytes);
    learning_close(&learning);
    return code;
}
