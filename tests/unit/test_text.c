/* SPDX-License-Identifier: BSD-2-Clause */
/* From the bytes of an SMS to text: exact where they are whole, said so where they are not. */
#include "text.h"

#include "gsm7.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

/* Decodes an exact heap copy of the body, so that one byte read too far is seen. */
static struct text decode(int coding, const char *charset, const void *body, size_t len)
{
    struct text text;
    uint8_t *copy = malloc(len ? len : 1);
    memcpy(copy, body, len);
    assert_int_equal(text_decode(coding, charset, strlen(charset), copy, len, &text), OK);
    free(copy);
    return text;
}

static void expect(int coding, const char *charset, const void *body, size_t len, const char *want, bool repaired)
{
    struct text text = decode(coding, charset, body, len);
    assert_string_equal(text.utf8, want);
    assert_int_equal(text.len, strlen(want));
    assert_int_equal(text.repaired, repaired);
    assert_false(text.binary);
    text_done(&text);
    assert_null(text.utf8);
}

#define BODY(bytes) bytes, sizeof(bytes) - 1

/* UTF-16BE of a UTF-8 text, as Kannel hands over what came as UCS-2. */
static size_t to_utf16(const char *utf8, uint8_t *out)
{
    size_t n = 0;
    for (size_t at = 0, len = strlen(utf8); at < len;) {
        utf8proc_int32_t c;
        at += (size_t)utf8proc_iterate((const uint8_t *)utf8 + at, (utf8proc_ssize_t)(len - at), &c);
        uint32_t units[2] = {(uint32_t)c, 0};
        if (c > 0xFFFF) {
            units[0] = 0xD800 + ((uint32_t)(c - 0x10000) >> 10);
            units[1] = 0xDC00 + ((uint32_t)(c - 0x10000) & 0x3FF);
        }
        for (int i = 0; i < (c > 0xFFFF ? 2 : 1); i++) {
            out[n++] = (uint8_t)(units[i] >> 8);
            out[n++] = (uint8_t)units[i];
        }
    }
    return n;
}

static const char *const exact[] = {
    "Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki",
    "ꦲꦤꦕꦫꦏ ꦢꦠꦱꦮꦭ — dalan rusak",
    "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇮🇩 tolong 🙏",
    "baris satu\r\nbaris dua\tkolom €uro {[~]}",
    "ᬅᬓ᭄ᬱᬭ ᮞᮥᮔ᮪ᮓ 漢字 العربية",
    "\xF4\x8F\xBF\xBF\xEE\x80\x80",
};

static void valid_text_survives_exactly(void **state)
{
    (void)state;
    uint8_t wide[1024];
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++) {
        expect(TEXT_CODING_7BIT, "UTF-8", exact[i], strlen(exact[i]), exact[i], false);
        expect(TEXT_CODING_UNDEFINED, "", exact[i], strlen(exact[i]), exact[i], false);
        expect(TEXT_CODING_8BIT, "", exact[i], strlen(exact[i]), exact[i], false);
        expect(TEXT_CODING_UCS2, "UTF-16BE", wide, to_utf16(exact[i], wide), exact[i], false);
    }
}

static void text_is_composed(void **state)
{
    (void)state;
    expect(TEXT_CODING_7BIT, "", BODY("cafe\xCC\x81"), "café", false);
    expect(TEXT_CODING_UCS2, "", BODY("\0e\x03\x01"), "é", false);
    expect(TEXT_CODING_7BIT, "", BODY("a\xCC\xA3\xCC\x82"), "ậ", false);
}

static void a_wall_of_marks_is_left_as_it_came(void **state)
{
    (void)state;
    char body[2 * 20000 + 2] = "a";
    for (size_t i = 0; i < 20000; i++)
        memcpy(body + 1 + 2 * i, i % 2 ? "\xCC\x81" : "\xCC\xA3", 2);
    expect(TEXT_CODING_7BIT, "", body, strlen(body), body, true);
}

static void broken_utf8(void **state)
{
    (void)state;
    /* Latin-1 without a name. */
    expect(TEXT_CODING_7BIT, "UTF-8", BODY("caf\xE9 rusak"), "café rusak", true);
    expect(TEXT_CODING_7BIT, "", BODY("\x93jalan\x94 \x80 5"), "“jalan” € 5", true);
    expect(TEXT_CODING_7BIT, "", BODY("a\x81z"), "a\uFFFDz", true);
    /* UTF-8 cut inside a character keeps the rest. */
    expect(TEXT_CODING_7BIT, "UTF-8", BODY("ꦲꦤꦕ\xEA\xA6"), "ꦲꦤꦕ\uFFFD", true);
    expect(TEXT_CODING_7BIT, "", BODY("🙏🙏\xED\xA0\x80."), "🙏🙏\uFFFD.", true);
    expect(TEXT_CODING_7BIT, "", BODY("🙏🙏🙏\xF0\x9Fx\x80"), "🙏🙏🙏\uFFFDx\uFFFD", true);
}

