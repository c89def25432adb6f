/* SPDX-License-Identifier: BSD-2-Clause */
#include "asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void what_the_first_words_ask_for(void **state)
{
    static const struct {
        const char *text;
        enum asked asked;
    } texts[] = {
        {"RAHASIA pungli di loket 3", ASKED_CONFIDENTIAL},
        {"bdg rahasia: jalan rusak", ASKED_CONFIDENTIAL},
        {"anonim lampu mati", ASKED_ANONYMOUS},
        {"STATUS 1916449", ASKED_COMMAND},
        {"tambah: 1916449 sudah seminggu", ASKED_COMMAND},
        {"Cabut #1000013", ASKED_COMMAND},
        {"TIDAK 1916449 masih rusak", ASKED_COMMAND},
        {"DATA budi#3375014506820003#jl mawar 3", ASKED_COMMAND},
        {"TIDAK 3 hari air mati", ASKED_NOTHING},
        {"tidak ada air", ASKED_NOTHING},
        {"status1916449", ASKED_NOTHING},
        {"data warga miskin salah", ASKED_NOTHING},
        {"ini bukan rahasia", ASKED_NOTHING},
        {"mohon STATUS 1916449", ASKED_NOTHING},
        {"", ASKED_NOTHING},
        {"12 # 13", ASKED_NOTHING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (asked_by(texts[i].text, strlen(texts[i].text)) != texts[i].asked)
            fail_msg("%s", texts[i].text);
    assert_int_equal(asked_by("a\0anonim", 8), ASKED_ANONYMOUS);
    assert_int_equal(asked_by("STATUS 1916449", 8), ASKED_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_first_words_ask_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
