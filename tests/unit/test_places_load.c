/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of places: those that come along are whole, and whatever is wrong in one is refused with its place. */
#include "places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], regencies[128], districts[128];

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aduan-places.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(regencies, sizeof regencies, "%s/regencies.tsv", dir);
    snprintf(districts, sizeof districts, "%s/districts.tsv", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(regencies);
    unlink(districts);
    return rmdir(dir);
}

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

#define JATENG "33\tprovinsi\tJawa Tengah\tJateng\n"
#define PEKALONGAN "33.75\tkota\tPekalongan\n"

static int load(const char *facts, const char *inside, const char *own, struct places **out, struct fault *fault)
{
    const struct places_files files = {.regencies = regencies, .districts = inside ? districts : NULL, .own = own};
    put(regencies, facts);
    if (inside)
        put(districts, inside);
    return places_load(&files, out, fault);
}

/* want is what follows the file's name, from ":line:column: " on. */
static void refused(const char *facts, const char *inside, const char *want)
{
    struct places *places = NULL;
    struct fault fault = {0};
    char sentence[800];
    assert_int_equal(load(facts, inside, NULL, &places, &fault), E_CONFIG);
    snprintf(sentence, sizeof sentence, "%s%s", inside ? districts : regencies, want);
    assert_string_equal(fault.text, sentence);
    assert_null(places);
}

static void all_of_indonesia_is_there(void **state)
{
    (void)state;
    struct places *places;
    struct fault fault = {0};
    const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv"};
    assert_int_equal(places_load(&files, &places, &fault), OK);
    assert_int_equal(places_count(places, PLACE_PROVINCE), 38);
    assert_int_equal(places_count(places, PLACE_KOTA), 98);
    assert_int_equal(places_count(places, PLACE_KABUPATEN), 416);
    assert_int_equal(places_count(places, PLACE_KECAMATAN), 0);
    places_free(places);
}

static void the_example_has_its_districts(void **state)
{
    (void)state;
    struct places *places;
    struct fault fault = {0};
    const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv",
                                       .districts = ADUAN_ETC_DIR "/places/pekalongan.tsv",
                                       .own = "33.75"};
    assert_int_equal(places_load(&files, &places, &fault), OK);
    assert_int_equal(places_count(places, PLACE_KECAMATAN), 4);
    assert_int_equal(places_count(places, PLACE_KELURAHAN), 27);
    places_free(places);
}

/* Every province and regency is found by its own name behind its kind, and by that alone. */
static void each_is_found_by_its_name(void **state)
{
    (void)state;
    struct places *places;
    struct fault fault = {0};
    const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv"};
    char line[512], text[256];
    size_t looked = 0;
    assert_int_equal(places_load(&files, &places, &fault), OK);
    FILE *in = fopen(files.regencies, "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        struct places_found found;
        char *rest = line, *code = strsep(&rest, "\t"), *kind = strsep(&rest, "\t"), *name = strsep(&rest, "\t\n");
        if (*code == '#')
            continue;
        snprintf(text, sizeof text, "banjir di %s %s", kind, name);
        places_find(places, text, strlen(text), &found);
        bool there = false;
        for (size_t i = 0; i < found.count; i++)
            there = there || strcmp(found.places[i].code, code) == 0;
        if (!there)
            fail_msg("%s %s is not found in \"%s\"", kind, code, text);
        assert_string_equal(found.places[0].code, code);
        looked++;
    }
    fclose(in);
    assert_int_equal(looked, 552);
    places_free(places);
}

static void what_a_line_must_have(void **state)
{
    (void)state;
    refused("33\tprovinsi\n", NULL, ":1:1: expected a code, a kind and a name, with a tab between, found \"33\"");
    refused(JATENG "\n# a remark\n33.75\tkota\tPekalongan\t\t\t\n", NULL,
            ":4:25: expected no more than five columns, found \"\"");
    refused("3375\tkota\tPekalongan\n", NULL,
            ":1:1: expected a Kemendagri code such as 33, 33.75, 33.75.01 or 33.75.01.1002, found \"3375\"");
    refused("33.75.\tkota\tPekalongan\n", NULL,
            ":1:1: expected a Kemendagri code such as 33, 33.75, 33.75.01 or 33.75.01.1002, found \"33.75.\"");
    refused("33.75.01.1001.1\tkota\tPekalongan\n", NULL,
            ":1:1: expected a Kemendagri code such as 33, 33.75, 33.75.01 or 33.75.01.1002, found \"33.75.01.1001.1\"");
    refused(JATENG "33.75\tkabupaten\tPekalongan\n", NULL,
            ":2:7: expected the kind \"kota\", which is what the code 33.75 stands for, found \"kabupaten\"");
    refused(JATENG "33.75\tkota\t\n", NULL,
            ":2:12: expected a name of 1 to 12 words in UTF-8, at most 120 bytes, found \"\"");
    refused(JATENG "33.75\tkota\tPekalongan\tPkl,,Kota Batik\n", NULL,
            ":2:27: expected a name of 1 to 12 words in UTF-8, at most 120 bytes, found \"\"");
    refused(JATENG "33.75\tkota\tPekalongan\t\t~\n", NULL,
            ":2:25: expected a name of 1 to 12 words in UTF-8, at most 120 bytes, found \"\"");
    refused(JATENG "33.75\tkota\tPeka\xFFlongan\n", NULL,
            ":2:12: expected a name of 1 to 12 words in UTF-8, at most 120 bytes, found \"Peka\xFFlongan\"");
}

