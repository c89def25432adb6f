/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a text was understood so, in sentences for a clerk, Indonesian or English as the desk's language is. */
#include "understood.h"

#include "output.h"
#include "place_view.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 6 };
/* A word counts as speaking when it weighs at least so much of the weightiest. */
#define WORD_SHARE 0.15

static bool english(const struct cli *cli)
{
    return strcmp(cli->config->language, "en") == 0;
}

/* "“berlubang”, “aspal”": the words that spoke for (sign 1) or against (sign -1); how many. */
static size_t quote(const struct understood *understood, const struct spoke *spoke, size_t count, int sign, FILE *out)
{
    size_t told = 0;

    for (size_t i = 0; i < count; i++) {
        double weight = spoke[i].weight * sign, most = spoke[0].weight < 0 ? -spoke[0].weight : spoke[0].weight;

        if (weight < most * WORD_SHARE || weight <= 0)
            continue;
        char *word = output_clean(understood->text.utf8 + spoke[i].at, spoke[i].len, false);

        if (out)
            fprintf(out, "%s\u201c%s\u201d", told ? ", " : "", word);
        free(word);
        told++;
    }
    return told;
}

/* The words behind a label of a head, for and against. */
static void words_behind(const struct cli *cli, struct reader *reader, const struct understood *understood, size_t head,
                         size_t label, FILE *out)
{
    struct spoke spoke[WORDS_MAX];
    size_t count = ensemble_why(reader->ensemble, head, label, spoke, WORDS_MAX);
    bool en = english(cli);

    if (quote(understood, spoke, count, 1, NULL) > 0) {
        fputs(en ? "  Words that speak for it: " : "  Kata yang mendukung: ", out);
        quote(understood, spoke, count, 1, out);
        fputs(".\n", out);
    }
    if (quote(understood, spoke, count, -1, NULL) > 0) {
        fputs(en ? "  Words that speak against it: " : "  Kata yang melawan: ", out);
        quote(understood, spoke, count, -1, out);
        fputs(".\n", out);
    }
}

static void hard_rule(const struct cli *cli, const struct classification *found, const char *head, FILE *out)
{
    const struct rule_hit *hit = rules_hard(found, head);

    if (hit)
        fprintf(out,
                english(cli) ? "  A fixed rule decided it, whatever the model thinks: \u201c%s\u201d.\n"
                             : "  Diputuskan aturan pasti, apa pun kata model: \u201c%s\u201d.\n",
                hit->rule);
}

/* The rules that fired for what was decided. */
static void rules_behind(const struct cli *cli, const struct classification *found, const char *head, const char *label,
                         FILE *out)
{
    size_t told = 0;

    for (size_t i = 0; i < found->hit_count; i++) {
        const struct rule_hit *hit = &found->hits[i];

        if (strcmp(hit->head, head) != 0 || strcmp(hit->label, label) != 0)
            continue;
        if (told++ == 0)
            fputs(english(cli) ? "  Rules that fired for it: " : "  Aturan yang cocok: ", out);
        fprintf(out, "%s\u201c%s\u201d (%+g)", told > 1 ? ", " : "", hit->rule, hit->weight);
    }
    if (told)
        fputs(".\n", out);
}

static void others(const struct cli *cli, const struct reader *reader, const struct model_answer *answer, size_t head,
                   FILE *out)
{
    fputs(english(cli) ? "  The model's best guesses: " : "  Dugaan terbaik model: ", out);
    for (size_t i = 0; i < answer->count; i++)
        fprintf(out, "%s%s %.0f%%", i ? ", " : "", model_label(reader->model, head, answer->best[i].label),
                100 * answer->best[i].probability);
    fputs(".\n", out);
}

/* One head that is one of several labels: what, by whom, and why. */
static void decision(const struct cli *cli, struct reader *reader, const struct understood *understood,
                     const char *head_name, const char *label, FILE *out)
{
    const struct understanding *reading = &understood->reading;
    size_t head = reading->modelled ? model_head_find(reader->model, head_name) : SIZE_MAX;

    hard_rule(cli, &reading->found, head_name, out);
    rules_behind(cli, &reading->found, head_name, label, out);
    if (head == SIZE_MAX)
        return;
    others(cli, reader, &reading->guesses.heads[head], head, out);
    size_t place = model_label_find(reader->model, head, label);
    if (place != SIZE_MAX)
        words_behind(cli, reader, understood, head, place, out);
}

