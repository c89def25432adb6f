/* SPDX-License-Identifier: BSD-2-Clause */
/* A template as loaded, shared by templates*.c only. */
#ifndef ADUAN_TEMPLATES_PRIV_H
#define ADUAN_TEMPLATES_PRIV_H

#include "templates.h"
#include "yaml_doc.h"

enum templates_field {
    FIELD_DESK,
    FIELD_TICKET,
    FIELD_CATEGORY,
    FIELD_AGENCY,
    FIELD_REASON,
    FIELD_STATE,
    FIELD_DATE,
    FIELD_TEXT,
    FIELD_COUNT
};
extern const char *const templates_field_names[FIELD_COUNT];

enum templates_name {
    TEMPLATE_RECEIVED,
    TEMPLATE_RECEIVED_INCOMPLETE,
    TEMPLATE_RECEIVED_UNREAD,
    TEMPLATE_REMINDER,
    TEMPLATE_EMERGENCY,
    TEMPLATE_EMPTY,
    TEMPLATE_UNREADABLE,
    TEMPLATE_STAFF,
    TEMPLATE_COUNT
};
extern const char *const templates_names[TEMPLATE_COUNT];

/* A template is a row of pieces. A section is left out when a field inside it is empty. */
struct templates_piece {
    enum { PIECE_LITERAL, PIECE_FIELD, PIECE_SECTION } kind;
    const char *text; /* literal: bytes of the YAML node */
    size_t len;
    enum templates_field field;
    size_t pieces; /* section: how many pieces after this one are inside */
};

struct templates_template {
    const struct yaml_node *node;
    struct templates_piece *pieces;
    size_t count;
};

/* Splits the node's text. The template may use and must use these fields, as bits 1 << field. */
MUST_CHECK int templates_parse(const struct yaml_node *node, const char *name, unsigned may, unsigned must,
                               struct templates_template *out, struct fault *fault);

/* values by field, none NULL. A fresh string. */
MUST_CHECK int templates_expand(const struct templates_template *template_, const char *const values[FIELD_COUNT],
                                char **out, size_t *out_len);

#endif
