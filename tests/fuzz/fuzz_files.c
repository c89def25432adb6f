/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: files that people, or another version of ours, have written. The first byte says which: key file,
 * CURVE key, fleet.json, lexicon.tsv, training texts. What is refused is refused with a sentence. */
#include "fuzz.h"

#include "corpus.h"
#include "curve_key.h"
#include "key_file.h"
#include "lexicon.h"
#include "normalise.h"
#include "scale.h"

enum { FILE_KEYS, FILE_CURVE, FILE_FLEET, FILE_LEXICON, FILE_TEXTS, FILES };

static void check(int err, const struct fault *fault)
{
    fuzz_must(err == OK || fault->text[0] != '\0');
}

static void keys(const char *path)
{
    struct key_file keys;
    struct fault fault = {0};
    int err = key_file_read(path, &keys, &fault);
    check(err, &fault);
    if (err != OK)
        return;
    fuzz_must(keys.count >= 1 && keys.count <= KEY_FILE_KEYS_MAX && keys.seal[0].id >= 1);
    for (size_t i = 1; i < keys.count; i++)
        fuzz_must(keys.seal[i].id > keys.seal[i - 1].id);
    key_file_wipe(&keys);
}

static void curve(const char *path)
{
    struct curve_key key;
    struct fault fault = {0};
    check(curve_key_load(path, &key, &fault), &fault);
}

static void fleet(const char *path)
{
    static const char text[] = "desk: {name: x, shortcodes: [1708]}\nworkers: {classifiers: 3}\n"
                               "boxes: [{name: box1, bearerboxes: [{name: m}]}]\n";
    static struct config *config;
    struct scale scale;
    struct fault fault = {0};
    if (!config)
        fuzz_must(config_parse("fuzz.yaml", "/nonexistent", text, sizeof text - 1, &config, &fault) == OK);
    scale_init(&scale, config);
    check(scale_load(&scale, path, config, &fault), &fault);
    for (enum role r = 0; r < ROLE_SCALED; r++)
        fuzz_must(scale.count[r] <= config->workers_max);
    fuzz_must(scale.held_count <= HELD_MAX);
    for (size_t i = 0; i < scale.held_count; i++)
        (void)scale_is_held(&scale, role_parse(scale.held[i]), scale.held[i]);
}

static void lexicon(const char *path)
{
    struct lexicon_maker *maker = lexicon_maker_new();
    struct lexicon lexicon;
    struct fault fault = {0};
    void *block;
    size_t bytes;
    int err = lexicon_maker_read(maker, path, &fault);
    check(err, &fault);
    if (err == OK) {
        struct normalised words;
        lexicon_maker_compile(maker, &block, &bytes);
        fuzz_must(lexicon_open(block, bytes, &lexicon) == OK);
        struct normaliser *normaliser = normaliser_new(&lexicon);
        normalise(normaliser, "jln gk bagus bgt", 16, &words);
        fuzz_must(words.count >= 4);
        normaliser_free(normaliser);
        free(block);
    }
    lexicon_maker_free(maker);
}

static void texts(const char *path)
{
    struct corpus *corpus = corpus_new();
    struct fault fault = {0};
    corpus_desk_heads(corpus);
    int err = corpus_read(corpus, path, &fault);
    check(err, &fault);
    if (err == OK && corpus->count > 0)
        corpus_finish(corpus, 2);
    corpus_free(corpus);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const reads[FILES])(const char *) = {keys, curve, fleet, lexicon, texts};
    if (size > 0)
        reads[data[0] % FILES](fuzz_file(0, data + 1, size - 1));
    return 0;
}
