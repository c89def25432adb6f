/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list is of standard forms, which is what the lexicon makes of the ways they are texted, and of stems. Negations
 * are in it: of two reports of one place and one category, "belum diperbaiki" and "mohon diperbaiki" are one matter.
 */
#include "matter.h"

#include <stdlib.h>
#include <string.h>

/* In the order of strcmp. */
static const char *const any_report[] = {
    "ada",     "adalah",    "adu",       "agar",     "akan",
    "akibat",  "aku",       "alaikum",   "allah",    "and",
    "apa",     "apakah",    "are",       "assalamu", "assalamualaikum",
    "atas",    "atau",      "bagaimana", "bagi",     "bahwa",
    "baik",    "bantu",     "banyak",    "bapak",    "beberapa",
    "begitu",  "belum",     "biar",      "bila",     "bisa",
    "bu",      "buat",      "bukan",     "bulan",    "cuma",
    "dan",     "dapat",     "dari",      "daripada", "datang",
    "dekat",   "demi",      "demikian",  "dengan",   "depan",
    "di",      "dong",      "dulu",      "for",      "guna",
    "hal",     "hampir",    "hanya",     "harap",    "hari",
    "harus",   "has",       "have",      "hingga",   "hormat",
    "ia",      "ibu",       "in",        "info",     "informasi",
    "ini",     "is",        "itu",       "jadi",     "jam",
    "jangan",  "jika",      "juga",      "kakak",    "kalau",
    "kami",    "kamu",      "karena",    "kasih",    "ke",
    "kemarin", "kembali",   "kenapa",    "kepada",   "ketika",
    "kira",    "kita",      "kok",       "lagi",     "lah",
    "lalu",    "lama",      "langsung",  "lapor",    "laporan",
    "layan",   "lebih",     "lihat",     "maaf",     "mah",
    "maka",    "malam",     "mana",      "masih",    "masyarakat",
    "mau",     "mereka",    "minggu",    "minta",    "mohon",
    "my",      "namun",     "near",      "nih",      "nya",
    "of",      "oleh",      "on",        "orang",    "pada",
    "pagi",    "pak",       "paling",    "para",     "pas",
    "perhati", "perhatian", "perintah",  "perlu",    "pernah",
    "please",  "pun",       "saja",      "sama",     "sampai",
    "samping", "sangat",    "saya",      "se",       "sebab",
    "sebagai", "sebelah",   "sebuah",    "segera",   "sejak",
    "sekali",  "sekarang",  "sekitar",   "selalu",   "selamat",
    "semoga",  "semua",     "seperti",   "sering",   "serta",
    "setiap",  "siang",     "sih",       "sini",     "situ",
    "sore",    "sudah",     "supaya",    "tadi",     "tahun",
    "tak",     "tanggap",   "tapi",      "telah",    "tempat",
    "tentang", "terima",    "terlalu",   "terus",    "tetapi",
    "thank",   "thanks",    "the",       "there",    "tiap",
    "tidak",   "tindak",    "to",        "tolong",   "tuju",
    "untuk",   "waktu",     "wali",      "walikota", "warga",
    "we",      "wib",       "ya",        "yaitu",    "yang",
    "yth",
};

struct part {
    const char *text;
    size_t len;
};

static int by_text(const void *key, const void *row)
{
    const struct part *part = key;
    const char *word = *(const char *const *)row;
    int order = strncmp(part->text, word, part->len);
    return order != 0 ? order : word[part->len] == '\0' ? 0 : -1;
}

static bool listed(const char *text, size_t len)
{
    const struct part part = {text, len};
    return bsearch(&part, any_report, sizeof any_report / sizeof *any_report, sizeof *any_report, by_text) != NULL;
}

bool word_matters(const struct norm_word *word)
{
    return !word->number && word->len > 1 && !listed(word->text, word->len) && !listed(word->stem, word->stem_len);
}
