/* SPDX-License-Identifier: BSD-2-Clause */
/* The card of a ticket: what was said, how it was understood, and everything that happened to it in order of time. */
#include "ticket_view.h"

#include "clock.h"
#include "output.h"
#include "place_view.h"
#include "reply.h"
#include "ticket.h"

#include <stdlib.h>
#include <string.h>

enum { RESENT_MAX = 100 };

/* A message that is not there is left out. */
static int load_resent(struct cli *cli, struct ticket_file *file)
{
    uint8_t keys[RESENT_MAX][STORE_KEY_MESSAGE_BYTES];
    size_t count = 0;
    int err = store_ticket_resent(cli->store, file->ticket->id, RESENT_MAX, keys, &count);

    file->resent = calloc(count + 1, sizeof *file->resent);
    if (!file->resent)
        abort();
    for (size_t i = 0; i < count && err == OK; i++) {
        struct ticket_resent *resent = &file->resent[file->resent_count];

        memcpy(resent->key, keys[i], sizeof resent->key);
        err = store_message_get(cli->store, keys[i], sizeof keys[i], &resent->message);
        file->resent_count += err == OK;
        if (err == E_NOT_FOUND)
            err = OK;
    }
    return err;
}

int ticket_file_load(struct cli *cli, const Aduan__Record__Ticket *ticket, struct ticket_file *out)
{
    struct ticket_file file = {.ticket = ticket};
    int err = OK;

    file.replies = calloc(ticket->n_reply + 1, sizeof *file.replies);
    if (!file.replies)
        abort();
    for (size_t i = 0; i < ticket->n_reply && err == OK; i++) {
        err = store_reply_get(cli->store, ticket->reply[i], &file.replies[file.reply_count]);
        file.reply_count += err == OK;
        if (err == E_NOT_FOUND)
            err = OK;
    }
    if (err == OK)
        err = store_message_get(cli->store, ticket->message_key.data, ticket->message_key.len, &file.message);
    if (err == OK || err == E_NOT_FOUND)
        err = load_resent(cli, &file);
    if (err != OK) {
        ticket_file_done(&file);
        return err;
    }
    *out = file;
    return OK;
}

void ticket_file_done(struct ticket_file *file)
{
    for (size_t i = 0; i < file->reply_count; i++)
        aduan__record__reply__free_unpacked(file->replies[i], NULL);
    free(file->replies);
    for (size_t i = 0; i < file->resent_count; i++)
        aduan__record__message__free_unpacked(file->resent[i].message, NULL);
    free(file->resent);
    if (file->message)
        aduan__record__message__free_unpacked(file->message, NULL);
    *file = (struct ticket_file){0};
}

/* --- JSON --- */

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_text(text, strlen(text)) : json_null();
}

json_t *ticket_json(const Aduan__Record__Ticket *ticket)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", json_integer((json_int_t)ticket->id));
    json_object_set_new(object, "state", json_string(ticket_state_name(ticket->state)));
    json_object_set_new(object, "type", json_text(ticket->type, strlen(ticket->type)));
    json_object_set_new(object, "category", json_text(ticket->category, strlen(ticket->category)));
    json_object_set_new(object, "agency", json_text(ticket->agency, strlen(ticket->agency)));
    json_object_set_new(object, "urgency", json_text(ticket->urgency, strlen(ticket->urgency)));
    json_object_set_new(object, "language", json_text(ticket->language, strlen(ticket->language)));
    json_object_set_new(object, "shortcode", json_text(ticket->shortcode, strlen(ticket->shortcode)));
    json_object_set_new(object, "opened", json_time(ticket->opened_us));
    json_object_set_new(object, "changed", json_time(ticket->changed_us));
    json_object_set_new(object, "text", json_text(ticket->text.data, ticket->text.len));
    json_object_set_new(object, "incomplete", json_boolean(ticket->incomplete));
    return object;
}

static json_t *reply_json(const Aduan__Record__Reply *reply)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", json_uuid(reply->id.data, reply->id.len));
    json_object_set_new(object, "state", json_string(reply_state_name(reply->state)));
    json_object_set_new(object, "template", text_or_null(reply->template_));
    json_object_set_new(object, "actor", text_or_null(reply->actor));
    json_object_set_new(object, "text", reply->text.len ? json_text(reply->text.data, reply->text.len) : json_null());
    json_object_set_new(object, "ucs2", json_boolean(reply->ucs2));
    json_object_set_new(object, "segments", json_integer(reply->segments));
    json_object_set_new(object, "attempts", json_integer(reply->attempts));
    json_object_set_new(object, "queued", json_time(reply->queued_us));
    json_object_set_new(object, "accepted", json_time(reply->accepted_us));
    json_object_set_new(object, "sent", json_time(reply->sent_us));
    json_object_set_new(object, "delivered", json_time(reply->delivered_us));
    json_object_set_new(object, "cause", text_or_null(reply->cause));
    return object;
}

