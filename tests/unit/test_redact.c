/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What citizens write, with secrets and without. tests/data/redact_plant*.txt: a text, then, behind tabs, what must
 * vanish from it, and with "=" what must stay; redact_harmless*.txt: texts that come out as they went in.
 */
#include "redact_priv.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>
#include <utf8proc.h>

enum { LINE_MAX_BYTES = 4096, WINDOW = 5, WORD_MIN = 3, GROWTH = 6 };

/* --- properties that every text holds ------------------------------------------------------------------------- */

static bool is_utf8(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t cp;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &cp);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* Redacts; the caller owns the result. Whatever the text: UTF-8, bounded, and the same when done again. */
static struct redaction checked(const char *text, size_t len)
{
    struct redaction once, twice;
    assert_int_equal(redact(text, len, &once), OK);
    assert_int_equal(once.text[once.len], '\0');
    assert_true(is_utf8(once.text, once.len) || !is_utf8(text, len));
    assert_true(once.len <= len * GROWTH);
    assert_int_equal(redact(once.text, once.len, &twice), OK);
    if (twice.len != once.len || memcmp(twice.text, once.text, once.len) != 0)
        fail_msg("again is not the same: '%s' then '%s'", once.text, twice.text);
    assert_false(redaction_any(&twice));
    redaction_done(&twice);
    return once;
}

/* --- does anything remain ------------------------------------------------------------------------------------- */

static size_t digits_of(const char *text, char *out)
{
    size_t n = 0;
    for (; *text; text++)
        if (isdigit((unsigned char)*text))
            out[n++] = *text;
    out[n] = '\0';
    return n;
}

/* A run of digits of the secret that is in the result when both are stripped to digits. */
static bool digits_remain(const char *result, const char *secret)
{
    char all[LINE_MAX_BYTES], own[LINE_MAX_BYTES], window[WINDOW + 1] = "";
    digits_of(result, all);
    size_t n = digits_of(secret, own);
    for (size_t i = 0; i + WINDOW <= n; i++) {
        memcpy(window, own + i, WINDOW);
        if (strstr(all, window))
            return true;
    }
    return false;
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || (c & 0x80);
}

/* One word of the secret that stands in the result as a word. */
static bool words_remain(const char *result, const char *secret)
{
    for (const char *at = secret; *at;) {
        size_t len = 0;
        while (word_char(at[len]))
            len++;
        for (const char *r = result; len >= WORD_MIN && *r; r++)
            if ((r == result || !word_char(r[-1])) && strncasecmp(r, at, len) == 0 && !word_char(r[len]))
                return true;
        at += len ? len : 1;
    }
    return false;
}

static bool remains(const char *result, const char *secret)
{
    return strcasestr(result, secret) || digits_remain(result, secret) || words_remain(result, secret);
}

/* --- files ---------------------------------------------------------------------------------------------------- */

struct score {
    unsigned texts, wrong;
};

static void say(struct score *score, const char *what, const char *about, const struct redaction *redaction)
{
    print_message("  %s '%s': %s\n", what, about, redaction->text);
    score->wrong++;
}

static void judge_planted(char *line, struct score *score)
{
    char *rest = line, *text = strsep(&rest, "\t"), *field;
    struct redaction redaction = checked(text, strlen(text));
    unsigned wrong = score->wrong;
    score->texts++;
    assert_non_null(rest); /* a planted text has secrets */
    while (wrong == score->wrong && (field = strsep(&rest, "\t")))
        if (*field == '=') {
            if (!strstr(redaction.text, field + 1))
                say(score, "lost", field + 1, &redaction);
        } else if (remains(redaction.text, field)) {
            say(score, "leaks", field, &redaction);
        }
    redaction_done(&redaction);
}

static void judge_harmless(char *line, struct score *score)
{
    struct redaction redaction = checked(line, strlen(line));
    score->texts++;
    if (strcmp(redaction.text, line) != 0)
        say(score, "changed", line, &redaction);
    assert_true(redaction_any(&redaction) == (strcmp(redaction.text, line) != 0));
    redaction_done(&redaction);
}

static struct score judge_file(const char *name, void (*judge)(char *line, struct score *score))
{
    char path[512], line[LINE_MAX_BYTES];
    struct score score = {0};
    snprintf(path, sizeof path, "%s/%s", ADUAN_TEST_DATA_DIR, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line)
            judge(line, &score);
    }
    fclose(file);
    print_message("%s: %u texts, %u wrong\n", name, score.texts, score.wrong);
    return score;
}

static void nothing_planted_is_found(void **unused)
{
    (void)unused;
    struct score score = judge_file("redact_plant.txt", judge_planted);
    assert_true(score.texts >= 200);
    assert_int_equal(score.wrong, 0);
}

static void harmless_numbers_stay(void **unused)
{
    (void)unused;
    struct score score = judge_file("redact_harmless.txt", judge_harmless);
    assert_true(score.texts >= 200);
    assert_int_equal(score.wrong, 0);
}

/* Written with the others, and not looked at while the code was made. */
static void the_same_for_texts_held_out(void **unused)
{
    (void)unused;
    struct score planted = judge_file("redact_plant_heldout.txt", judge_planted);
    struct score harmless = judge_file("redact_harmless_heldout.txt", judge_harmless);
    assert_int_equal(planted.wrong + harmless.wrong, 0);
}

/* --- what each finding is, and what is left -------------------------------------------------------------------- */

static const struct expected {
    const char *text, *redacted;
    enum redact_kind kind;
} examples[] = {
    {"NIK 3375014506820003 belum jadi", "NIK […] belum jadi", REDACT_NIK},
    {"hub 0812 3456 7890 (rumah)", "hub […] (rumah)", REDACT_PHONE},
    {"hub (+62) 812 3456 7890", "hub […] 812 3456 7890", REDACT_KIND_END},
    {"kirim ke budi.s@example.co.id ya", "kirim ke […] ya", REDACT_EMAIL},
    {"nama saya Turmudi, lampu mati", "nama saya […], lampu mati", REDACT_NAME},
    {"alamat saya jl melati no 12, lampu mati", "alamat saya […], lampu mati", REDACT_ADDRESS},
};

static void each_kind_is_marked_where_it_stood(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct redaction redaction = checked(examples[i].text, strlen(examples[i].text));
        if (examples[i].kind != REDACT_KIND_END) {
            assert_string_equal(redaction.text, examples[i].redacted);
            for (enum redact_kind kind = 0; kind < REDACT_KIND_END; kind++)
                assert_int_equal(redaction.found[kind], kind == examples[i].kind);
        }
        redaction_done(&redaction);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_planted_is_found),
        cmocka_unit_test(harmless_numbers_stay),
        cmocka_unit_test(the_same_for_texts_held_out),
        cmocka_unit_test(each_kind_is_marked_where_it_stood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
