/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts as citizens write them, and the places that are in them: for the desk of Kota Pekalongan, whose code is 33.75.
 * An expectation is, a place after the other: kind, code, what in the text says so, [the words], and of an RT its
 * numbers. Of streets, landmarks and RT the kind says it all. */
#include "places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct places *places;

static int load(void **state)
{
    (void)state;
    struct fault fault = {0};
    const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv",
                                       .districts = ADUAN_ETC_DIR "/places/pekalongan.tsv",
                                       .own = "33.75"};
    int err = places_load(&files, &places, &fault);
    if (err != OK)
        fprintf(stderr, "%s\n", fault.text);
    return err;
}

static int unload(void **state)
{
    (void)state;
    places_free(places);
    return 0;
}

/* The text in a block of its own size, so that the sanitizer sees a byte too many. */
static struct places_found find_in(const struct places *in, const char *text, size_t len)
{
    struct places_found found;
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    char *exact = realloc(copy, len > 0 ? len : 1);
    places_find(in, exact, len, &found);
    free(exact);
    return found;
}

static struct places_found find(const char *text)
{
    return find_in(places, text, strlen(text));
}

static void tell(const char *text, const struct places_found *found, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < found->count; i++) {
        const struct place *place = &found->places[i];
        const char *kind = place_kind_name(place->kind), *why = place_why_name(place->why);
        bool said = strcmp(kind, why) == 0;
        assert_true(place->at + place->len <= strlen(text) && place->len > 0);
        assert_true(place->score > 0 && place->score < 100);
        used += (size_t)snprintf(out + used, size - used, "%s%s%s%s%s%s [%.*s]", i ? "; " : "", kind,
                                 *place->code ? " " : "", place->code, said ? "" : " ", said ? "" : why,
                                 (int)place->len, text + place->at);
        if (place->kind == PLACE_RT_RW)
            used += (size_t)snprintf(out + used, size - used, " %u/%u", place->rt, place->rw);
    }
}

static void expect(const char *text, const char *expected)
{
    char told[2000];
    const struct places_found found = find(text);
    tell(text, &found, told, sizeof told);
    if (strcmp(told, expected) != 0)
        fail_msg("\"%s\":\n  found    %s\n  expected %s", text, told, expected);
}

