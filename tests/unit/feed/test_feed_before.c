/* SPDX-License-Identifier: BSD-2-Clause */
/* The chain of Event.before: what each prefix last had, and that what is forgotten is never taken for nothing. */
#include "before.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct topic {
    char text[160];
    size_t level[BEFORE_LEVELS];
};

static struct topic topic(const char *shortcode, const char *event, const char *category)
{
    struct topic t;
    t.level[0] = (size_t)snprintf(t.text, sizeof t.text, "v1.acme.");
    t.level[1] = t.level[0] + (size_t)snprintf(t.text + t.level[0], 60, "%s.", shortcode);
    t.level[2] = t.level[1] + (size_t)snprintf(t.text + t.level[1], 60, "%s.", event);
    t.level[3] = t.level[2] + (size_t)snprintf(t.text + t.level[2], 30, "%s.", category);
    return t;
}

static void expect(struct before *before, const struct topic *t, uint64_t sequence, uint64_t a, uint64_t b, uint64_t c,
                   uint64_t d)
{
    uint64_t out[BEFORE_LEVELS], wanted[] = {a, b, c, d};
    before_next(before, t->text, t->level, sequence, out);
    assert_memory_equal(out, wanted, sizeof out);
}

static void each_level_has_its_chain(void **state)
{
    struct before *before = before_new(true);
    struct topic opened = topic("1708", "ticket_opened", "jalan"), light = topic("1708", "ticket_opened", "lampu"),
                 sent = topic("1708", "reply_sent", "jalan"), other = topic("1709", "ticket_opened", "jalan");
    (void)state;
    expect(before, &opened, 1, 0, 0, 0, 0);
    expect(before, &light, 2, 1, 1, 1, 0);
    expect(before, &sent, 4, 2, 2, 0, 0);
    expect(before, &other, 5, 4, 0, 0, 0);
    expect(before, &opened, 9, 5, 4, 2, 1);
    expect(before, &other, 10, 9, 5, 5, 5);
    before_free(before);
    before_free(NULL);
}

static void what_came_before_it_looked_is_unknown(void **state)
{
    struct before *before = before_new(false);
    struct topic opened = topic("1708", "ticket_opened", "jalan"), sent = topic("1708", "reply_sent", "jalan");
    (void)state;
    expect(before, &opened, 100, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX);
    expect(before, &sent, 101, 100, 100, UINT64_MAX, UINT64_MAX);
    expect(before, &opened, 102, 101, 101, 100, 100);
    before_free(before);
}

/* Against a list of everything: never lower than the truth, and mostly it. */
static void a_full_table_forgets_and_says_so(void **state)
{
    struct before *before = before_new(true);
    enum { KINDS = 6000 };
    uint64_t *truth = calloc(KINDS, sizeof *truth), exact = 0, unknown = 0;
    unsigned seed = 5;
    (void)state;
    for (uint64_t sequence = 1; sequence <= 40000; sequence++) {
        size_t kind = (size_t)rand_r(&seed) % (sequence < 20000 ? 300 : KINDS);
        char category[16];
        uint64_t out[BEFORE_LEVELS];
        snprintf(category, sizeof category, "c%zu", kind);
        struct topic t = topic("1708", "ticket_opened", category);
        before_next(before, t.text, t.level, sequence, out);
        assert_true(out[3] >= truth[kind]);
        assert_true(out[0] == sequence - 1 || out[0] == UINT64_MAX);
        exact += out[3] == truth[kind];
        unknown += out[3] == UINT64_MAX;
        truth[kind] = sequence;
    }
    assert_true(exact + unknown == 40000 && exact > 25000 && unknown > 100);
    free(truth);
    before_free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_has_its_chain),
        cmocka_unit_test(what_came_before_it_looked_is_unknown),
        cmocka_unit_test(a_full_table_forgets_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
