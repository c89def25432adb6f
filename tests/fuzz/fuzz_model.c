/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: the model file, with the lexicon in it. The first byte says whether its hash is made right, so that
 * what lies behind that check is reached too. What is let in can read any text. */
#include "fuzz.h"

#include "model_priv.h"

static void read_texts(const struct model *model)
{
    static const char *const texts[] = {"jalan berlubang jalan", "gk ada sampah 08123", ""};
    struct predictor *predictor = predictor_new(model);
    struct classification none = {.type = "", .category = "", .agency = "", .urgency = "", .language = ""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct prediction prediction;
        struct spoke spoke[4];
        predictor_read(predictor, texts[i], strlen(texts[i]), model_uses_rules(model) ? &none : NULL, &prediction);
        for (size_t head = 0; head < model_head_count(model); head++) {
            const struct model_answer *answer = &prediction.heads[head];
            fuzz_must(answer->count >= 1 && answer->best[0].label < model_head(model, head).label_count);
            (void)predictor_why(predictor, head, answer->best[0].label, spoke, 4);
        }
    }
    predictor_free(predictor);
}

static void ask_names(const struct model *model)
{
    for (size_t head = 0; head < model_head_count(model); head++) {
        fuzz_must(model_head_find(model, model_head(model, head).name) <= head);
        for (size_t label = 0; label < model_head(model, head).label_count; label++)
            fuzz_must(model_label_find(model, head, model_label(model, head, label)) <= label);
    }
    fuzz_must(strlen(model_id(model)) == MODEL_ID_BYTES - 1 && model_bytes(model) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model *model;
    struct fault fault = {0};
    if (size == 0)
        return 0;
    size_t len = size - 1;
    struct model_file *file = fuzz_copy(data + 1, len);
    if ((data[0] & 1) && len >= sizeof *file) {
        file->bytes = len;
        model_hash(file, len, file->hash);
    }
    if (model_from_memory("fuzz", file, len, &model, &fault) == OK) {
        ask_names(model);
        read_texts(model);
        model_close(model);
    } else {
        fuzz_must(fault.text[0] != '\0');
    }
    if (model_open(fuzz_file(0, file, len), &model, &fault) == OK)
        model_close(model);
    free(file);
    return 0;
}
