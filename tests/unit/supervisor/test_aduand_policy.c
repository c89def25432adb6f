/* SPDX-License-Identifier: BSD-2-Clause */
/* When a dead process is started again, and what its slot is called. */
#include "policy.h"
#include "roles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct policy_limits limits = {200, 30000};

static uint64_t dies(struct policy *policy, bool served, uint64_t lived_ms)
{
    struct policy_life life = {.served = served, .lived_ms = lived_ms};
    return policy_died(policy, &limits, &life);
}

static void early_deaths_double_the_wait(void **state)
{
    static const uint64_t waits[] = {200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000};
    struct policy policy = {0};

    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++)
        assert_int_equal(dies(&policy, true, 500), waits[i]);
}

static void a_death_before_the_first_job_is_throttled_harder(void **state)
{
    static const uint64_t waits[] = {1000, 4000, 16000, 30000, 30000};
    struct policy policy = {0};

    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++)
        assert_int_equal(dies(&policy, false, 50), waits[i]);
    /* One job done: the service works, and only the early deaths count. */
    assert_int_equal(dies(&policy, true, 50), 200);
    assert_int_equal(dies(&policy, false, 50), 1000);
}

static void a_long_life_forgets(void **state)
{
    struct policy policy = {.early = 9, .unborn = 9};

    (void)state;
    assert_int_equal(dies(&policy, false, POLICY_SETTLED_MS), 200);
    assert_int_equal(dies(&policy, true, 10), 200);
    assert_int_equal(dies(&policy, true, 10), 400);
}

static void who_was_told_to_stop_waits_for_nothing(void **state)
{
    struct policy policy = {.early = 9, .unborn = 9};

    (void)state;
    assert_int_equal(policy_died(&policy, &limits, &(struct policy_life){.asked = true}), 0);
    assert_int_equal(policy.early, 0);
    assert_int_equal(policy.unborn, 0);
}

static void the_wait_never_overflows_nor_passes_its_limit(void **state)
{
    struct policy_limits wide = {60000, 3600000}, narrow = {5000, 100};
    struct policy policy = {.unborn = UINT32_MAX - 2};

    (void)state;
    assert_int_equal(policy_died(&policy, &wide, &(struct policy_life){0}), 3600000);
    policy = (struct policy){.early = UINT32_MAX - 1};
    assert_int_equal(policy_died(&policy, &wide, &(struct policy_life){.served = true}), 3600000);
    policy = (struct policy){0};
    assert_int_equal(policy_died(&policy, &narrow, &(struct policy_life){0}), 100);
    policy = (struct policy){0};
    assert_int_equal(policy_died(&policy, &wide, &(struct policy_life){0}), 60000);
}

static void slots_have_names_and_names_have_slots(void **state)
{
    static const char *const none[] = {"classifier",
                                       "classifier.",
                                       "classifier.0",
                                       "classifier.01",
                                       "classifier.1a",
                                       "classifier.-1",
                                       "classifiers.1",
                                       "classifier.99999",
                                       "box.1",
                                       "box1",
                                       "",
                                       "responder.1 "};
    char name[SLOT_NAME_BYTES];
    enum role role = ROLE_END;
    unsigned number = 0;

    (void)state;
    slot_name(ROLE_RESPONDER, 12, name);
    assert_string_equal(name, "responder.12");
    assert_true(slot_parse(name, &role, &number));
    assert_int_equal(role, ROLE_RESPONDER);
    assert_int_equal(number, 12);
    assert_true(slot_parse("classifier.9999", &role, &number));
    assert_int_equal(number, 9999);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(slot_parse(none[i], &role, &number));
}

static void roles_have_words_and_programs(void **state)
{
    (void)state;
    for (enum role r = 0; r < ROLE_END; r++)
        assert_int_equal(role_parse(role_name(r)), r);
    assert_int_equal(role_parse("sieve"), ROLE_END);
    assert_string_equal(role_program(ROLE_BOX), "aduanbox");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_deaths_double_the_wait),
        cmocka_unit_test(a_death_before_the_first_job_is_throttled_harder),
        cmocka_unit_test(a_long_life_forgets),
        cmocka_unit_test(who_was_told_to_stop_waits_for_nothing),
        cmocka_unit_test(the_wait_never_overflows_nor_passes_its_limit),
        cmocka_unit_test(slots_have_names_and_names_have_slots),
        cmocka_unit_test(roles_have_words_and_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
