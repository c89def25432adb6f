/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reload is all or nothing: the file, the rules and the templates are loaded beside those in use, and only when each
 * is good are they taken and the processes told. What cannot change under running processes (sockets, store, boxes)
 * is a reason to refuse, since half of the line would follow the new file and half the old one.
 */
#include "log.h"
#include "supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_link(const struct config_bearerbox *a, const struct config_bearerbox *b)
{
    return same_text(a->name, b->name) && same_text(a->host, b->host) && a->port == b->port &&
           same_text(a->smsbox_id, b->smsbox_id) && a->tls == b->tls && same_text(a->tls_ca, b->tls_ca) &&
           same_text(a->tls_cert, b->tls_cert) && same_text(a->tls_name, b->tls_name);
}

static bool same_box(const struct config_box *a, const struct config_box *b)
{
    if (!same_text(a->name, b->name) || a->bearerbox_count != b->bearerbox_count)
        return false;
    for (size_t i = 0; i < a->bearerbox_count; i++) {
        if (!same_link(&a->bearerboxes[i], &b->bearerboxes[i]))
            return false;
    }
    return true;
}

static bool same_boxes(const struct config *a, const struct config *b)
{
    if (a->box_count != b->box_count)
        return false;
    for (size_t i = 0; i < a->box_count; i++) {
        if (!same_box(&a->boxes[i], &b->boxes[i]))
            return false;
    }
    return true;
}

static bool same_row(const struct config_row *row, const struct config *a, const struct config *b)
{
    const char *x = (const char *)a + row->offset, *y = (const char *)b + row->offset;

    switch (row->type) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
        return same_text(*(char *const *)x, *(char *const *)y);
    case CONFIG_BYTES:
        return memcmp(x, y, sizeof(uint64_t)) == 0;
    case CONFIG_BOOL:
        return memcmp(x, y, sizeof(bool)) == 0;
    case CONFIG_BOXES:
        return same_boxes(a, b);
    default:
        return memcmp(x, y, sizeof(uint32_t)) == 0;
    }
}

char *reload_fixed_changes(const struct config *a, const struct config *b)
{
    size_t count, len;
    const struct config_row *rows = config_rows(&count);
    char *text = NULL;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        abort();
    for (size_t i = 0; i < count; i++) {
        /* Rows of a list's items are compared by the list's own row. */
        if (!rows[i].live && !strstr(rows[i].key, "[]") && !same_row(&rows[i], a, b))
            fprintf(out, "%s%s", ftell(out) > 0 ? ", " : "", rows[i].key);
    }
    fclose(out);
    return text;
}

static int check_new(const struct supervisor *s, const struct config *fresh, struct fault *fault)
{
    char *fixed = reload_fixed_changes(s->boot, fresh);
    int err = startup_check_desk(fresh, fault);

    if (!err)
        err = startup_check_places(fresh, fault);
    if (!err && *fixed)
        err = fault_set(fault, E_CONFIG,
                        "%.400s changed, which takes a stop and a start of aduand; nothing was reloaded", fixed);
    free(fixed);
    return err;
}

int supervisor_reload(struct supervisor *s, size_t *told, struct fault *fault)
{
    struct config *fresh = NULL;
    int err = config_load(s->boot->path, &fresh, fault);

    if (!err)
        err = check_new(s, fresh, fault);
    if (err) {
        config_free(fresh);
        return err;
    }
    if (s->live != s->boot)
        config_free(s->live);
    s->live = fresh;
    s->fleet.live = fresh;
    s->generation++;
    if (scale_take_file(&s->fleet.scale, fresh))
        log_info("fleet.scaled", "classifier=%u responder=%u from the file", s->fleet.scale.count[ROLE_CLASSIFIER],
                 s->fleet.scale.count[ROLE_RESPONDER]);
    fleet_keep(&s->fleet, true);
    *told = fleet_hup(&s->fleet);
    return OK;
}
