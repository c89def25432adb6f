/* SPDX-License-Identifier: BSD-2-Clause */
/* The shipped etc/categories.yaml and agencies.yaml: they load, and every label is reached by words of citizens. */
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rules *rules;

static int load(void **state)
{
    (void)state;
    struct fault fault = {0};
    if (rules_load(ADUAN_ETC_DIR "/categories.yaml", ADUAN_ETC_DIR "/agencies.yaml", &rules, &fault) == OK)
        return 0;
    fprintf(stderr, "%s\n", fault.text);
    return -1;
}

static int unload(void **state)
{
    (void)state;
    rules_free(rules);
    return 0;
}

static struct classification classify(const char *text)
{
    struct classification found;
    assert_int_equal(rules_classify(rules, text, strlen(text), &found), OK);
    return found;
}

struct sample {
    const char *text, *type, *category, *agency;
};

static const struct sample samples[] = {
    {"Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki", "pengaduan", "jalan", "dpupr"},
    {"jln raya wiradesa lobang2 bnyk pak tlg diperbaiki", "pengaduan", "jalan", "dpupr"},
    {"JALAN RUSAK PARAH DI DEPAN SMP 3", "pengaduan", "jalan", "dpupr"},
    {"Dalan neng ngarep omahku rusak parah", "pengaduan", "jalan", "dpupr"},
    {"There is a big pothole on Jalan Merdeka", "pengaduan", "jalan", "dpupr"},
    {"trotoar ambrol belum diperbaiki", "pengaduan", "jalan", "dpupr"},
    {"Selokan depan rumah mampet, kalau hujan banjir", "pengaduan", "drainase", "dpupr"},
    {"gorong2 tersumbat air tergenang", "pengaduan", "drainase", "dpupr"},
    {"Got di gg 5 penuh sampah di sungai juga", "pengaduan", "drainase", "dlh"},
    {"Tolong lampu PJU di Jl. Sriwijaya mati sudah seminggu", "pengaduan", "penerangan", "dishub"},
    {"lampu jalan di gang kami padam", "pengaduan", "penerangan", "dishub"},
    {"The street light in front of my house is broken, please fix it", "pengaduan", "penerangan", "dishub"},
    {"air pdam mati sudah 3 hari di perumahan griya", "pengaduan", "air", "pdam"},
    {"Airnya keruh dan bau, blm ada tindakan", "pengaduan", "air", "pdam"},
    {"mati lampu dari tadi pagi di kel. Bendan", "pengaduan", "listrik", "pln"},
    {"Wifi indihome mati terus", "pengaduan", "listrik", "diskominfo"},
    {"sampah menumpuk di TPS pasar, bau", "pengaduan", "sampah", "dlh"},
    {"truk sampah tidak pernah datang", "pengaduan", "sampah", "dlh"},
    {"Pohon besar di tepi jalan rawan tumbang, mohon dipangkas", "pengaduan", "lingkungan", "dlh"},
    {"limbah batik mencemari sungai", "pengaduan", "lingkungan", "dlh"},
    {"Pelayanan puskesmas lambat, dokter tidak ada", "pengaduan", "kesehatan", "dinkes"},
    {"antrian obat di RSUD lama sekali", "pengaduan", "kesehatan", "rsud"},
    {"Kenapa PPDB SMP zonasi tidak adil", "pengaduan", "pendidikan", "disdik"},
    {"kepala sekolah minta sumbangan sekolah 500rb", "pengaduan", "pendidikan", "disdik"},
    {"KTP saya sudah 6 bulan belum jadi", "pengaduan", "adminduk", "disdukcapil"},
    {"saya mau tanya syarat bikin akta kelahiran apa saja?", "informasi", "adminduk", "disdukcapil"},
    {"bansos tidak tepat sasaran, saya janda miskin tidak dapat", "pengaduan", "sosial", "dinsos"},
    {"Parkir liar di depan RSUD bikin macet", "pengaduan", "perhubungan", "dishub"},
    {"lampu merah simpang ponolawen mati", "pengaduan", "perhubungan", "dishub"},
    {"izin usaha warung bagaimana syarat NIB?", "informasi", "perizinan", "dpmptsp"},
    {"harga sembako naik terus, gas melon langka", "pengaduan", "perizinan", "disdag"},
    {"mau tanya pajak pbb bayar dimana", "informasi", "perizinan", "bapenda"},
    {"PKL menutup jalan, mohon ditertibkan", "pengaduan", "ketertiban", "satpolpp"},
    {"knalpot brong dan balap liar tiap malam minggu meresahkan", "pengaduan", "ketertiban", "polres"},
    {"Minta uang 500rb untuk urus KTP, pungli oknum kelurahan", "pengaduan", "integritas", "inspektorat"},
    {"Ada korupsi dana desa oleh pejabat", "pengaduan", "integritas", "inspektorat"},
    {"gaji belum dibayar 3 bulan oleh pabrik", "pengaduan", "tenaga_kerja", "disnaker"},
    {"lowongan kerja disabilitas ada?", "informasi", "tenaga_kerja", "disnaker"},
    {"rumah saya tidak layak huni, mohon bantuan bedah rumah", "pengaduan", "perumahan", "disperkim"},
    {"tanah saya diserobot sertifikat ganda", "pengaduan", "perumahan", "bpn"},
    {"TOLONG ada kebakaran di pasar banjarsari sekarang!!", "darurat", "kebencanaan", "damkar"},
    {"minta bantuan banjir, rumah terendam sejak kemarin", "pengaduan", "kebencanaan", "bpbd"},
    {"Usul pak, sebaiknya dibuatkan taman di alun-alun", "aspirasi", "lingkungan", "dlh"},
    {"saran saya: kantor buka hari sabtu", "aspirasi", "lainnya", "humas"},
    {"bagaimana cara mengurus KTP yang hilang?", "informasi", "adminduk", "disdukcapil"},
    {"terima kasih pak walikota jalan sudah diperbaiki, mantap", "pujian", "jalan", "dpupr"},
    {"SELAMAT ANDA MENDAPATKAN HADIAH 100 JUTA KLIK www.bit.ly/xx", "spam", "lainnya", "humas"},
    {"Selamat pagi", "lainnya", "lainnya", "humas"},
    {"asdf", "lainnya", "lainnya", "humas"},
};

