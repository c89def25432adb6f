/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ticket ids: a running number with a Damm check digit behind it, so that one wrong digit or two swapped ones
 * typed into an SMS are noticed. The first is made of TICKET_SERIAL_FIRST: seven digits, as citizens know them.
 * Source of the check: H. Michael Damm, "Total anti-symmetrische Quasigruppen", 2004.
 */
#ifndef ADUAN_TICKET_ID_H
#define ADUAN_TICKET_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TICKET_SERIAL_FIRST = 100001 };

/* serial 100001 → 1000013 (say): serial * 10 + check. */
uint64_t ticket_id_make(uint64_t serial);
bool ticket_id_valid(uint64_t id);
/* Parses "1916449", "#1916449", "1916 449"; 0 when it is no valid id. */
uint64_t ticket_id_parse(const char *text, size_t len);

#endif