/* clang-format off */
static const struct {
    const char *text, *places;
} examples[] = {
    {"BDG jalan cikutra banyak lubang",
     "kota 32.73 prefix [BDG]; kabupaten 32.04 prefix [BDG]; street [jalan cikutra]"},
    {"bdg sampah numpuk di pasar",
     "kota 32.73 prefix [bdg]; kabupaten 32.04 name [bdg]"},
    {"TANGKAB lampu jalan mati total",
     "kabupaten 36.03 prefix [TANGKAB]"},
    {"RAHASIA BDG ada pungli di sekolah",
     "kota 32.73 prefix [BDG]; kabupaten 32.04 prefix [BDG]"},
    {"LAPOR TANGKAB jalan rusak",
     "kabupaten 36.03 prefix [TANGKAB]"},
    {"SBY banjir lagi pak",
     "kota 35.78 prefix [SBY]"},
    {"PEKALONGAN jalan rusak parah mohon diperbaiki",
     "kota 33.75 prefix [PEKALONGAN]; kabupaten 33.26 prefix [PEKALONGAN]"},
    {"BATU jalan rusak depan balai kota",
     "kota 35.79 prefix [BATU]; landmark [depan balai kota]"},
    {"BTM air mati sudah 2 hari",
     "kota 21.71 prefix [BTM]"},
    {"jalan rusak di kota Pekalongan",
     "kota 33.75 kind [kota Pekalongan]"},
    {"jalan rusak di Kab. Pekalongan",
     "kabupaten 33.26 kind [Kab. Pekalongan]"},
    {"Pekalongan banjir rob lagi",
     "kota 33.75 name [Pekalongan]; kabupaten 33.26 name [Pekalongan]"},
    {"pemkot pekalongan tolong perhatikan",
     "kota 33.75 kind [pekalongan]"},
    {"bupati Pekalongan kapan turun",
     "kabupaten 33.26 kind [Pekalongan]"},
    {"warga kab batang mengeluh",
     "kabupaten 33.25 kind [kab batang]"},
    {"kota Batang gelap",
     "kabupaten 33.25 kind [kota Batang]"},
    {"saya dari Purwokerto",
     "kabupaten 33.02 name [Purwokerto]"},
    {"jogja macet sekali",
     "kota 34.71 name [jogja]"},
    {"kab. Kep. Aru belum ada sinyal",
     "kabupaten 81.07 kind [kab. Kep. Aru]"},
    {"Kabupaten Kepulauan Aru",
     "kabupaten 81.07 kind [Kabupaten Kepulauan Aru]"},
    {"di pekanbaru panas",
     "kota 14.71 name [pekanbaru]"},
    {"di Pekan Baru panas",
     "kota 14.71 name [Pekan Baru]"},
    {"lampu mati di tanjungpinang",
     "kota 21.72 name [tanjungpinang]"},
    {"dikota pekalongan banyak sampah",
     "kota 33.75 kind [kota pekalongan]"},
    {"dipekalongan banjir",
     "kota 33.75 name [pekalongan]; kabupaten 33.26 name [pekalongan]"},
    {"kabpekalongan kapan dibangun",
     "kabupaten 33.26 kind [kabpekalongan]"},
    {"Bandung Barat longsor",
     "kabupaten 32.17 name [Bandung Barat]"},
    {"kota administrasi Jakarta Selatan macet",
     "kota 31.74 kind [kota administrasi Jakarta Selatan]"},
    {"jaksel banjir",
     "kota 31.74 name [jaksel]"},
    {"Kalbar mati lampu",
     "provinsi 61 name [Kalbar]"},
    {"provinsi Jawa Tengah",
     "provinsi 33 kind [provinsi Jawa Tengah]"},
    {"gubernur jateng",
     "provinsi 33 kind [jateng]"},
    {"Riau asap lagi",
     "provinsi 14 name [Riau]"},
    {"gorontalo banjir",
     "kota 75.71 name [gorontalo]; provinsi 75 name [gorontalo]; kabupaten 75.01 name [gorontalo]"},
    {"TANAH LONGSOR DI KABUPATEN BANJARNEGARA",
     "kabupaten 33.04 kind [KABUPATEN BANJARNEGARA]"},
    {"jalan Magelang - Semarang macet",
     "street [jalan Magelang]; kota 33.71 name [Magelang]; kabupaten 33.08 name [Magelang]; kota 33.74 name [Semarang]; kabupaten 33.22 name [Semarang]"},
    {"kec. Pekalongan Utara terendam",
     "kecamatan 33.75.03 kind [kec. Pekalongan Utara]"},
    {"kecamatan pekalongan barat",
     "kecamatan 33.75.01 kind [kecamatan pekalongan barat]"},
    {"kel Medono RT 03 RW 05",
     "kelurahan 33.75.01.1002 kind [kel Medono]; rt_rw [RT 03 RW 05] 3/5"},
    {"kelurahan Podosugih gelap",
     "kelurahan 33.75.01.1003 kind [kelurahan Podosugih]"},
    {"desa Karangjati belum diaspal",
     "desa kind [desa Karangjati]"},
    {"di desa karangjati belum diaspal",
     "desa kind [desa karangjati]"},
    {"kec. Wiradesa banjir",
     "kecamatan kind [kec. Wiradesa]"},
    {"Klego banjir rob",
     "kelurahan 33.75.02.1008 own [Klego]"},
    {"rumah di Sapuro kebanjiran",
     "kelurahan 33.75.01.1004 own [Sapuro]"},
    {"Kramatsari tergenang",
     "kelurahan 33.75.01.1008 own [Kramatsari]"},
    {"lurah Jenggot tidak pernah ngantor",
     "kelurahan 33.75.04.1004 kind [Jenggot]"},
    {"jl. Hayam Wuruk depan pasar",
     "street [jl. Hayam Wuruk]; landmark [depan pasar]"},
    {"jln hayam wuruk no 12 rusak",
     "street [jln hayam wuruk no 12]"},
    {"Jl. Jend. Sudirman No. 45A gelap",
     "street [Jl. Jend. Sudirman No. 45A]"},
    {"jl dr. wahidin berlubang",
     "street [jl dr. wahidin]"},
    {"Jl. K.H. Mas Mansyur banjir",
     "street [Jl. K.H. Mas Mansyur]"},
    {"Jalan Veteran rusak",
     "street [Jalan Veteran]"},
    {"jalan raya Tirto macet",
     "kelurahan 33.75.01.1009 own [Tirto]"},
    {"jl. Surabaya rusak",
     "street [jl. Surabaya]"},
    {"gg 5 gelap",
     "street [gg 5]"},
    {"gang Mawar no 3",
     "street [gang Mawar no 3]"},
    {"gg.III becek",
     "street [gg.III]"},
    {"RT 03 RW 05 tergenang",
     "rt_rw [RT 03 RW 05] 3/5"},
    {"rt03/rw05 tergenang",
     "rt_rw [rt03/rw05] 3/5"},
    {"rt 3/5 tergenang",
     "rt_rw [rt 3/5] 3/5"},
    {"RW 04 RT 02 banjir",
     "rt_rw [RW 04 RT 02] 2/4"},
    {"rt02rw07 gelap",
     "rt_rw [rt02rw07] 2/7"},
    {"rt. tiga rw lima",
     "rt_rw [rt. tiga rw lima] 3/5"},
    {"rt 1 sampai rt 4 banjir",
     "rt_rw [rt 1] 1/0; rt_rw [rt 4] 4/0"},
    {"samping SMP 6 banyak sampah",
     "landmark [samping SMP 6]"},
    {"dekat masjid Al Ikhlas got mampet",
     "landmark [dekat masjid Al Ikhlas]"},
    {"belakang pasar Grogolan kumuh",
     "landmark [belakang pasar Grogolan]"},
    {"seberang rumah sakit gelap",
     "landmark [seberang rumah sakit]"},
    {"sebelah indomaret ada lubang",
     "landmark [sebelah indomaret]"},
    {"dpn spbu ponolawen",
     "landmark [dpn spbu ponolawen]"},
    {"didepan kantor kelurahan Medono",
     "landmark [depan kantor kelurahan Medono]; kelurahan 33.75.01.1002 own [Medono]"},
    {"depan stasiun Pekalongan",
     "landmark [depan stasiun Pekalongan]; kota 33.75 name [Pekalongan]; kabupaten 33.26 name [Pekalongan]"},
    {"perum Griya Asri belum ada PJU",
     "landmark [perum Griya Asri]"},
    {"dusun Sumilir gelap",
     "landmark [dusun Sumilir]"},
    {"Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki",
     "landmark [depan pasar Grogolan]; kota 33.75 name [Pekalongan]; kabupaten 33.26 name [Pekalongan]"},
    {"Mhn dicek pju mati di jl Urip Sumoharjo RT 02/RW 03 kel. Podosugih kec. Pekalongan Barat",
     "street [jl Urip Sumoharjo]; rt_rw [RT 02/RW 03] 2/3; kelurahan 33.75.01.1003 kind [kel. Podosugih]; kecamatan 33.75.01 kind [kec. Pekalongan Barat]"},
    {"Solok, Sumbar",
     "kota 13.72 name [Solok]; kabupaten 13.02 name [Solok]; provinsi 13 name [Sumbar]"},
    {"Batu Jawa Timur",
     "kota 35.79 name [Batu]; provinsi 35 name [Jawa Timur]"},
    {"Kota Batu macet",
     "kota 35.79 kind [Kota Batu]"},
    {"di Serang tadi pagi",
     "kota 36.73 name [Serang]; kabupaten 36.04 name [Serang]"},
    {"warga Metro kesal",
     "kota 18.72 name [Metro]"},
    {"Saya orang Malang",
     "kota 35.73 name [Malang]; kabupaten 35.07 name [Malang]"},
    {"saya di malang sekarang",
     "kota 35.73 name [malang]; kabupaten 35.07 name [malang]"},
    {"di tegal hujan",
     "kota 33.76 name [tegal]; kabupaten 33.28 name [tegal]"},
    {"Kel. Degayu, Kec. Pekalongan Utara, Kota Pekalongan",
     "kelurahan 33.75.03.1007 kind [Kel. Degayu]; kecamatan 33.75.03 kind [Kec. Pekalongan Utara]; kota 33.75 kind [Kota Pekalongan]"},
    {"alamat: Poncol gg 2",
     "kelurahan 33.75.02.1007 own [Poncol]; street [gg 2]"},
    {"got depan rumah jl mangga 22 mampet",
     "street [jl mangga 22]"},
    {"pasar kota batang kotor",
     "kabupaten 33.25 kind [kota batang]"},
    {"jalan persis dpn smkn 1",
     "landmark [dpn smkn 1]"},
    {"sawah di Kabupaten Kotabaru",
     "kabupaten 63.02 kind [Kabupaten Kotabaru]"},
    {"di kabupaten Lima Puluh Kota",
     "kabupaten 13.07 kind [kabupaten Lima Puluh Kota]"},
    {"Wali kota Solo",
     "kota 33.72 kind [kota Solo]"},
    {"Saya warga Solo",
     "kota 33.72 name [Solo]"},
    {"pantai di Bali kotor",
     "provinsi 51 name [Bali]"},
    {"wong tegal asli, omahku Slawi",
     "kota 33.76 name [tegal]; kabupaten 33.28 name [tegal]; kabupaten 33.28 name [Slawi]"},
    {"lampu merah dekat SMA N 1 Wiradesa",
     "landmark [dekat SMA]"},
    {"dinas kesehatan kab tegal",
     "kabupaten 33.28 kind [kab tegal]"},
    {"jalan desa Karangjati ambrol",
     "desa kind [desa Karangjati]"},
    {"lubang di Jl Progo timur 4 no 33",
     "street [Jl Progo timur 4 no 33]"},
    {"lampu jl. Merapi Indah XII padam",
     "street [jl. Merapi Indah XII]"},
    {"jl Dieng 3 gelap",
     "street [jl Dieng 3]"},
    {"depan pasar kantor pos sepi",
     "landmark [depan pasar kantor pos]"},
    {"depan pasar menyempit",
     "landmark [depan pasar]"},
    {"depan pasar hewannya",
     "landmark [depan pasar]"},
    {"depan pasar mobilnya parkir",
     "landmark [depan pasar]"},
    {"depan pasar dibongkar paksa",
     "landmark [depan pasar]"},
    {"depan pasar hancurkan saja",
     "landmark [depan pasar]"},
    {"diMalang kemarin, dibandung lusa",
     "kota 35.73 name [Malang]; kabupaten 35.07 name [Malang]; kota 32.73 name [bandung]; kabupaten 32.04 name [bandung]"},
    {"Jalan R.A. Kartini no. 7 macet",
     "street [Jalan R.A. Kartini no. 7]"},
};

