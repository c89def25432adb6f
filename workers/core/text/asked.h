/* SPDX-License-Identifier: BSD-2-Clause */
/* What the first words of a text ask of the desk, before what it is about: silence, or something of a ticket. */
#ifndef ADUAN_ASKED_H
#define ADUAN_ASKED_H

#include <stdbool.h>
#include <stddef.h>

enum asked {
    ASKED_NOTHING,
    ASKED_ANONYMOUS,    /* "ANONIM …", "BDG ANONIM …": the first or the second word; the name is to be hidden */
    ASKED_CONFIDENTIAL, /* "RAHASIA …", likewise: the report is */
    ASKED_COMMAND       /* "STATUS 1916449", "TAMBAH 1916449 …": about a ticket that there is, or a setting */
};

/* Any bytes. Silence goes before a command. */
enum asked asked_by(const char *text, size_t len);

#endif