static json_t *note_json(const Aduan__Record__Note *note)
{
    json_t *object = json_object();

    json_object_set_new(object, "at", json_time(note->at_us));
    json_object_set_new(object, "actor", json_text(note->actor, strlen(note->actor)));
    json_object_set_new(object, "verb", json_text(note->verb, strlen(note->verb)));
    json_object_set_new(object, "text", json_text(note->text.data, note->text.len));
    return object;
}

static json_t *message_json(const Aduan__Record__Message *message)
{
    json_t *object = json_object();

    json_object_set_new(object, "uuid", json_uuid(message->uuid.data, message->uuid.len));
    json_object_set_new(object, "time", json_time((uint64_t)message->time * 1000000));
    json_object_set_new(object, "committed", json_time(message->committed_us));
    json_object_set_new(object, "bearerbox", json_text(message->bearerbox, strlen(message->bearerbox)));
    json_object_set_new(object, "smsc", json_text(message->smsc_id.data, message->smsc_id.len));
    json_object_set_new(object, "parts", json_integer(message->parts_total ? message->parts_total : 1));
    json_object_set_new(object, "parts_have", json_integer(message->parts_total ? message->parts_have : 1));
    json_object_set_new(object, "repaired", json_boolean(message->text_repaired));
    return object;
}

static json_t *resent_json(const struct ticket_resent *resent)
{
    const Aduan__Record__Message *message = resent->message;
    json_t *object = json_object();

    json_object_set_new(object, "key", json_hex(resent->key, sizeof resent->key));
    json_object_set_new(object, "committed", json_time(message->committed_us));
    json_object_set_new(object, "bearerbox", json_text(message->bearerbox, strlen(message->bearerbox)));
    json_object_set_new(object, "no_reply_reason", text_or_null(message->no_reply_reason));
    return object;
}

static json_t *correction_json(const Aduan__Record__Correction *correction)
{
    json_t *object = json_object();

    json_object_set_new(object, "event", json_integer((json_int_t)correction->sequence));
    json_object_set_new(object, "heads", text_or_null(correction->heads));
    json_object_set_new(object, "type_before", text_or_null(correction->type));
    json_object_set_new(object, "category_before", text_or_null(correction->category));
    json_object_set_new(object, "urgency_before", text_or_null(correction->urgency));
    return object;
}

static json_t *places_json(const Aduan__Record__Ticket *ticket)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ticket->n_place; i++) {
        const struct place_shown place = place_kept(ticket->place[i]);

        json_array_append_new(list, place_json(&place, ticket->text.data, ticket->text.len));
    }
    return list;
}

json_t *ticket_file_json(const struct ticket_file *file)
{
    json_t *object = json_object(), *replies = json_array(), *notes = json_array(), *resent = json_array();
    json_t *corrections = json_array();

    for (size_t i = 0; i < file->ticket->n_correction; i++)
        json_array_append_new(corrections, correction_json(file->ticket->correction[i]));
    for (size_t i = 0; i < file->resent_count; i++)
        json_array_append_new(resent, resent_json(&file->resent[i]));
    for (size_t i = 0; i < file->reply_count; i++)
        json_array_append_new(replies, reply_json(file->replies[i]));
    for (size_t i = 0; i < file->ticket->n_note; i++)
        json_array_append_new(notes, note_json(file->ticket->note[i]));
    json_object_set_new(object, "v", json_integer(1));
    json_t *fields = ticket_json(file->ticket);
    json_object_update(object, fields);
    json_decref(fields);
    json_object_set_new(object, "why", json_text(file->ticket->why, strlen(file->ticket->why)));
    json_object_set_new(object, "unclassified", json_boolean(file->ticket->unclassified));
    json_object_set_new(object, "messages", json_integer((json_int_t)file->ticket->resends + 1));
    json_object_set_new(object, "incident",
                        file->ticket->incident ? json_integer((json_int_t)file->ticket->incident) : json_null());
    json_object_set_new(object, "resent", resent);
    json_object_set_new(object, "model", text_or_null(file->ticket->model));
    json_object_set_new(object, "guesses", text_or_null(file->ticket->guesses));
    json_object_set_new(object, "flags", text_or_null(file->ticket->flags));
    json_object_set_new(object, "rules", text_or_null(file->ticket->rules));
    json_object_set_new(object, "refused_by", text_or_null(file->ticket->refused));
    json_object_set_new(object, "corrections", corrections);
    json_object_set_new(object, "places", places_json(file->ticket));
    json_object_set_new(object, "replies", replies);
    json_object_set_new(object, "notes", notes);
    json_object_set_new(object, "message", file->message ? message_json(file->message) : json_null());
    json_object_set_new(object, "no_reply_reason",
                        file->message ? text_or_null(file->message->no_reply_reason) : json_null());
    if (file->ticket->purged_us)
        json_object_set_new(object, "purged", json_time(file->ticket->purged_us));
    if (file->number)
        json_object_set_new(object, "sender", json_text(file->number, strlen(file->number)));
    return object;
}