static void nul_becomes_visible(void **state)
{
    (void)state;
    expect(TEXT_CODING_7BIT, "", BODY("jalan\0rusak"), "jalan\uFFFDrusak", true);
    expect(TEXT_CODING_UCS2, "", BODY("\0a\0\0\0b"), "a\uFFFDb", true);
}

static void surrogates(void **state)
{
    (void)state;
    expect(TEXT_CODING_UCS2, "", BODY("\xD8\x3D\xDE\x4F"), "🙏", false);
    expect(TEXT_CODING_UCS2, "", BODY("\xD8\x3D\0a"), "\uFFFDa", true);
    expect(TEXT_CODING_UCS2, "", BODY("\xDE\x4F\0a"), "\uFFFDa", true);
    expect(TEXT_CODING_UCS2, "", BODY("\0a\xD8\x3D"), "a\uFFFD", true);
    expect(TEXT_CODING_UCS2, "", BODY("\xDE\x4F\xD8\x3D"), "\uFFFD\uFFFD", true);
    expect(TEXT_CODING_UCS2, "", BODY("\0a\0"), "a\uFFFD", true);
}

static void byte_order(void **state)
{
    (void)state;
    expect(TEXT_CODING_UCS2, "", BODY("\xFE\xFF\0a"), "a", false);
    expect(TEXT_CODING_UCS2, "",
           BODY("\xFF\xFE"
                "a\0"),
           "a", false);
    expect(TEXT_CODING_UCS2, "UTF-16LE", BODY("a\0"), "a", false);
    expect(TEXT_CODING_UCS2, "UTF-16LE", BODY("\xFE\xFF\0a"), "a", false);
    expect(TEXT_CODING_7BIT, "UTF-16BE", BODY("\0a\0b"), "ab", false);
    expect(TEXT_CODING_7BIT, "ucs-2le", BODY("a\0b\0"), "ab", false);
}

static void named_charsets(void **state)
{
    (void)state;
    expect(TEXT_CODING_7BIT, "ISO-8859-1", BODY("caf\xE9"), "café", false);
    expect(TEXT_CODING_7BIT, "windows-1251", BODY("\xEF\xF0\xE8"), "при", false);
    expect(TEXT_CODING_7BIT, "SHIFT_JIS", BODY("\x8A\xBF\x8E\x9A"), "漢字", false);
    expect(TEXT_CODING_7BIT, "SHIFT_JIS", BODY("\x8A\xBF\x8E"), "漢\uFFFD", true);
    expect(TEXT_CODING_7BIT, "SHIFT_JIS",
           BODY("\x8A\xBF\xFF"
                "a"),
           "漢\uFFFD"
           "a",
           true);
    /* The bytes win where they are UTF-8 all the same. */
    expect(TEXT_CODING_7BIT, "ISO-8859-1", BODY("café"), "café", false);
}

static void a_long_body_in_a_named_charset(void **state)
{
    (void)state;
    char body[20001], want[40001] = "";
    memset(body, '\xE9', sizeof body - 1);
    for (size_t i = 0; i + 1 < sizeof body; i++)
        memcpy(want + 2 * i, "é", 2);
    expect(TEXT_CODING_7BIT, "ISO-8859-15", body, sizeof body - 1, want, false);
}

