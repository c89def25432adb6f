/* SPDX-License-Identifier: BSD-2-Clause */
#include "ticket_example.h"

#include "record_fields.h"

#include <string.h>

enum { HELD_OUT_OF = 5, CHECK_DIGIT = 10 };

bool ticket_example_held_out(uint64_t ticket)
{
    return ticket / CHECK_DIGIT % HELD_OUT_OF == 0;
}

/* Is `name` one of "dpupr,dlh"? */
static bool listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; len > 0 && (at = strstr(at, name)) != NULL; at += len)
        if ((at == list || at[-1] == ',') && (at[len] == '\0' || at[len] == ','))
            return true;
    return false;
}

static bool person_set(const Aduan__Record__Ticket *ticket, const char *head)
{
    for (size_t i = 0; i < ticket->n_correction; i++)
        if (listed(ticket->correction[i]->heads, head))
            return true;
    return false;
}

/* The category of an agency that takes no other; NULL when it takes several, or none. */
static const char *only_category(const struct rules *rules, const char *agency)
{
    const char *found = NULL, *category;
    for (size_t i = 0; (category = rules_category_at(rules, i)) != NULL; i++) {
        if (strcmp(rules_category_agency(rules, category), agency) != 0)
            continue;
        if (found)
            return NULL;
        found = category;
    }
    return found;
}

struct lesson {
    const char *is;     /* the label; NULL: not known */
    const char *is_not; /* known not to be it */
};

/* Who refused it is who its category led to, and somebody else took it, or nobody has yet. */
static struct lesson of_refusal(const Aduan__Record__Ticket *ticket, const struct rules *rules)
{
    const char *own = rules_category_agency(rules, ticket->category);
    bool waits = ticket->state == TICKET_STATE(REFUSED_BY_AGENCY) || ticket->state == TICKET_STATE(VERIFIED);
    if (!own || !listed(ticket->refused, own) || strcmp(own, ticket->agency) == 0)
        return (struct lesson){.is_not = own && listed(ticket->refused, own) && waits ? ticket->category : NULL};
    const char *is = only_category(rules, ticket->agency);
    return is ? (struct lesson){.is = is} : (struct lesson){.is_not = ticket->category};
}

static struct lesson of_category(const Aduan__Record__Ticket *ticket, const struct rules *rules)
{
    if (!person_set(ticket, "category"))
        return of_refusal(ticket, rules);
    /* A category that this desk has no more is nothing to learn. */
    return (struct lesson){.is = rules_has_category(rules, ticket->category) ? ticket->category : NULL};
}

bool ticket_example_add(const Aduan__Record__Ticket *ticket, const struct rules *rules, struct corpus *corpus)
{
    const char *labels[MODEL_HEADS_MAX] = {NULL};
    size_t category = corpus_head_find(corpus, "category"), type = corpus_head_find(corpus, "type"),
           urgency = corpus_head_find(corpus, "urgency"), spam = corpus_head_find(corpus, "spam");
    bool typed = person_set(ticket, "type") && rules_type_urgency(rules, ticket->type);
    struct lesson lesson = of_category(ticket, rules);
    if (ticket->text.len == 0 || (!typed && !lesson.is && !lesson.is_not))
        return false;
    labels[category] = lesson.is;
    if (typed) {
        labels[type] = ticket->type;
        labels[urgency] = strcmp(rules_type_urgency(rules, ticket->type), "normal") == 0 ? "" : "emergency";
        labels[spam] = strcmp(ticket->type, "spam") == 0 ? "spam" : "";
    }
    corpus_add(corpus, (const char *)ticket->text.data, ticket->text.len, labels);
    if (lesson.is_not)
        corpus_deny(corpus, category, lesson.is_not);
    return true;
}