/* Words that are places too, and words before which a place could stand. */
static const char *const harmless[] = {
    "malang nasib saya pak",
    "nasibnya malang sekali",
    "batu besar menutup selokan",
    "di batu kali itu licin",
    "pohon batang besar tumbang",
    "batang pohon menutup jalan",
    "anjing liar serang warga",
    "kami di serang anjing gila",
    "diserang tawon di sekolah",
    "maling diburu warga",
    "kami di buru waktu",
    "metro tv meliput banjir",
    "saya lihat di Metro TV",
    "puncak kemarau air habis",
    "di puncak acara ramai",
    "Pak Bima tidak masuk kantor",
    "nama saya Agam",
    "bu Lingga gurunya baik",
    "sungai penuh sampah",
    "sungai penuh eceng gondok",
    "batu bara tumpah di jalan",
    "bau bau selokan menyengat",
    "tebing tinggi itu longsor",
    "kitab kudus",
    "bubur pati ayam",
    "nasi padang basi",
    "soto kudus enak",
    "bika ambon kadaluarsa",
    "bakso malang keliling",
    "padang rumput terbakar",
    "kaur desa minta uang",
    "jalan kaki susah",
    "jalan rusak berlubang",
    "jalan jalan ke taman",
    "jalan2 sore",
    "jalan berlubang depan rumah saya",
    "jalan sudah diperbaiki",
    "pak rt tidak mau tanda tangan",
    "ketua rw galak",
    "ke depan harus lebih baik",
    "samping itu juga mahal",
    "dekat sekali dengan rumah",
    "kelurahan belum buka",
    "kecamatan tutup terus",
    "desa kami belum ada listrik",
    "kota ini kotor",
    "kab ini miskin",
    "lima puluh kota besar macet",
    "istri saya ketuban pecah",
    "kepala dipalu orang",
    "arep bali kampung",
    "bangli di pinggir kali",
    "kampung saya gelap",
    "banjar kami kotor",
    "karo bapakku",
    "antri bpn lama",
    "PBG saya ditolak",
    "dua puluh tiga kali lapor",
    "gang motor meresahkan",
    "TGL 5 saya lapor",
    "...",
    "12345 67890",
    "kec. timur dan kec. barat",
    "klu malam gelap, hst nya apa",
    "keluhan sbb 1. got mampet",
    "zx81 rusak2",
    "jalan menyempit",
    "jalan kekotanya jauh",
    "dimalang saja nasibnya",
    "rt baru",
    "dib\xC3\xA9tulkan",
    "",
};
/* clang-format on */

