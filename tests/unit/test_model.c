/* SPDX-License-Identifier: BSD-2-Clause */
/* A model's file and what is read with it: refused when anything in it is not as it was written, deterministic, and
 * able to say why. How it is learnt: test_train.c. */
#include "model_priv.h"
#include "support_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static void *bytes;
static size_t len;
static struct model *model;
static struct predictor *predictor;

static int setup(void **state)
{
    struct fault fault;
    struct train_recipe recipe = train_recipe_default();
    (void)state;
    recipe.counts = true;
    small_model(&recipe, &bytes, &len);
    if (model_from_memory("small", bytes, len, &model, &fault) != OK)
        return -1;
    predictor = predictor_new(model);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    predictor_free(predictor);
    predictor_free(NULL);
    model_close(model);
    model_close(NULL);
    free(bytes);
    return 0;
}

static struct prediction ask(const char *text)
{
    struct prediction prediction;
    predictor_read(predictor, text, strlen(text), NULL, &prediction);
    return prediction;
}

static void it_tells_what_it_is(void **state)
{
    (void)state;
    assert_int_equal(strlen(model_id(model)), MODEL_ID_BYTES - 1);
    assert_int_equal(model_bytes(model), len);
    assert_false(model_uses_rules(model));
    assert_int_equal(model_head_count(model), SMALL_HEADS);
    assert_string_equal(model_head(model, 0).name, "category");
    assert_false(model_head(model, 0).flag);
    assert_int_equal(model_head(model, 0).label_count, 2);
    assert_true(model_head(model, 1).flag);
    assert_int_equal(model_head_find(model, "kasar"), 1);
    assert_int_equal(model_head_find(model, "nothing"), SIZE_MAX);
    assert_int_equal(model_label_find(model, 0, "sampah"), 1);
    assert_int_equal(model_label_find(model, 0, "air"), SIZE_MAX);
    assert_string_equal(model_label(model, 1, 0), "kasar");
}

static void it_reads_what_it_has_not_seen(void **state)
{
    (void)state;
    struct prediction road = ask("JLN berlubangg parah dkt rumah"), waste = ask("sampah belum diangkut, bau"),
                      rude = ask("jalan rusak dasar bodoh");
    assert_int_equal(road.heads[0].best[0].label, 0);
    assert_int_equal(waste.heads[0].best[0].label, 1);
    assert_int_equal(road.heads[0].count, 2);
    assert_true(road.heads[0].best[0].probability > road.heads[0].best[1].probability);
    assert_true(road.heads[0].best[0].probability + road.heads[0].best[1].probability > 0.999999);
    assert_true(rude.heads[1].sure);
    assert_false(waste.heads[1].sure);
    assert_int_equal(rude.heads[1].count, 1);
}

static void the_same_text_gets_the_same_scores_whatever_came_before(void **state)
{
    double first[2], again[2];
    (void)state;
    ask("bau sampah di jalan");
    predictor_scores(predictor, 0, first);
    char wall[20000];
    for (size_t i = 0; i < sizeof wall; i++)
        wall[i] = "jalan sampah rusak bau "[i % 23];
    struct prediction prediction;
    predictor_read(predictor, wall, sizeof wall, NULL, &prediction);
    ask("");
    ask("bau sampah di jalan");
    predictor_scores(predictor, 0, again);
    assert_memory_equal(first, again, sizeof first);
}

static void it_says_which_words_spoke(void **state)
{
    static const char text[] = "mohon sampah di depan pasar lama";
    struct spoke spoke[3];
    (void)state;
    ask(text);
    assert_int_equal(predictor_why(predictor, 0, 1, spoke, 3), 3);
    assert_memory_equal(text + spoke[0].at, "sampah", spoke[0].len);
    assert_true(spoke[0].weight > 0);
    assert_true(spoke[0].weight > spoke[2].weight);
    assert_int_equal(predictor_words(predictor)->count, 6);
    /* Against the other label the same word speaks. */
    predictor_why(predictor, 0, 0, spoke, 3);
    assert_true(spoke[0].weight < 0);
    ask("");
    assert_int_equal(predictor_why(predictor, 0, 1, spoke, 3), 0);
}

/* --- files that are not as they were written ---------------------------------------------------------------------- */

static void refused(const void *file, size_t file_bytes, int err, const char *complaint)
{
    struct model *other = NULL;
    struct fault fault = {0};
    assert_int_equal(model_from_memory("the file", file, file_bytes, &other, &fault), err);
    if (!strstr(fault.text, complaint))
        fail_msg("\"%s\" does not say \"%s\"", fault.text, complaint);
}

static void a_damaged_file_is_refused(void **state)
{
    char *copy = malloc(len);
    struct model_file *file = (void *)copy;
    (void)state;
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    refused(copy, sizeof *file - 1, E_CORRUPT, "is no model");
    refused(copy, len - 64, E_CORRUPT, "its head says");
    copy[len / 2] ^= 1;
    refused(copy, len, E_CORRUPT, "is not as it was written");
    memcpy(copy, bytes, len);
    file->version = MODEL_VERSION + 1;
    refused(copy, len, E_VERSION, "aduan train");
    memcpy(copy, bytes, len);
    file->features_version = FEATURES_VERSION + 1;
    refused(copy, len, E_VERSION, "aduan train");
    memcpy(copy, bytes, len);
    file->magic[0] = 'X';
    refused(copy, len, E_CORRUPT, "is no model");
    free(copy);
}

