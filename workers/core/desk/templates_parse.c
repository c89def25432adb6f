/* SPDX-License-Identifier: BSD-2-Clause */
/* "… {field} … [ … {field}]": a template's text split once at load, put together at each reply. */
#include "templates_priv.h"

#include <stdlib.h>
#include <string.h>

const char *const templates_field_names[FIELD_COUNT] = {"desk",   "ticket", "category", "agency",
                                                        "reason", "state",  "date",     "text"};

#define NO_SECTION SIZE_MAX

struct parser {
    const struct yaml_node *node;
    const char *name;
    unsigned may, used, used_in_section;
    struct templates_template *out;
    size_t section; /* place of the open section's piece; NO_SECTION */
    struct fault *fault;
};

static void piece_add(struct templates_template *template_, struct templates_piece piece)
{
    size_t count = template_->count;
    /* Literals that touch (around a doubled sign) stay two pieces: their bytes are not contiguous. */
    if ((count & (count - 1)) == 0) {
        template_->pieces = realloc(template_->pieces, (count ? 2 * count : 1) * sizeof piece);
        if (!template_->pieces)
            abort();
    }
    template_->pieces[template_->count++] = piece;
}

/* The names of the fields that are set in `may`; returns how many. */
static size_t field_list(unsigned may, const char *names[FIELD_COUNT])
{
    size_t count = 0;
    for (int field = 0; field < FIELD_COUNT; field++)
        if (may & 1u << field)
            names[count++] = templates_field_names[field];
    return count;
}

static void unknown_field(struct parser *parser, const char *word)
{
    const char *names[FIELD_COUNT];
    size_t count = field_list(parser->may, names), used = 0;
    const char *nearest = yaml_nearest(word, names, count);
    char known[128] = "";

    if (nearest) {
        yaml_fault(parser->node, parser->fault, "%s has no field {%s}; did you mean {%s}?", parser->name, word,
                   nearest);
        return;
    }
    for (size_t i = 0; i < count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, " {%s}", names[i]);
    yaml_fault(parser->node, parser->fault, "%s has no field {%s}; it has%s", parser->name, word, known);
}

/* at: after "{". Returns what follows "}", or NULL with the fault filled. */
static const char *parse_field(struct parser *parser, const char *at)
{
    size_t len = strcspn(at, "{}[]");
    if (at[len] != '}') {
        yaml_fault(parser->node, parser->fault, "%s: \"{%.*s\" lacks its \"}\" (for the sign itself write \"{{\")",
                   parser->name, (int)len, at);
        return NULL;
    }
    for (int field = 0; field < FIELD_COUNT; field++) {
        if (strlen(templates_field_names[field]) != len || strncmp(templates_field_names[field], at, len) != 0 ||
            !(parser->may & 1u << field))
            continue;
        parser->used |= 1u << field;
        parser->used_in_section |= 1u << field;
        piece_add(parser->out, (struct templates_piece){.kind = PIECE_FIELD, .field = (enum templates_field)field});
        return at + len + 1;
    }
    char word[64];
    strncpy(word, at, sizeof word - 1);
    word[len < sizeof word ? len : sizeof word - 1] = '\0';
    unknown_field(parser, word);
    return NULL;
}

static bool section_open(struct parser *parser)
{
    if (parser->section != NO_SECTION) {
        yaml_fault(parser->node, parser->fault, "%s: a [section] may not hold another one (for the sign write \"[[\")",
                   parser->name);
        return false;
    }
    parser->section = parser->out->count;
    parser->used_in_section = 0;
    piece_add(parser->out, (struct templates_piece){.kind = PIECE_SECTION});
    return true;
}

static bool section_close(struct parser *parser)
{
    if (parser->section == NO_SECTION || parser->used_in_section == 0) {
        yaml_fault(parser->node, parser->fault,
                   parser->section == NO_SECTION
                       ? "%s: \"]\" closes nothing (for the sign itself write \"]]\")"
                       : "%s: a [section] without a field is never left out (for the sign itself write \"[[\")",
                   parser->name);
        return false;
    }
    parser->out->pieces[parser->section].pieces = parser->out->count - parser->section - 1;
    parser->section = NO_SECTION;
    return true;
}

/* One sign with its meaning at `at`; returns what follows, or NULL with the fault filled. */
static const char *parse_sign(struct parser *parser, const char *at)
{
    if (at[0] == at[1]) {
        piece_add(parser->out, (struct templates_piece){.kind = PIECE_LITERAL, .text = at, .len = 1});
        return at + 2;
    }
    switch (at[0]) {
    case '{':
        return parse_field(parser, at + 1);
    case '[':
        return section_open(parser) ? at + 1 : NULL;
    case ']':
        return section_close(parser) ? at + 1 : NULL;
    default:
        yaml_fault(parser->node, parser->fault, "%s: \"}\" closes nothing (for the sign itself write \"}}\")",
                   parser->name);
        return NULL;
    }
}

int templates_parse(const struct yaml_node *node, const char *name, unsigned may, unsigned must,
                    struct templates_template *out, struct fault *fault)
{
    struct parser parser = {.node = node, .name = name, .may = may, .out = out, .section = NO_SECTION, .fault = fault};
    const char *at = yaml_node_text(node);
    out->node = node;
    if (!at || !at[0])
        return yaml_fault(node, fault, "%s: expected a text", name);
    while (*at) {
        size_t len = strcspn(at, "{}[]");
        if (len > 0)
            piece_add(out, (struct templates_piece){.kind = PIECE_LITERAL, .text = at, .len = len});
        at += len;
        if (*at)
            at = parse_sign(&parser, at);
        if (!at)
            return E_CONFIG;
    }
    if (parser.section != NO_SECTION)
        return yaml_fault(node, fault, "%s: a [section] lacks its \"]\"", name);
    for (int field = 0; field < FIELD_COUNT; field++)
        if (must & ~parser.used & 1u << field)
            return yaml_fault(node, fault, "%s must use {%s}", name, templates_field_names[field]);
    return OK;
}

/* --- putting together ----------------------------------------------------------------------------------------- */

static bool section_empty(const struct templates_piece *section, const char *const values[FIELD_COUNT])
{
    for (size_t i = 1; i <= section->pieces; i++)
        if (section[i].kind == PIECE_FIELD && !values[section[i].field][0])
            return true;
    return false;
}

/* Writes to out when it is there; returns how many bytes it takes. */
static size_t expand_into(const struct templates_template *template_, const char *const values[FIELD_COUNT], char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < template_->count; i++) {
        const struct templates_piece *piece = &template_->pieces[i];
        if (piece->kind == PIECE_SECTION) {
            if (section_empty(piece, values))
                i += piece->pieces;
            continue;
        }
        bool literal = piece->kind == PIECE_LITERAL;
        const char *text = literal ? piece->text : values[piece->field];
        size_t len = literal ? piece->len : strlen(text);
        if (out)
            memcpy(out + used, text, len);
        used += len;
    }
    return used;
}

int templates_expand(const struct templates_template *template_, const char *const values[FIELD_COUNT], char **out,
                     size_t *out_len)
{
    size_t len = expand_into(template_, values, NULL);
    char *text = malloc(len + 1);
    if (!text)
        return E_MEMORY;
    expand_into(template_, values, text);
    text[len] = '\0';
    *out = text;
    *out_len = len;
    return OK;
}
