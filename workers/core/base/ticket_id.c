/* SPDX-License-Identifier: BSD-2-Clause */
/* Damm's check digit over the decimal digits of the serial. */
#include "ticket_id.h"

/* The totally anti-symmetric quasigroup of order 10 from Damm's thesis, p. 106: its diagonal is 0, so a number with
 * its check digit behind it folds to 0. */
static const uint8_t damm[10][10] = {{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
                                     {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
                                     {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
                                     {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
                                     {9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}};

/* Digits are folded from the most significant one. */
static unsigned fold(uint64_t number)
{
    unsigned digits[20], n = 0, interim = 0;
    do {
        digits[n++] = (unsigned)(number % 10);
        number /= 10;
    } while (number > 0);
    while (n > 0)
        interim = damm[interim][digits[--n]];
    return interim;
}

uint64_t ticket_id_make(uint64_t serial)
{
    return serial * 10 + fold(serial);
}

bool ticket_id_valid(uint64_t id)
{
    return id / 10 >= TICKET_SERIAL_FIRST && fold(id) == 0;
}

uint64_t ticket_id_parse(const char *text, size_t len)
{
    uint64_t id = 0;
    bool digits = false, hash = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == ' ')
            continue;
        if (c == '#' && !digits && !hash) {
            hash = true;
            continue;
        }
        if (c < '0' || c > '9' || id > (UINT64_MAX - 9) / 10)
            return 0;
        id = id * 10 + (uint64_t)(c - '0');
        digits = true;
    }
    return ticket_id_valid(id) ? id : 0;
}
