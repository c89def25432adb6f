/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes that say they are aduand's answer: one good form, and a sentence for every other one. */
#include "control_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int read_text(const char *text, json_t **result, struct fault *fault)
{
    *result = NULL;
    return control_answer_read(text, strlen(text), result, fault);
}

static void a_result_is_handed_out(void **state)
{
    (void)state;
    json_t *result;
    struct fault fault = {0};
    assert_int_equal(read_text("{\"v\":1,\"ok\":true,\"result\":{\"x\":5}}", &result, &fault), OK);
    assert_int_equal(json_integer_value(json_object_get(result, "x")), 5);
    json_decref(result);
}

static void a_refusal_has_its_sentence_and_its_error(void **state)
{
    (void)state;
    json_t *result;
    struct fault fault = {0};
    assert_int_equal(read_text("{\"v\":1,\"ok\":false,\"error\":\"so\",\"code\":\"full\"}", &result, &fault), E_FULL);
    assert_string_equal(fault.text, "so");
    assert_int_equal(read_text("{\"v\":1,\"ok\":false,\"code\":\"ok\"}", &result, &fault), E_STATE);
    assert_null(result);
}

static void the_rest_is_no_answer(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int err;
    } cases[] = {{"", E_INVALID},
                 {"{", E_INVALID},
                 {"{\"v\":1,\"ok\":true,\"ok\":true,\"result\":{}}", E_INVALID},
                 {"{\"v\":1,\"ok\":true}", E_INVALID},
                 {"{\"v\":1,\"ok\":true,\"result\":[]}", E_INVALID},
                 {"{\"v\":\"1\",\"ok\":true,\"result\":{}}", E_INVALID},
                 {"{\"v\":2,\"ok\":true,\"result\":{}}", E_VERSION},
                 {"[1]", E_INVALID}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *result;
        struct fault fault = {0};
        assert_int_equal(read_text(cases[i].text, &result, &fault), cases[i].err);
        assert_true(fault.text[0]);
        assert_null(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_handed_out),
        cmocka_unit_test(a_refusal_has_its_sentence_and_its_error),
        cmocka_unit_test(the_rest_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
