/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The finders look at a text and say where; here that becomes the text without it. A finding changes what stands
 * beside others (a name may end at a mark), so finders look again until they find nothing: then redacting twice is
 * redacting once. Where it is unclear whether something is a secret, it is one: what left the house does not come back.
 */
#include "redact_priv.h"

#include <stdlib.h>
#include <string.h>

/* Each look reads the whole text, and a text could be made so that each finds one thing more: it costs no more looks
 * than this, and what the last one leaves is small. */
enum { LOOKS_MAX = 8 };

const char *redact_kind_name(enum redact_kind kind)
{
    static const char *const names[REDACT_KIND_END] = {
        [REDACT_NIK] = "nik",   [REDACT_PHONE] = "phone",     [REDACT_EMAIL] = "email",
        [REDACT_NAME] = "name", [REDACT_ADDRESS] = "address",
    };
    return names[kind];
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to < y->to) - (x->to > y->to);
}

/* Findings that overlap become one, of the kind that begins first. */
static void merge(struct scan *scan)
{
    size_t kept = 0;
    if (scan->spans > 1)
        qsort(scan->span, scan->spans, sizeof *scan->span, by_place);
    for (size_t i = 0; i < scan->spans; i++) {
        struct span *last = kept > 0 ? &scan->span[kept - 1] : NULL;
        if (!last || scan->span[i].from >= last->to)
            scan->span[kept++] = scan->span[i];
        else if (scan->span[i].to > last->to)
            last->to = scan->span[i].to;
    }
    scan->spans = kept;
}

static void append(struct redaction *out, const char *data, size_t len)
{
    memcpy(out->text + out->len, data, len);
    out->len += len;
}

/* The text with a mark for each finding, added to what *found counts. */
static int replace(const struct scan *scan, struct redaction *out)
{
    const size_t mark = sizeof REDACT_MARK - 1;
    size_t at = 0;
    out->len = 0;
    out->text = malloc(scan->len + scan->spans * mark + 1);
    if (!out->text)
        return E_MEMORY;
    for (size_t i = 0; i < scan->spans; i++) {
        const struct span *span = &scan->span[i];
        size_t from = scan->cell[scan->token[span->from].from].from;
        append(out, scan->text + at, from - at);
        append(out, REDACT_MARK, mark);
        at = scan->cell[scan->token[span->to - 1].to - 1].to;
        out->found[span->kind]++;
    }
    append(out, scan->text + at, scan->len - at);
    out->text[out->len] = '\0';
    return OK;
}

/* Looks once; *out has the text, and *more says whether there was anything. */
static int look(const char *text, size_t len, struct redaction *out, bool *more)
{
    struct scan scan;
    int err = scan_init(&scan, text, len);
    if (err != OK)
        return err;
    redact_find_numbers(&scan);
    redact_find_mail(&scan);
    redact_find_names(&scan);
    redact_find_persons(&scan);
    redact_find_addresses(&scan);
    merge(&scan);
    *more = scan.spans > 0;
    err = scan.no_memory ? E_MEMORY : replace(&scan, out);
    scan_done(&scan);
    return err;
}

int redact(const char *text, size_t len, struct redaction *out)
{
    struct redaction now = {0};
    bool more;
    int err = look(text, len, &now, &more);
    for (int looks = 1; err == OK && more && looks < LOOKS_MAX; looks++) {
        char *before = now.text;
        now.text = NULL;
        err = look(before, now.len, &now, &more);
        free(before);
    }
    if (err == OK)
        *out = now;
    return err;
}

void redaction_done(struct redaction *redaction)
{
    free(redaction->text);
    redaction->text = NULL;
}