/* --- the card --- */

struct moment {
    uint64_t at_us;
    size_t order; /* as they were added: equal times keep it */
    char *what;
};

struct timeline {
    struct moment *moments;
    size_t count;
};

static void add(struct timeline *line, uint64_t at_us, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(struct timeline *line, uint64_t at_us, const char *format, ...)
{
    va_list list;
    char *what;

    if (!at_us)
        return;
    va_start(list, format);
    if (vasprintf(&what, format, list) < 0)
        abort();
    va_end(list);
    line->moments = realloc(line->moments, (line->count + 1) * sizeof *line->moments);
    if (!line->moments)
        abort();
    line->moments[line->count] = (struct moment){at_us, line->count, what};
    line->count++;
}

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;

    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void add_reply(struct timeline *line, const Aduan__Record__Reply *reply, size_t n)
{
    const char *who = reply->actor && *reply->actor ? reply->actor : "the line";
    char *text = output_clean(reply->text.data, reply->text.len, false);

    add(line, reply->queued_us, "reply %zu by %s (%s)%s%s", n, who, reply->template_, *text ? ": " : "", text);
    add(line, reply->accepted_us, "reply %zu taken by bearerbox", n);
    add(line, reply->sent_us, "reply %zu taken by the SMSC", n);
    add(line, reply->delivered_us, "reply %zu on the handset", n);
    if (reply->state == ADUAN__RECORD__REPLY_STATE__FAILED)
        add(line, reply->changed_us, "reply %zu failed: %s", n, reply->cause);
    free(text);
}

static void print_timeline(const struct cli *cli, const struct ticket_file *file, FILE *out)
{
    struct timeline line = {0};
    const Aduan__Record__Message *message = file->message;

    if (message)
        add(&line, (uint64_t)message->time * 1000000, "SMS came in over %s", message->bearerbox);
    add(&line, file->ticket->opened_us, "ticket opened");
    for (size_t i = 0; i < file->resent_count; i++)
        add(&line, file->resent[i].message->committed_us, "the same SMS again over %s",
            file->resent[i].message->bearerbox);
    for (size_t i = 0; i < file->ticket->n_note; i++) {
        const Aduan__Record__Note *note = file->ticket->note[i];
        char *text = output_clean(note->text.data, note->text.len, false);

        add(&line, note->at_us, "%s by %s%s%s", note->verb, note->actor, *text ? ": " : "", text);
        free(text);
    }
    for (size_t i = 0; i < file->reply_count; i++)
        add_reply(&line, file->replies[i], i + 1);
    qsort(line.moments, line.count, sizeof *line.moments, by_time);
    for (size_t i = 0; i < line.count; i++) {
        char at[32];

        fprintf(out, "  %s%s%s  %s\n", paint_on(cli, PAINT_DIM), output_time(line.moments[i].at_us, at),
                paint_off(cli, PAINT_DIM), line.moments[i].what);
        free(line.moments[i].what);
    }
    free(line.moments);
}

static void field(const struct cli *cli, FILE *out, const char *name, const char *value)
{
    if (value && *value)
        fprintf(out, "  %s%-9s%s %s\n", paint_on(cli, PAINT_DIM), name, paint_off(cli, PAINT_DIM), value);
}

static void print_text(const Aduan__Record__Ticket *ticket, FILE *out)
{
    char *text = output_clean(ticket->text.data, ticket->text.len, true);
    char *rest = text;

    for (char *line; (line = strsep(&rest, "\n"));)
        fprintf(out, "  │ %s\n", line);
    if (ticket->purged_us)
        fputs("  │ (purged: the time to keep it is over)\n", out);
    if (ticket->incomplete)
        fputs("  │ (parts of it never came)\n", out);
    free(text);
}

/* The candidates of one mention on one line. */
static void print_places(const struct cli *cli, const Aduan__Record__Ticket *ticket, FILE *out)
{
    for (size_t i = 0; i < ticket->n_place;) {
        const struct place_shown first = place_kept(ticket->place[i]);
        char *all = place_label(&first, ticket->text.data, ticket->text.len);

        for (i++; i < ticket->n_place && ticket->place[i]->at == first.at; i++) {
            const struct place_shown other = place_kept(ticket->place[i]);
            char *label = place_label(&other, ticket->text.data, ticket->text.len), *both;

            if (asprintf(&both, "%s or %s", all, label) < 0)
                abort();
            free(label);
            free(all);
            all = both;
        }
        field(cli, out, "place", all);
        free(all);
    }
}

static void print_replies(const struct cli *cli, const struct ticket_file *file, FILE *out)
{
    for (size_t i = 0; i < file->reply_count; i++) {
        const Aduan__Record__Reply *reply = file->replies[i];
        bool bad = reply->state == ADUAN__RECORD__REPLY_STATE__FAILED;
        enum paint paint = bad ? PAINT_RED : reply->delivered_us ? PAINT_GREEN : PAINT_YELLOW;

        fprintf(out, "  %sreply %zu%s   %s%s%s", paint_on(cli, PAINT_DIM), i + 1, paint_off(cli, PAINT_DIM),
                paint_on(cli, paint), reply_state_name(reply->state), paint_off(cli, paint));
        if (reply->segments)
            fprintf(out, ", %u %s segment%s", reply->segments, reply->ucs2 ? "UCS-2" : "GSM-7",
                    reply->segments == 1 ? "" : "s");
        if (reply->attempts > 1)
            fprintf(out, ", %u attempts", reply->attempts);
        if (reply->cause && *reply->cause)
            fprintf(out, ", %s", reply->cause);
        fputc('\n', out);
    }
    if (file->reply_count == 0)
        field(cli, out, "reply",
              file->message && *file->message->no_reply_reason ? file->message->no_reply_reason : "none");
}

void ticket_file_print(const struct cli *cli, const struct ticket_file *file, FILE *out)
{
    const Aduan__Record__Ticket *ticket = file->ticket;
    bool emergency = strcmp(ticket->urgency, "emergency") == 0;

    fprintf(out, "%s#%llu%s  %s (%s)%s%s%s\n", paint_on(cli, PAINT_BOLD), (unsigned long long)ticket->id,
            paint_off(cli, PAINT_BOLD), ticket_state_name(ticket->state), ticket_state_label(ticket->state, "id"),
            paint_on(cli, PAINT_RED), emergency ? "  EMERGENCY" : "", paint_off(cli, PAINT_RED));
    print_text(ticket, out);
    field(cli, out, "type", ticket->type);
    field(cli, out, "category", ticket->category);
    field(cli, out, "agency", ticket->agency);
    field(cli, out, "why", ticket->unclassified ? "received in a peak, not classified yet" : ticket->why);
    if (*ticket->flags)
        field(cli, out, "flags", ticket->flags);
    if (!ticket->unclassified)
        ticket_understood(cli, ticket, out);
    print_places(cli, ticket, out);
    field(cli, out, "to", ticket->shortcode);
    if (file->number) {
        char *number = output_clean(file->number, strlen(file->number), false);

        field(cli, out, "from", number);
        free(number);
    }
    if (ticket->incident) {
        char line[96];

        snprintf(line, sizeof line, "%llu; its other tickets: aduan incident show %llu",
                 (unsigned long long)ticket->incident, (unsigned long long)ticket->incident);
        field(cli, out, "incident", line);
    }
    if (ticket->resends) {
        char count[64];

        snprintf(count, sizeof count, "%u, of which %u said it again", ticket->resends + 1, ticket->resends);
        field(cli, out, "SMS", count);
    }
    print_replies(cli, file, out);
    print_timeline(cli, file, out);
}
