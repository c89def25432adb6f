/* SPDX-License-Identifier: BSD-2-Clause */
#include "learning.h"

#include "evaluate.h"
#include "store.h"
#include "ticket_example.h"

#include <stdlib.h>
#include <string.h>

/* What a citizen of this desk wrote, and a person read, tells more than a text that was made up. */
enum { TICKET_WEIGHT = 3 };

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

static int add_ticket(void *ctx, const Aduan__Record__Ticket *ticket)
{
    struct learning_tickets *tickets = ctx;
    struct corpus *corpus = tickets->corpus;
    if (ticket_example_held_out(ticket->id) != tickets->held_out)
        tickets->passed++;
    else
        tickets->added += ticket_example_add(ticket, tickets->rules, corpus);
    return 0;
}

int learning_add_tickets(struct cli *cli, struct learning_tickets *tickets)
{
    struct store_ticket_filter filter = {.corrected = true};
    bool more;
    int code = session_open(cli, NEED_CONFIG | NEED_SEAL | NEED_STORE);
    if (code != CLI_OK)
        return code;
    tickets->corpus->origin = CORPUS_TICKET;
    int err = store_tickets(cli->store, &filter, add_ticket, tickets, &more);
    if (err != OK)
        return cli_fail(cli, CLI_STORE, "the corrected tickets cannot be read (%s); try: aduan verify", err_name(err));
    return CLI_OK;
}

/* Those that teach nothing are not told of. */
static int tickets_of(struct cli *cli, struct learning *learning)
{
    struct learning_tickets tickets = {.rules = learning->recipe.rules, .corpus = learning->corpus};
    uint64_t weight = 1;
    int code = cli_option_count(cli, "weight", 1, 100, TICKET_WEIGHT, &weight);
    if (code != CLI_OK || !cli_flag(cli, "tickets"))
        return code;
    learning->corpus->weight = (unsigned)weight;
    code = learning_add_tickets(cli, &tickets);
    learning->tickets = tickets.added;
    learning->held_out = tickets.passed;
    if (code == CLI_OK)
        cli_remark(cli, "%zu corrected tickets are learnt from, each as %llu texts; %zu are held out", tickets.added,
                   (unsigned long long)weight, tickets.passed);
    return code;
}

int learning_open(struct cli *cli, unsigned folds, uint64_t seed, const struct model *also, struct learning *out)
{
    struct learning learning = {.corpus = corpus_new(), .recipe = train_recipe_default()};
    int code = corpus_of(cli, learning.corpus, folds);
    if (code == CLI_OK)
        code = rules_of(cli, &learning.recipe.rules);
    if (code == CLI_OK)
        code = tickets_of(cli, &learning);
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
