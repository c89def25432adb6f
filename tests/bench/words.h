/* SPDX-License-Identifier: BSD-2-Clause */
/* With what the line answers the SMS of phone.c, for one ticket: a shorter answer would be less work for bearerbox. */
#ifndef ADUAN_BENCH_WORDS_H
#define ADUAN_BENCH_WORDS_H

#define WORDS                                                                                                          \
    "Terima kasih. Laporan Anda diterima, nomor 1000015, kategori jalan dan jembatan (karena: jalan berlubang), "      \
    "diteruskan ke Dinas PUPR. Kota Uji"

#endif
