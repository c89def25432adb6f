/* SPDX-License-Identifier: BSD-2-Clause */
/* Which reports are of one problem: what citizens write of it in their own words, and what only sounds alike. */
#include "support_likeness.h"

#include "matter.h"

static int setup(void **state)
{
    (void)state;
    reader_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reader_close();
    return 0;
}

struct pair {
    const char *category, *one, *other;
};

/* Either may come first. */
static void check(const struct pair *pair, bool joins)
{
    struct likeness one = liken(pair->category, pair->one), other = liken(pair->category, pair->other);
    if (likeness_joins(&one, &other) != joins || likeness_joins(&other, &one) != joins)
        fail_msg("%s: \"%s\" and \"%s\": %u and %u, %u%%", joins ? "should join" : "should not join", pair->one,
                 pair->other, likeness_joins(&one, &other), likeness_joins(&other, &one),
                 minhash_compare(&one.words, &other.words).of_smaller);
}

static void one_problem_in_many_words(void **state)
{
    static const struct pair pairs[] = {
        {"jalan", "jalan berlubang di jl. Hayam Wuruk depan pasar",
         "lubang besar depan pasar hayam wuruk, mohon diperbaiki"},
        {"jalan", "jln hayam wuruk berlubang parah dpn pasar, tlg diperbaiki pak",
         "Jalan Hayam Wuruk banyak lubang, kemarin ada yg jatuh"},
        {"penerangan", "lampu jalan mati di jl. Seruni sudah seminggu",
         "PJU jl Seruni mati total, gelap sekali malam2"},
        {"penerangan", "lampu jl Sudirman padam", "lampu di Jl. Jend. Sudirman mati semua"},
        {"sampah", "sampah menumpuk di depan SDN Medono 3", "depan SDN Medono 3 sampah numpuk bau sekali"},
        {"jalan", "Gang 5 rusak parah, aspal mengelupas", "aspal rusak di gg 05, parah pak"},
        {"drainase", "got mampet di jl mawar rt 03 rw 05", "selokan mampet jl mawar RT 4 RW 5 air meluap, got penuh"},
        {"drainase", "banjir di kelurahan kauman, air masuk rumah warga",
         "kelurahan Kauman banjir, air masuk ke rumah"},
        {"jalan",
         "Assalamualaikum, sy warga Medono mau lapor jalan di jl. Seruni depan masjid rusak berat sudah berbulan bulan "
         "banyak lubang dalam, kalau hujan tergenang dan kemarin ada pengendara motor jatuh. Mohon perhatian terima "
         "kasih",
         "Yth pak wali, jl Seruni lubangnya dalam2 pak, motor saya sampai jatuh kemarin malam, tolong ditambal"},
        {"air", "air PDAM tidak mengalir sejak kemarin di rumah kami mohon solusi",
         "Air PDAM tdk mengalir sejak kemarin di rumah kami, mohon solusinya"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        check(&pairs[i], true);
}

static void what_only_sounds_alike(void **state)
{
    static const struct pair pairs[] = {
        /* another street, another gang, another site of the same sort */
        {"jalan", "jalan berlubang di jl. Hayam Wuruk", "jalan berlubang di jl. Gajah Mada"},
        {"penerangan", "lampu jalan mati di gang 3", "lampu jalan mati di gang 4"},
        {"sampah", "sampah menumpuk depan SDN 2", "sampah menumpuk depan SDN 3"},
        {"sampah", "sampah menumpuk depan pasar Grogolan", "sampah menumpuk depan pasar Banyurip"},
        /* the same name elsewhere */
        {"jalan", "jalan berlubang di jl Merdeka Bandung", "jalan berlubang di jl Merdeka Surabaya"},
        {"jalan", "jalan rusak di jl Mawar kelurahan Kauman", "jalan rusak di jl Mawar kelurahan Medono"},
        {"drainase", "got mampet di jl mawar rw 05 air meluap", "got mampet di jl mawar rw 11 air meluap"},
        /* the same street, another matter */
        {"perhubungan", "parkir liar di jl Hayam Wuruk bikin macet tiap sore",
         "rambu lalu lintas hilang di jl Hayam Wuruk, rawan kecelakaan"},
        /* nobody can tell where */
        {"jalan", "jalan rusak parah mohon segera diperbaiki", "jalan rusak, banyak lubang besar, sering kecelakaan"},
        {"jalan", "jalan berlubang di jl. Hayam Wuruk", "jalan berlubang di kelurahan Kauman"},
        {"jalan", "jalan rusak", "jalan rusak"},
        {"lainnya", "tes", "tes"},
        {"lainnya", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        check(&pairs[i], false);
}

static void another_category_is_another_problem(void **state)
{
    static const char text[] = "lubang di jl. Hayam Wuruk depan pasar, air menggenang";
    struct likeness road = liken("jalan", text), drain = liken("drainase", text);
    uint64_t near[LIKENESS_NEAR_MAX], other[LIKENESS_NEAR_MAX];
    size_t count = likeness_near(&road, near);
    (void)state;
    assert_int_equal(likeness_compare(&road, &road, &likeness_bounds), 100);
    assert_int_equal(likeness_compare(&road, &drain, &likeness_bounds), 0);
    assert_int_equal(likeness_near(&drain, other), count);
    for (size_t i = 0; i < count; i++)
        assert_true(near[i] != other[i]);
}

/* At rest there is no word of it, and with another key nothing is the same. */
static void what_is_kept_cannot_be_read(void **state)
{
    static const char text[] = "jalan berlubang di jl. Hayam Wuruk, kelurahan Kauman rt 3 rw 5, Pekalongan";
    static const uint8_t other_key[MINHASH_KEY_BYTES] = {9};
    uint8_t bytes[LIKENESS_BYTES_MAX], others[LIKENESS_BYTES_MAX];
    struct likeness made = liken("jalan", text), read, other;
    struct normalised words;
    struct places_found found;
    (void)state;
    size_t len = likeness_pack(&made, bytes);
    assert_true(len <= sizeof bytes);
    assert_null(memmem(bytes, len, "wuruk", 5));
    assert_int_equal(likeness_unpack(bytes, len, &read), OK);
    assert_memory_equal(&read, &made, sizeof made);
    assert_int_equal(made.name_count, 2);
    assert_true(made.area_count >= 4);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(likeness_unpack(bytes, cut, &read), E_CORRUPT);
    assert_int_equal(likeness_unpack(bytes, len - 1, &read), E_CORRUPT);
    bytes[0] = 2;
    assert_int_equal(likeness_unpack(bytes, len, &read), E_VERSION);
    normalise(reader.normaliser, text, strlen(text), &words);
    places_find(reader.places, text, strlen(text), &found);
    const struct likeness_report report = {
        .words = &words, .places = reader.places, .found = &found, .category = "jalan"};
    likeness_make(other_key, &report, &other);
    assert_int_equal(likeness_pack(&other, others), len);
    assert_memory_not_equal(others + 1, bytes + 1, 8);
    assert_int_equal(minhash_compare(&other.words, &made.words).of_all, 0);
    assert_int_equal(likeness_compare(&other, &made, &likeness_bounds), 0);
}

/* A text of many places and words keeps within its bounds, and its first places count. */
static void a_long_text_keeps_its_bounds(void **state)
{
    char text[20000] = "";
    uint8_t bytes[LIKENESS_BYTES_MAX];
    uint64_t keys[LIKENESS_ASK_MAX];
    (void)state;
    for (int i = 0; i < 400; i++)
        sprintf(text + strlen(text), "jl Ker%c%cng%c rusak. ", "aiueo"[i % 5], "bdklmnprst"[i % 10],
                "aiueo"[i / 5 % 5]);
    struct likeness made = liken("jalan", text);
    assert_int_equal(made.name_count, LIKENESS_NAMES_MAX);
    assert_true(likeness_pack(&made, bytes) <= sizeof bytes);
    assert_int_equal(likeness_near(&made, keys), LIKENESS_NEAR_MAX);
    assert_true(likeness_ask(&made, keys) <= LIKENESS_ASK_MAX);
}

static void without_places_there_are_none(void **state)
{
    struct normalised words;
    struct places_found found = {.count = 0};
    struct likeness made;
    static const char text[] = "lubang besar di jl hayam wuruk depan pasar";
    (void)state;
    normalise(reader.normaliser, text, strlen(text), &words);
    const struct likeness_report report = {.words = &words, .found = &found, .category = "jalan"};
    likeness_make(likeness_key, &report, &made);
    assert_int_equal(made.name_count, 0);
    assert_true(made.words.members >= 4);
    uint64_t near[LIKENESS_NEAR_MAX];
    assert_int_equal(likeness_near(&made, near), LIKENESS_NEAR_MAX); /* bands */
}

static void numbers_and_requests_are_no_matter(void **state)
{
    struct normalised words;
    static const char text[] = "Mohon segera diperbaiki pak, 3 lampu padam";
    size_t matters = 0;
    (void)state;
    normalise(reader.normaliser, text, strlen(text), &words);
    for (size_t i = 0; i < words.count; i++)
        matters += word_matters(&words.words[i]);
    assert_int_equal(matters, 2);
}

/* Whatever was read before, and through the eras of the reader of words. */
static void what_is_remembered_is_what_would_be_found(void **state)
{
    static const char *const texts[] = {"lubang besar di jl hayam wuruk depan pasar",
                                        "Mohon diperbaiki, lubang 3 lampu", "lampu padam di jl hayam wuruk RT 2",
                                        "ini itu dan lagi"};
    struct likeness_memo *memo = likeness_memo_new();
    uint64_t first_era = 0, era = 0;
    (void)state;
    for (int round = 0; round < 3 || era == first_era; round++) {
        const char *text = texts[round % (sizeof texts / sizeof *texts)];
        struct normalised words;
        struct places_found found;
        char fill[64];
        snprintf(fill, sizeof fill, "q%dx q%dy q%dz", round, round, round);
        normalise(reader.normaliser, fill, strlen(fill), &words);
        struct likeness fresh = liken("jalan", text), made;
        normalise(reader.normaliser, text, strlen(text), &words);
        places_find(reader.places, text, strlen(text), &found);
        const struct likeness_report report = {
            .words = &words, .memo = memo, .places = reader.places, .found = &found, .category = "jalan"};
        likeness_make(likeness_key, &report, &made);
        assert_memory_equal(&made, &fresh, sizeof made);
        era = words.era;
        first_era = first_era ? first_era : era;
    }
    likeness_memo_free(memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_problem_in_many_words),
        cmocka_unit_test(what_only_sounds_alike),
        cmocka_unit_test(another_category_is_another_problem),
        cmocka_unit_test(what_is_kept_cannot_be_read),
        cmocka_unit_test(a_long_text_keeps_its_bounds),
        cmocka_unit_test(without_places_there_are_none),
        cmocka_unit_test(numbers_and_requests_are_no_matter),
        cmocka_unit_test(what_is_remembered_is_what_would_be_found),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
