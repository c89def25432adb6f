/* SPDX-License-Identifier: BSD-2-Clause */
/* What a pattern needs: what is told of it, what is left alone, and that nothing is asked of a text that matches. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern_needs.h"

#include <pcre2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "a|b & c": one of a and b, and c. */
static const char *needs_of(const char *pattern)
{
    static char out[4096];
    struct need needs[PATTERN_NEEDS_MAX];
    size_t count = pattern_needs(pattern, needs), used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < needs[i].count; k++)
            used += (size_t)snprintf(out + used, sizeof out - used, "%s%s",
                                     k   ? "|"
                                     : i ? " & "
                                         : "",
                                     needs[i].strings[k]);
    return out;
}

static const struct {
    const char *pattern, *needs;
} cases[] = {
    {"lubang", "lubang"},
    {"Jalan|JLN", "jalan|jln"},
    {"\\b(jalan|jln)\\b[^.]{0,60}\\b(rusak|b[eo]?rlubang)\\b", "jalan|jln & rusak|berlubang|borlubang|brlubang"},
    {"air(nya)?\\s+mati", "airnya|air & mati"},
    {"(me)?nunggu (ada )?korban", "menunggu ada korban|menunggu korban|nunggu ada korban|nunggu korban"},
    {"\\A(?!.{0,9}lagi)(?=x).{0,9}kemarin", "kemarin"},
    {"(?<!sampai )(?<=di )pasar", "pasar"},
    {"(?:a|b)c", "ac|bc"},
    {"a+b", "a & b"},
    {"ab{2}c", "a & b & c"},
    {"ab{0,3}c", "a & c"},
    {"ab*?cd", "a & cd"},
    {"ab?+c", "abc|ac"},
    {"(x.|y)z", "x|y & z"},
    {"(x.)?z", "z"},
    {"wa\\.me/", "wa.me/"},
    {"bit\\.ly|\\d\\.id", "bit.ly|.id"},
    {"[[:alpha:]]x[]a]y[^]]z", "x & y & z"},
    {"[a-c]w[\\]a]v", "w & v"},
    {"[^a]b", "b"},
    {"caf\xC3\xA9s?t", "caf & st|t"},
    {"(tahun|thn) (19|20)\\d\\d", "tahun 19|tahun 20|thn 19|thn 20"},
    {"[abcdefghij]x", "x"},
    {"a\\Kb", "ab"},
    {"^a$", "a"},
    {"\\h\\Rx\\n", "x"},
    {"a strings too long to be one", "a strings too long  & to be one"},
    /* nothing is known */
    {"", ""},
    {"a?", ""},
    {"a*", ""},
    {"a{0}", ""},
    {".{300}", ""},
    {"\\d+", ""},
    {"(a|.)", ""},
    {"(a|)", ""},
    {"a|b?", ""},
    {"(\\b)+", ""},
    /* not understood */
    {"(?i)a", ""},
    {"(?|a|b)", ""},
    {"(?>a)", ""},
    {"(?<n>a)", ""},
    {"(?#a)", ""},
    {"(*COMMIT)a", ""},
    {"(a)\\1", ""},
    {"\\Qa\\E", ""},
    {"\\x41b", ""},
    {"\\p{L}a", ""},
    {"\\cab", ""},
    {"[\\cab]", ""},
    {"[\\Qa\\E]", ""},
    {"[[:a]x[:]y", ""},
    {"a{,3}b", ""},
    {"a{3", ""},
    {"a\\", ""},
    {"[a", ""},
    {"(a", ""},
    {"a)", ""},
    {"*a", ""},
    {"((((((((((((((((((a))))))))))))))))))", ""},
};

static void what_is_told_of_a_pattern(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(needs_of(cases[i].pattern), cases[i].needs);
}

static void many_strings_are_too_many(void **state)
{
    char pattern[2048] = "(", word[16];
    (void)state;
    for (int i = 0; i <= NEED_STRINGS_MAX; i++) {
        snprintf(word, sizeof word, "kata%c%c|", 'a' + i / 26, 'a' + i % 26);
        strcat(pattern, word);
    }
    strcat(pattern, "z)lubang");
    assert_string_equal(needs_of(pattern), "lubang");
}

static void of_many_needs_those_that_tell_most_are_kept(void **state)
{
    (void)state;
    assert_string_equal(needs_of("a.bb.ccc.dd.eeee.f"), "eeee & bb & ccc & dd");
}

/* --- no match is lost --------------------------------------------------------------------------------------------- */

static bool met(const struct need *need, const char *text)
{
    for (size_t i = 0; i < need->count; i++)
        if (strcasestr(text, need->strings[i]))
            return true;
    return false;
}

/* A text of pieces of the pattern itself, so that it matches now and then. */
static void text_like(const char *pattern, char *out, size_t size)
{
    size_t used = 0, len = strlen(pattern);
    while (used + 12 < size && rand() % 24) {
        size_t from = (size_t)rand() % (len + 1), n = (size_t)rand() % 9;
        for (size_t i = 0; i < n && from + i < len; i++)
            if (!strchr("()[]|?*+{}\\", pattern[from + i]) || rand() % 4 == 0)
                out[used++] = pattern[from + i];
        if (rand() % 4 == 0)
            out[used++] = "abcz .1\n"[rand() % 8];
    }
    out[used] = '\0';
}

static size_t matches_met(const char *pattern)
{
    struct need needs[PATTERN_NEEDS_MAX];
    size_t count = pattern_needs(pattern, needs), matches = 0;
    char text[128];
    int error;
    PCRE2_SIZE offset;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_DOTALL, &error, &offset, NULL);
    if (!code)
        return 0;
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    for (int round = 0; round < 3000; round++) {
        text_like(pattern, text, sizeof text);
        if (pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, match, NULL) < 0)
            continue;
        matches++;
        for (size_t i = 0; i < count; i++)
            if (!met(&needs[i], text))
                fail_msg("%s matches %s", pattern, text);
    }
    pcre2_match_data_free(match);
    pcre2_code_free(code);
    return matches;
}

static void every_text_that_matches_meets_the_needs(void **state)
{
    size_t matches = 0;
    (void)state;
    srand(1708);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        matches += matches_met(cases[i].pattern);
    assert_true(matches > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_of_a_pattern),
        cmocka_unit_test(many_strings_are_too_many),
        cmocka_unit_test(of_many_needs_those_that_tell_most_are_kept),
        cmocka_unit_test(every_text_that_matches_meets_the_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
