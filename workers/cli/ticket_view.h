/* SPDX-License-Identifier: BSD-2-Clause */
/* One ticket as JSON and as a card for people. Neither ever holds the citizen's number unless it is handed in. */
#ifndef ADUAN_CLI_TICKET_VIEW_H
#define ADUAN_CLI_TICKET_VIEW_H

#include "cli.h"

struct ticket_resent {
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Aduan__Record__Message *message;
};

/* What belongs to a ticket beside its own record. */
struct ticket_file {
    const Aduan__Record__Ticket *ticket;
    Aduan__Record__Message *message; /* NULL when the store has it no more */
    Aduan__Record__Reply **replies;
    size_t reply_count;
    struct ticket_resent *resent; /* SMS that said it again: the newest ones, oldest first */
    size_t resent_count;
    const char *number; /* the citizen's, when it was asked for; borrowed, may be NULL */
};

/* Collects message and replies of a ticket; opens nothing. A reply that is not there is left out. */
MUST_CHECK int ticket_file_load(struct cli *cli, const Aduan__Record__Ticket *ticket, struct ticket_file *out);
void ticket_file_done(struct ticket_file *file);

/* The object of a list: proto/schema/tickets.json. */
json_t *ticket_json(const Aduan__Record__Ticket *ticket);
/* The whole: the same and more, proto/schema/ticket.json. */
json_t *ticket_file_json(const struct ticket_file *file);
void ticket_file_print(const struct cli *cli, const struct ticket_file *file, FILE *out);

/* Lines of the card about how it was understood: what the model thought, the rules that fired, what people said. */
void ticket_understood(const struct cli *cli, const Aduan__Record__Ticket *ticket, FILE *out);

#endif