static void urgency(const struct cli *cli, struct reader *reader, const struct understood *understood, FILE *out)
{
    const struct understanding *reading = &understood->reading;
    bool emergency = strcmp(reading->found.urgency, "emergency") == 0, en = english(cli);
    size_t head = reading->modelled ? model_head_find(reader->model, "urgency") : SIZE_MAX;
    const struct rule_hit *against;

    if (emergency)
        fputs(en ? "EMERGENCY: it goes before everything else.\n" : "DARURAT: didahulukan dari semua yang lain.\n",
              out);
    else
        fputs(en ? "No emergency.\n" : "Tidak darurat.\n", out);
    hard_rule(cli, &reading->found, "urgency", out);
    against = emergency ? NULL : rules_hard_against(&reading->found, "urgency", "emergency");
    if (against)
        fprintf(out,
                en ? "  A fixed rule says that it is none: \u201c%s\u201d.\n"
                   : "  Menurut aturan pasti bukan darurat: \u201c%s\u201d.\n",
                against->rule);
    rules_behind(cli, &reading->found, "urgency", "emergency", out);
    if (head == SIZE_MAX)
        return;
    fprintf(out,
            en ? "  The model takes it for an emergency with %.0f%%; it must be %.0f%%.\n"
               : "  Menurut model kemungkinan darurat %.0f%%; batasnya %.0f%%.\n",
            100 * reading->guesses.heads[head].best[0].probability, 100 * model_head(reader->model, head).threshold);
    if (emergency)
        words_behind(cli, reader, understood, head, 0, out);
}

static void flags(const struct cli *cli, struct reader *reader, const struct understood *understood, FILE *out)
{
    const struct understanding *reading = &understood->reading;

    for (size_t h = 0; reading->modelled && h < model_head_count(reader->model); h++) {
        struct model_head head = model_head(reader->model, h);

        if (strcmp(head.name, "urgency") == 0 || !understanding_flagged(reader->ensemble, reading, head.name))
            continue;
        fprintf(out, english(cli) ? "Marked %s (%.0f%%).\n" : "Ditandai %s (%.0f%%).\n", head.name,
                100 * reading->guesses.heads[h].best[0].probability);
        words_behind(cli, reader, understood, h, 0, out);
    }
}

static const char *place_reason(const struct cli *cli, enum place_why why)
{
    static const char *const reasons[PLACE_WHY_END][2] = {
        [PLACE_WHY_PREFIX] = {"SMS diawali kata ini", "the SMS begins with it"},
        [PLACE_WHY_KIND] = {"disebut bersama jenisnya", "named with its kind"},
        [PLACE_WHY_NAME] = {"namanya disebut", "its name is there"},
        [PLACE_WHY_OWN] = {"nama di wilayah sendiri", "a name of the desk's own area"},
        [PLACE_WHY_STREET] = {"nama jalan", "the name of a street"},
        [PLACE_WHY_RT_RW] = {"nomor RT/RW", "the number of an RT or RW"},
        [PLACE_WHY_LANDMARK] = {"patokan", "what it is beside or in"}};
    return reasons[why][english(cli)];
}

/* One line a mention: what it may be, the likeliest first, and what says so. */
static void places(const struct cli *cli, const struct understood *understood, FILE *out)
{
    const struct places_found *found = &understood->reading.places;

    for (size_t i = 0; i < found->count; i++) {
        const struct place *place = &found->places[i];
        const struct place_shown shown = place_found(place);
        bool another = i > 0 && place[-1].at == place->at && place[-1].len == place->len;
        char *label = place_label(&shown, understood->text.utf8, understood->text.len);

        if (another)
            fprintf(out, english(cli) ? "  or %s, score %u" : "  atau %s, nilai %u", label, place->score);
        else
            fprintf(out, english(cli) ? "Place %s, score %u" : "Tempat %s, nilai %u", label, place->score);
        fprintf(out, ": %s.\n", place_reason(cli, place->why));
        free(label);
    }
}

void understood_explain(const struct cli *cli, struct reader *reader, const struct understood *understood, FILE *out)
{
    const struct understanding *reading = &understood->reading;
    const struct classification *found = &reading->found;
    bool en = english(cli);

    if (!understood->verdict.open_ticket)
        fprintf(out, en ? "No ticket: %s.\n" : "Tidak dibuatkan tiket: %s.\n", understood->verdict.reason);
    fprintf(out, en ? "Category %s (%s).\n" : "Kategori %s (%s).\n", found->category, found->category_name);
    if (reading->category_by == BY_TYPE)
        fprintf(out,
                en ? "  It is no report (type %s), so it has none.\n"
                   : "  Bukan laporan (jenis %s), jadi tidak berkategori.\n",
                found->type);
    else
        decision(cli, reader, understood, "category", found->category, out);
    if (reading->unsure)
        fprintf(out,
                en ? "Not sure enough: a person at %s (%s) reads it.\n"
                   : "Kurang yakin: dibaca dulu oleh petugas %s (%s).\n",
                found->agency_name, found->agency);
    else
        fprintf(out, en ? "Agency %s (%s).\n" : "Diteruskan ke %s (%s).\n", found->agency_name, found->agency);
    hard_rule(cli, found, "agency", out);
    rules_behind(cli, found, "agency", found->agency, out);
    fprintf(out, en ? "Type %s.\n" : "Jenis %s.\n", found->type);
    decision(cli, reader, understood, "type", found->type, out);
    urgency(cli, reader, understood, out);
    flags(cli, reader, understood, out);
    places(cli, understood, out);
    if (!reading->modelled)
        fputs(en ? "There is no model: the rules decided alone.\n" : "Tidak ada model: aturan memutuskan sendiri.\n",
              out);
}