/* Whoever can compute the hash still cannot make a reader leave the file. */
static void a_file_that_contradicts_itself_is_refused(void **state)
{
    char *copy = malloc(len);
    struct model_file *file = (void *)copy;
    const struct model_file *good = bytes;
    (void)state;
    assert_non_null(copy);
    struct model_head_record *heads = (void *)(copy + good->heads_at);
    struct model_output_record *outputs = (void *)(copy + good->outputs_at);
    struct model_slot *slots = (void *)(copy + good->slots_at);
    int16_t *rows = (void *)(copy + good->rows_at);
#define BROKEN(change)                                                                                                 \
    do {                                                                                                               \
        memcpy(copy, bytes, len);                                                                                      \
        change;                                                                                                        \
        model_hash(file, len, file->hash);                                                                             \
        refused(copy, len, E_CORRUPT, "contradicts itself");                                                           \
    } while (0)
    BROKEN(file->head_count = MODEL_HEADS_MAX + 1);
    BROKEN(file->head_count = 1);
    BROKEN(file->output_count = 0);
    BROKEN(file->slot_count = 3);
    BROKEN(file->slot_count = 0);
    BROKEN(file->row_items = file->output_count - 1);
    BROKEN(file->row_items += MODEL_ROW_MULTIPLE);
    BROKEN(file->row_count = MODEL_ROWS_MAX + 1);
    BROKEN(file->rows_at += 1);
    BROKEN(file->slots_at = len + MODEL_ALIGN);
    BROKEN(file->lexicon_bytes = len);
    BROKEN(file->lexicon_at = file->slots_at);
    BROKEN(file->heads_at = file->outputs_at);
    BROKEN(file->group_weight[0] = INFINITY);
    BROKEN(heads[0].name[0] = '\0');
    BROKEN(memset(heads[0].name, 'a', MODEL_NAME_BYTES));
    BROKEN(heads[1].first_output = 0);
    BROKEN(heads[1].output_count = 9);
    BROKEN(heads[0].flag = 1);
    BROKEN((heads[1].twin_head = 1, heads[1].twin_label = 2)); /* it has two labels */
    BROKEN(heads[1].twin_head = 2);                            /* itself */
    BROKEN(heads[1].twin_head = 3);
    BROKEN(heads[0].twin_head = 2); /* no flag */
    BROKEN(heads[0].slope = NAN);
    BROKEN(heads[0].slope = -1);
    BROKEN(heads[0].threshold = INFINITY);
    BROKEN(outputs[0].label[0] = '\0');
    BROKEN(outputs[0].unit = NAN);
    BROKEN(outputs[2].bias = 1e300);
    BROKEN(for (uint32_t i = 0; i < good->slot_count; i++) if (slots[i].value != MODEL_EMPTY) slots[i].value =
               good->row_count << MODEL_RARITY_BITS);
    BROKEN(for (uint32_t i = 0; i < good->slot_count; i++) slots[i].value = 0);
    BROKEN(rows[5] = MODEL_WEIGHT_MAX + 1);
    BROKEN(rows[5] = -MODEL_WEIGHT_MAX - 1);
    free(copy);
}

static void it_is_mapped_from_a_file_or_says_why_not(void **state)
{
    char path[64] = "/tmp/aduan-model.XXXXXX";
    struct model *other = NULL;
    struct fault fault;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(model_open(path, &other, &fault), E_CORRUPT);
    assert_non_null(strstr(fault.text, "no model is so small"));
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    assert_int_equal(model_open(path, &other, &fault), OK);
    assert_string_equal(model_id(other), model_id(model));
    model_close(other);
    assert_int_equal(pwrite(fd, "X", 1, (off_t)len - 1), 1);
    assert_int_equal(model_open(path, &other, &fault), E_CORRUPT);
    assert_int_equal(ftruncate(fd, MODEL_BYTES_MAX + 1), 0);
    assert_int_equal(model_open(path, &other, &fault), E_CORRUPT);
    close(fd);
    unlink(path);
    assert_int_equal(model_open(path, &other, &fault), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, path));
    assert_int_not_equal(model_open("/", &other, &fault), OK);
}

/* What is remembered of words is given up in between, more than once. */
static void what_was_read_before_changes_nothing(void **state)
{
    struct predictor *used = predictor_new(model);
    double before[2], after[2];
    char text[128];
    (void)state;
    for (unsigned i = 0; i < 30000; i++) {
        struct prediction prediction;
        snprintf(text, sizeof text, "jalan k%xk tidak lubang%xl sampah2nya s%xs", i, i % 500, i % 7);
        predictor_read(used, text, strlen(text), NULL, &prediction);
        if (i % 487 != 0)
            continue;
        predictor_scores(used, 0, before);
        struct predictor *fresh = predictor_new(model);
        predictor_read(fresh, text, strlen(text), NULL, &prediction);
        predictor_scores(fresh, 0, after);
        predictor_free(fresh);
        assert_memory_equal(before, after, sizeof before);
    }
    predictor_free(used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_what_it_is),
        cmocka_unit_test(it_reads_what_it_has_not_seen),
        cmocka_unit_test(what_was_read_before_changes_nothing),
        cmocka_unit_test(the_same_text_gets_the_same_scores_whatever_came_before),
        cmocka_unit_test(it_says_which_words_spoke),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(a_file_that_contradicts_itself_is_refused),
        cmocka_unit_test(it_is_mapped_from_a_file_or_says_why_not),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