static void sentences_of_citizens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *sample = &samples[i];
        struct classification found = classify(sample->text);
        char why[512];
        rules_explain(&found, why, sizeof why);
        if (strcmp(found.type, sample->type) != 0 || strcmp(found.category, sample->category) != 0 ||
            strcmp(found.agency, sample->agency) != 0)
            fail_msg("\"%s\" is %s/%s/%s, not %s/%s/%s: %s", sample->text, found.type, found.category, found.agency,
                     sample->type, sample->category, sample->agency, why);
        assert_null(found.refusal);
    }
}

static bool sampled(size_t offset, const char *label)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        if (strcmp(*(const char *const *)((const char *)&samples[i] + offset), label) == 0)
            return true;
    return false;
}

static void every_label_is_reached(void **state)
{
    (void)state;
    static const char *const categories[] = {"jalan",        "drainase",    "penerangan",  "air",        "listrik",
                                             "sampah",       "lingkungan",  "kesehatan",   "pendidikan", "adminduk",
                                             "sosial",       "perhubungan", "perizinan",   "ketertiban", "integritas",
                                             "tenaga_kerja", "perumahan",   "kebencanaan", "lainnya"};
    static const char *const types[] = {"pengaduan", "aspirasi", "informasi", "pujian", "darurat", "spam", "lainnya"};
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
        assert_true(rules_has_category(rules, categories[i]));
        assert_true(sampled(offsetof(struct sample, category), categories[i]));
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_true(sampled(offsetof(struct sample, type), types[i]));
    assert_null(rules_agency_at(rules, 100));
}