static void what_citizens_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        expect(examples[i].text, examples[i].places);
}

static void what_is_no_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        expect(harmless[i], "");
}

static void a_name_of_two_is_both_and_the_own_one_first(void **state)
{
    (void)state;
    const struct places_found found = find("banjir di Pekalongan");
    assert_int_equal(found.count, 2);
    assert_string_equal(found.places[0].name, "Kota Pekalongan");
    assert_string_equal(found.places[1].name, "Kabupaten Pekalongan");
    assert_int_equal(found.places[0].at, found.places[1].at);
    assert_true(found.places[0].score > found.places[1].score + 20);
}

static void another_desk_has_another_first(void **state)
{
    (void)state;
    struct fault fault;
    struct places *other;
    const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv", .own = "33.26"};
    assert_int_equal(places_load(&files, &other, &fault), OK);
    struct places_found found = find_in(other, "banjir di Pekalongan", 20);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.places[0].code, "33.26");
    found = find_in(other, "sampah di Medono", 16);
    assert_int_equal(found.count, 0);
    places_free(other);
}

static void spans_are_of_the_text_given(void **state)
{
    (void)state;
    const char *text = "\xF0\x9F\x8C\x8A banjir \xE2\x80\xA6 di  KLEGO\xE2\x80\xBC";
    const struct places_found found = find(text);
    assert_int_equal(found.count, 1);
    assert_memory_equal(text + found.places[0].at, "KLEGO", 5);
    assert_int_equal(found.places[0].len, 5);
    assert_string_equal(found.places[0].name, "Kelurahan Klego");
}

