/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: a citizen's text on its way through the desk, with the rules and the lexicon that are shipped: it
 * is decoded, normalised, classified, and is somebody's in the end. The first byte chooses the coding. */
#include "fuzz.h"

#include "desk.h"
#include "normalise.h"
#include "same.h"

static struct config *the_config(void)
{
    static const char text[] = "desk: {name: x, shortcodes: [1708]}\n"
                               "boxes: [{name: box1, bearerboxes: [{name: m}]}]\n";
    static struct config *config;
    struct fault fault;
    if (!config)
        fuzz_must(config_parse("fuzz.yaml", ADUAN_ETC_DIR, text, sizeof text - 1, &config, &fault) == OK);
    return config;
}

static struct rules *the_rules(void)
{
    static struct rules *rules;
    struct fault fault;
    if (!rules)
        fuzz_must(rules_load(ADUAN_ETC_DIR "/categories.yaml", ADUAN_ETC_DIR "/agencies.yaml", &rules, &fault) == OK);
    return rules;
}

static struct ensemble *the_ensemble(void)
{
    static struct ensemble *ensemble;
    if (!ensemble)
        ensemble = ensemble_new(the_rules(), NULL);
    return ensemble;
}

static struct normaliser *the_normaliser(void)
{
    static struct normaliser *normaliser;
    static struct lexicon lexicon;
    static void *block;
    struct fault fault;
    size_t bytes;
    if (normaliser)
        return normaliser;
    struct lexicon_maker *maker = lexicon_maker_new();
    fuzz_must(lexicon_maker_read(maker, ADUAN_ETC_DIR "/lexicon.tsv", &fault) == OK);
    lexicon_maker_compile(maker, &block, &bytes);
    lexicon_maker_free(maker);
    fuzz_must(lexicon_open(block, bytes, &lexicon) == OK);
    normaliser = normaliser_new(&lexicon);
    return normaliser;
}

static void words(const struct text *text)
{
    struct normalised words;
    normalise(the_normaliser(), text->utf8, text->len, &words);
    for (size_t i = 0; i < words.count; i++) {
        const struct norm_word *word = &words.words[i];
        fuzz_must(word->len > 0 && word->at <= text->len && word->span <= text->len - word->at);
    }
}

static void decide(const struct text *text)
{
    const struct desk_sms sms = {(const uint8_t *)"+6281234567", 11, (const uint8_t *)"1708", 4, text, false};
    struct verdict verdict;
    fuzz_must(desk_decide(the_config(), the_ensemble(), &sms, &verdict) == OK);
    if (!verdict.open_ticket)
        fuzz_must(verdict.reason != NULL);
    else
        fuzz_must(*verdict.category && *verdict.type && *verdict.agency && *verdict.urgency &&
                  rules_agency_name(the_rules(), verdict.agency));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text;
    if (size == 0)
        return 0;
    fuzz_must(text_decode((int)(data[0] % 4) - 1, NULL, 0, data + 1, size - 1, &text) == OK);
    words(&text);
    decide(&text);
    text_done(&text);
    return 0;
}