static void names_that_are_too_long(void **state)
{
    (void)state;
    char line[400], name[200] = "";
    struct places *places;
    struct fault fault = {0};
    for (int i = 0; i < 12; i++)
        sprintf(name + strlen(name), "%s", "panjangnya ");
    snprintf(line, sizeof line, JATENG "33.75\tkota\t%s\n", name);
    assert_int_equal(load(line, NULL, NULL, &places, &fault), E_CONFIG);
    assert_non_null(strstr(fault.text, ":2:12: expected a name of 1 to 12 words"));
    name[60] = '\0'; /* with "kabupaten" before it, written as one, it is still a word that can be told */
    snprintf(line, sizeof line, JATENG "33.25\tkabupaten\t%.30s\n", name);
    assert_int_equal(load(line, NULL, NULL, &places, &fault), OK);
    places_free(places);
}

static void every_place_once_and_inside_another(void **state)
{
    (void)state;
    refused(JATENG PEKALONGAN JATENG, NULL, ":3:1: the code 33 is given twice: one place has one line");
    refused(PEKALONGAN, NULL, ":1:1: 33.75 lies in 33, which is in none of the files: add its line");
    refused(JATENG PEKALONGAN, "33.76.01\tkecamatan\tTegal Barat\n",
            ":1:1: 33.76.01 lies in 33.76, which is in none of the files: add its line");
    refused(JATENG PEKALONGAN, "33.75.01.1002\tkelurahan\tMedono\n",
            ":1:1: 33.75.01.1002 lies in 33.75.01, which is in none of the files: add its line");
    refused(JATENG PEKALONGAN, "33.75\tkota\tPekalongan\n",
            ":1:1: the code 33.75 is given twice: one place has one line");
}

static void the_own_one_must_be_there(void **state)
{
    (void)state;
    struct places *places;
    struct fault fault = {0};
    char want[400];
    assert_int_equal(load(JATENG PEKALONGAN, NULL, "33.99", &places, &fault), E_CONFIG);
    snprintf(want, sizeof want, "desk.regency: there is no 33.99 in %s: give the code of a kota or kabupaten there",
             regencies);
    assert_string_equal(fault.text, want);
    assert_int_equal(load(JATENG PEKALONGAN, NULL, "Pekalongan", &places, &fault), E_CONFIG);
    assert_string_equal(fault.text, "desk.regency: expected a Kemendagri code such as 33.75, found \"Pekalongan\"");
    assert_int_equal(load(JATENG PEKALONGAN, NULL, "33.75.01", &places, &fault), E_CONFIG);
    assert_int_equal(load(JATENG PEKALONGAN, NULL, "33", &places, &fault), OK);
    places_free(places);
}

static void a_file_that_is_not_there(void **state)
{
    (void)state;
    struct places *places;
    struct fault fault = {0};
    const struct places_files files = {.regencies = "/nowhere/regencies.tsv"};
    assert_int_equal(places_load(&files, &places, &fault), E_IO);
    assert_non_null(strstr(fault.text, "/nowhere/regencies.tsv"));
    places_free(NULL);
}

/* "~" asks for a word before the name, "!" for its kind: of the name itself or of another one. */
static void marks_are_of_one_name(void **state)
{
    (void)state;
    struct places *places;
    struct fault fault = {0};
    struct places_found found;
    assert_int_equal(
        load(JATENG "33.75\tkota\tBatik Cantik\t~Batik Cantik,Pekbatik,!Kain\tPKB\n", NULL, NULL, &places, &fault), OK);
    const struct {
        const char *text;
        size_t count;
    } cases[] = {{"batik cantik itu mahal", 0},
                 {"toko di batik cantik", 1},
                 {"pekbatik banjir", 1},
                 {"di kain itu", 0},
                 {"di kota kain", 1},
                 {"PKB banjir", 1},
                 {"banjir PKB", 0},
                 {"kain jateng", 2},
                 {"batikcantik", 0},
                 {"di batikcantik", 1},
                 {"kotabatikcantik", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        places_find(places, cases[i].text, strlen(cases[i].text), &found);
        if (found.count != cases[i].count)
            fail_msg("\"%s\": %zu places, expected %zu", cases[i].text, found.count, cases[i].count);
    }
    places_free(places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_indonesia_is_there), cmocka_unit_test(the_example_has_its_districts),
        cmocka_unit_test(each_is_found_by_its_name), cmocka_unit_test(what_a_line_must_have),
        cmocka_unit_test(names_that_are_too_long),   cmocka_unit_test(every_place_once_and_inside_another),
        cmocka_unit_test(the_own_one_must_be_there), cmocka_unit_test(a_file_that_is_not_there),
        cmocka_unit_test(marks_are_of_one_name),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