static void names_that_are_no_charset(void **state)
{
    (void)state;
    static const char *const names[] = {
        "KLINGON", "UTF-8//IGNORE", "../../etc/passwd",
        "a b",     "\x01",          "this-name-is-longer-than-any-charset-name-that-is"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        expect(TEXT_CODING_7BIT, names[i], BODY("caf\xE9"), "café", true);
    struct text text;
    assert_int_equal(text_decode(TEXT_CODING_7BIT, "UTF\0-8", 6, BODY("caf\xE9"), &text), OK);
    assert_string_equal(text.utf8, "café");
    text_done(&text);
}

static void gsm_septets(void **state)
{
    (void)state;
    expect(TEXT_CODING_7BIT, "GSM", BODY("\0\x11\x02 \x1B\x65 \x1B<a\x1B>"), "@_$ € [a]", false);
    expect(TEXT_CODING_7BIT, "gsm-03.38", BODY("\x10\x7F"), "Δà", false);
    expect(TEXT_CODING_7BIT, "GSM-7", BODY("a\x80"), "a\uFFFD", true);
    expect(TEXT_CODING_7BIT, "GSM-7", BODY("a\x1B"), "a\uFFFD", true);
    /* Unknown in the extension table: the default alphabet's character stands for it. */
    expect(TEXT_CODING_7BIT, "GSM-7",
           BODY("a\x1B"
                "bc"),
           "abc", true);
}

static void septets_of_every_character(void **state)
{
    (void)state;
    for (unsigned septet = 0; septet < 128; septet++) {
        uint8_t plain[1] = {(uint8_t)septet}, escaped[2] = {0x1B, (uint8_t)septet};
        struct text text;
        utf8proc_int32_t c;
        assert_int_equal(text_from_gsm7(plain, 1, &text), OK);
        utf8proc_iterate((const uint8_t *)text.utf8, (utf8proc_ssize_t)text.len, &c);
        assert_int_equal(c, gsm7_code_point((uint8_t)septet, false));
        text_done(&text);
        if (gsm7_code_point((uint8_t)septet, true) == 0xFFFD)
            continue;
        assert_int_equal(text_from_gsm7(escaped, 2, &text), OK);
        assert_false(text.repaired);
        utf8proc_iterate((const uint8_t *)text.utf8, (utf8proc_ssize_t)text.len, &c);
        assert_int_equal(c, gsm7_code_point((uint8_t)septet, true));
        text_done(&text);
    }
}

static void eight_bit(void **state)
{
    (void)state;
    expect(TEXT_CODING_8BIT, "", BODY("Jalan rusak"), "Jalan rusak", false);
    expect(TEXT_CODING_8BIT, "", BODY("caf\xE9 rusak"), "café rusak", false);
    expect(TEXT_CODING_8BIT, "", BODY(""), "", false);
    static const uint8_t picture[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    static const uint8_t controls[] = {1, 2, 3, 4, 'a'};
    static const uint8_t no_nul[] = {0xC8, 0x05, 'a', 0x86, 0x13, 0xE8, 0x02, 0x9F, 'b'};
    static const struct {
        const uint8_t *body;
        size_t len;
    } binaries[] = {{picture, sizeof picture}, {controls, sizeof controls}, {no_nul, sizeof no_nul}};
    for (size_t i = 0; i < 3; i++) {
        struct text text = decode(TEXT_CODING_8BIT, "", binaries[i].body, binaries[i].len);
        assert_true(text.binary);
        assert_false(text.empty);
        assert_int_equal(text.len, 0);
        text_done(&text);
    }
}

static void emptiness(void **state)
{
    (void)state;
    static const char *const blank[] = {
        "", " ", "\r\n\t ", "\xC2\xA0\xE2\x80\x8B\xE3\x80\x80", "\x01\x7F", "\xE2\x80\xA8\xE2\x80\xA9"};
    static const char *const full[] = {".", "🙏", " a ", "0"};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++) {
        struct text text = decode(TEXT_CODING_7BIT, "", blank[i], strlen(blank[i]));
        assert_true(text.empty);
        assert_string_equal(text.utf8, blank[i]);
        text_done(&text);
    }
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++) {
        struct text text = decode(TEXT_CODING_7BIT, "", full[i], strlen(full[i]));
        assert_false(text.empty);
        text_done(&text);
    }
    struct text text = decode(TEXT_CODING_7BIT, "", "\0\0\0", 3);
    assert_true(text.empty);
    assert_true(text.repaired);
    text_done(&text);
    text_done(NULL);
}

/* Whatever comes in, what goes out is valid UTF-8 in NFC without NUL. */
static void any_bytes_become_valid_text(void **state)
{
    (void)state;
    static const char *const names[] = {"", "UTF-8", "GSM", "UTF-16LE", "ISO-8859-1", "BIG5-HKSCS", "UTF-7", "x"};
    srand(1708);
    for (int round = 0; round < 60000; round++) {
        uint8_t body[64];
        size_t len = (size_t)rand() % sizeof body;
        for (size_t i = 0; i < len; i++)
            body[i] = (uint8_t)(rand() % 4 ? rand() : "\xCC\x81\xD8\xDC\xEA\xA6\x00\x1B"[rand() % 8]);
        struct text text = decode(rand() % 5 - 1, names[rand() % 8], body, len);
        assert_int_equal(strlen(text.utf8), text.len);
        for (size_t at = 0; at < text.len;) {
            utf8proc_int32_t c;
            utf8proc_ssize_t used =
                utf8proc_iterate((const uint8_t *)text.utf8 + at, (utf8proc_ssize_t)(text.len - at), &c);
            assert_true(used > 0);
            at += (size_t)used;
        }
        uint8_t *again = utf8proc_NFC((const uint8_t *)text.utf8);
        assert_string_equal((char *)again, text.utf8);
        free(again);
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_text_survives_exactly),
        cmocka_unit_test(text_is_composed),
        cmocka_unit_test(a_wall_of_marks_is_left_as_it_came),
        cmocka_unit_test(broken_utf8),
        cmocka_unit_test(nul_becomes_visible),
        cmocka_unit_test(surrogates),
        cmocka_unit_test(byte_order),
        cmocka_unit_test(named_charsets),
        cmocka_unit_test(a_long_body_in_a_named_charset),
        cmocka_unit_test(names_that_are_no_charset),
        cmocka_unit_test(gsm_septets),
        cmocka_unit_test(septets_of_every_character),
        cmocka_unit_test(eight_bit),
        cmocka_unit_test(emptiness),
        cmocka_unit_test(any_bytes_become_valid_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
