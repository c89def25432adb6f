/* SPDX-License-Identifier: BSD-2-Clause */
/* UUIDs: known vectors, the two ids that Aduan derives, and text both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "uuid.h"

#include <string.h>

/* RFC 9562, appendix A.4: www.example.com in the DNS namespace. */
static void known_vector(void **state)
{
    (void)state;
    uint8_t dns[UUID_BYTES], id[UUID_BYTES];
    char text[UUID_TEXT_BYTES];
    assert_int_equal(uuid_parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8", 36, dns), OK);
    uuid_v5(dns, "www.example.com", 15, id);
    assert_string_equal(uuid_format(id, text), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static void derived_ids(void **state)
{
    (void)state;
    uint8_t message[UUID_BYTES], a[UUID_BYTES], b[UUID_BYTES];
    uuid_random(message);
    uuid_reply(message, 12, a);
    uuid_v5(message, "12", 2, b);
    assert_memory_equal(a, b, UUID_BYTES);
    uuid_reply(message, UINT32_MAX, b);
    assert_memory_not_equal(a, b, UUID_BYTES);
    uuid_whole(message, a);
    uuid_v5(message, "whole", 5, b);
    assert_memory_equal(a, b, UUID_BYTES);
}

static void random_ids(void **state)
{
    (void)state;
    uint8_t a[UUID_BYTES], b[UUID_BYTES];
    uuid_random(a);
    uuid_random(b);
    assert_memory_not_equal(a, b, UUID_BYTES);
    assert_int_equal(a[6] >> 4, 4);
    assert_int_equal(a[8] >> 6, 2);
}

static void text_both_ways(void **state)
{
    (void)state;
    uint8_t id[UUID_BYTES], back[UUID_BYTES];
    char text[UUID_TEXT_BYTES];
    for (int i = 0; i < 1000; i++) {
        uuid_random(id);
        assert_int_equal(uuid_parse(uuid_format(id, text), UUID_TEXT_BYTES - 1, back), OK);
        assert_memory_equal(id, back, UUID_BYTES);
    }
    assert_int_equal(uuid_parse("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", 36, id), OK);
    assert_string_equal(uuid_format(id, text), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
}

static void refusals(void **state)
{
    (void)state;
    static const char good[] = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    uint8_t id[UUID_BYTES] = {7};
    for (size_t len = 0; len < 60; len++)
        if (len != 36)
            assert_int_equal(uuid_parse("6ba7b810-9dad-11d1-80b4-00c04fd430c86ba7b810-9dad-11d1-80b4", len, id),
                             E_INVALID);
    for (size_t i = 0; i < 36; i++) {
        static const char wrong[] = "/:@G`g \xff";
        char text[37];
        for (const char *c = wrong; *c; c++) {
            memcpy(text, good, sizeof text);
            text[i] = *c;
            assert_int_equal(uuid_parse(text, 36, id), E_INVALID);
        }
    }
    assert_int_equal(id[0], 7); /* written on success only */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_vector),   cmocka_unit_test(derived_ids), cmocka_unit_test(random_ids),
        cmocka_unit_test(text_both_ways), cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
