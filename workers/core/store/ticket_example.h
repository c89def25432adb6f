/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a ticket teaches that people have looked at. A correction names the label; an agency's "bukan wewenang" says
 * that the category which led to it is wrong, unless whoever got the ticket then takes that category too: then the
 * words were understood, and only the authority was another's. Pure.
 */
#ifndef ADUAN_TICKET_EXAMPLE_H
#define ADUAN_TICKET_EXAMPLE_H

#include "corpus.h"
#include "record.pb-c.h"
#include "rules.h"

/* Adds its text to a corpus that has the heads of a desk, with the labels that people gave it; the others stay unknown.
 * False, and nothing is added: it teaches nothing, or its text is gone. */
bool ticket_example_add(const Aduan__Record__Ticket *ticket, const struct rules *rules, struct corpus *corpus);
/* One ticket in five is never learnt, whatever model is trained: models are compared by them. */
bool ticket_example_held_out(uint64_t ticket);

#endif