/* So many that there is no room: the first stay, and nothing is written behind. */
static void no_more_than_there_is_room_for(void **state)
{
    (void)state;
    char text[4096] = "";
    for (int i = 1; i <= 60; i++)
        sprintf(text + strlen(text), "rt %d, pekalongan, gg %d, depan pasar. ", i, i);
    const struct places_found found = find(text);
    assert_int_equal(found.count, PLACES_MAX);
    assert_int_equal(found.places[0].rt, 1);
}

static void what_is_beyond_the_words_looked_at_is_not_told(void **state)
{
    (void)state;
    size_t size = 40 * (size_t)PLACES_WORDS_MAX;
    char *text = malloc(size);
    assert_non_null(text);
    size_t used = 0;
    for (int i = 0; i < PLACES_WORDS_MAX; i++)
        used += (size_t)sprintf(text + used, "aduh ");
    strcpy(text + used, "kota pekalongan");
    assert_int_equal(find(text).count, 0);
    assert_int_equal(find(text + 10).count, 1);
    free(text);
}

/* Every beginning of every example, cut anywhere: inside a character of UTF-8 too. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        for (size_t len = 0; len <= strlen(examples[i].text); len++) {
            const struct places_found found = find_in(places, examples[i].text, len);
            for (size_t p = 0; p < found.count; p++)
                assert_true(found.places[p].at + found.places[p].len <= len);
        }
    static const char broken[] = "di \xC3 kota \xF0\x9F pekalongan\0 rt 3\xFF";
    for (size_t len = 0; len < sizeof broken; len++)
        (void)find_in(places, broken, len);
}

static void names_of_kinds_and_reasons_are_unlike(void **state)
{
    (void)state;
    for (int a = 0; a < PLACE_KIND_END; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(place_kind_name((enum place_kind)a), place_kind_name((enum place_kind)b));
    for (int a = 0; a < PLACE_WHY_END; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(place_why_name((enum place_why)a), place_why_name((enum place_why)b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_citizens_write),
        cmocka_unit_test(what_is_no_place),
        cmocka_unit_test(a_name_of_two_is_both_and_the_own_one_first),
        cmocka_unit_test(another_desk_has_another_first),
        cmocka_unit_test(spans_are_of_the_text_given),
        cmocka_unit_test(no_more_than_there_is_room_for),
        cmocka_unit_test(what_is_beyond_the_words_looked_at_is_not_told),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(names_of_kinds_and_reasons_are_unlike),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
