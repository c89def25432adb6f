/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan train`: a model from labelled texts. The build makes the shipped one with it. `aduan model promote`: that it
 * takes the place of the running one. */
#include "clock.h"
#include "commands.h"
#include "learning.h"
#include "output.h"
#include "promote.h"

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

static int tell(const struct cli *cli, const struct learning *learning, uint64_t took_ms, json_t **told)
{
    const char *path = cli->operands[0];
    size_t texts = learning->corpus->count;
    struct model *model;
    struct fault fault = {0};
    char size[32];
    int err = model_open(path, &model, &fault);
    if (err != OK)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        *told = json_pack("{s:i,s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "v", 1, "model", model_id(model), "file", path, "texts",
                          (json_int_t)texts, "tickets", (json_int_t)learning->tickets, "held_out_tickets",
                          (json_int_t)learning->held_out, "bytes", (json_int_t)model_bytes(model), "took_ms",
                          (json_int_t)took_ms);
    else
        printf("%s: model %s from %zu texts, %s, in %.1f s\n", path, model_id(model), texts,
               output_bytes(model_bytes(model), size), (double)took_ms / 1000);
    model_close(model);
    return CLI_OK;
}

static int train(struct cli *cli, json_t **told)
{
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
        err = train_save(cli->operands[0], bytes, len, &fault);
    code = err ? cli_fail_fault(cli, err, &fault) : tell(cli, &learning, clock_mono_ms() - start_ms, told);
    free(bytes);
    learning_close(&learning);
    return code;
}

int cmd_train(struct cli *cli)
{
    json_t *told = NULL, *promotion = NULL;
    int code = train(cli, &told);
    if (code == CLI_OK && cli_flag(cli, "promote"))
        code = promote(cli, cli->operands[0], &promotion);
    if (promotion)
        json_object_set_new(told, "promotion", promotion);
    if (told && output_json(told) != CLI_OK)
        code = code == CLI_OK ? CLI_FAILED : code;
    return code;
}

int cmd_model_promote(struct cli *cli)
{
    json_t *told = NULL;
    int code = promote(cli, cli->operands[0], &told);
    if (told && output_json(told) != CLI_OK)
        code = code == CLI_OK ? CLI_FAILED : code;
    return code;
}