static void the_first_example_says_why(void **state)
{
    (void)state;
    struct classification found = classify(samples[0].text);
    char why[512], reason[64];
    rules_explain(&found, why, sizeof why);
    rules_reason(why, found.category, reason, sizeof reason);
    assert_string_equal(reason, "jalan berlubang");
    assert_string_equal(found.category_name, "jalan dan jembatan");
    assert_string_equal(found.agency_name, "Dinas PUPR");
    assert_string_equal(found.language, "id");
}

static void emergencies_and_what_only_sounds_so(void **state)
{
    (void)state;
    static const char *const now[] = {
        "kebakaran rumah di gg 3 kelurahan Poncol",
        "DARURAT anak tenggelam di sungai loji",
        "Tolong pak ada kecelakaan di pantura, korban luka, butuh ambulan",
        "banjir rob masuk rumah setinggi 1 meter butuh perahu evakuasi sekarang",
        "help there is a fire in my house now",
        "TOLOOONG KEBAKARAAAAN!!! skrg di jl hayam wuruk",
    };
    static const char *const not_now[] = {
        "jalan rawan kecelakaan, mohon dipasang lampu",
        "bantuan untuk korban kebakaran bulan lalu belum cair",
        "kapan ada sosialisasi bahaya kebakaran di kelurahan kami",
        "jalan berlubang sering terjadi kecelakaan, mohon segera diperbaiki",
        "pelayanan unit gawat darurat lambat",
        "tolong segera diperbaiki jalan rusak",
        "mohon bantuan segera",
        "saya butuh KTP sekarang, tolong segera, ada petugas yang bisa cepat?",
        "pohon di pinggir rel kereta api tolong dipangkas sekarang",
    };
    for (size_t i = 0; i < sizeof now / sizeof now[0]; i++)
        if (strcmp(classify(now[i]).urgency, "emergency") != 0)
            fail_msg("no emergency: %s", now[i]);
    for (size_t i = 0; i < sizeof not_now / sizeof not_now[0]; i++)
        if (strcmp(classify(not_now[i]).urgency, "normal") != 0)
            fail_msg("an emergency: %s", not_now[i]);
}

static void machines_and_people(void **state)
{
    (void)state;
    static const char *const machines[] = {
        "Maaf saya sedang menyetir, nanti saya hubungi kembali.",
        "[Pesan otomatis] Saya sedang cuti sampai tanggal 5",
        "AUTO REPLY: thank you for your message",
        "I'm driving, I'll call you later",
        "Terima kasih telah menghubungi kami. Pesan Anda akan dibalas",
        "Maaf, saya sedang sibuk.",
        "Mohon tidak membalas SMS ini",
    };
    static const char *const people[] = {
        "Saya telepon PDAM, nomor yang anda hubungi tidak aktif, air mati",
        "petugas loket sedang sibuk main hp, pelayanan lambat",
        "tiap lapor cuma dapat pesan otomatis, jalan tetap rusak",
        "dokter sedang rapat terus, pasien menunggu",
        "kenapa keluhan saya dijawab pesan otomatis terus",
    };
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (!classify(machines[i]).refusal)
            fail_msg("taken for a person: %s", machines[i]);
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++)
        if (classify(people[i]).refusal)
            fail_msg("taken for a machine: %s", people[i]);
}

static void no_pattern_runs_away(void **state)
{
    (void)state;
    static const char *const seeds[] = {"jalan ", "lampu jalan ", "air ", "lampu ", "wa.me/", "a", "jl jl. "};
    static char text[36001];
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        text[0] = '\0';
        for (size_t used = 0, n = strlen(seeds[i]); used + n < sizeof text; used += n)
            memcpy(text + used, seeds[i], n + 1);
        classify(text);
    }
    assert_int_equal(rules_limit_hits(rules), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_of_citizens),      cmocka_unit_test(every_label_is_reached),
        cmocka_unit_test(the_first_example_says_why), cmocka_unit_test(emergencies_and_what_only_sounds_so),
        cmocka_unit_test(machines_and_people),        cmocka_unit_test(no_pattern_runs_away),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
