/* SPDX-License-Identifier: BSD-2-Clause */
#include "understood.h"

#include "output.h"
#include "place_view.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int reader_open(const struct cli *cli, struct reader *out, struct fault *fault)
{
    struct reader reader = {0};
    int err = rules_load(cli->config->categories_path, cli->config->agencies_path, &reader.rules, fault);
    if (err != OK)
        return err;
    if (desk_model_open(cli->config, &reader.model, fault) != OK)
        cli_remark(cli, "the rules decide alone: %s", fault->text);
    if (desk_places_open(cli->config, &reader.places, fault) != OK)
        cli_remark(cli, "no places are looked for: %s", fault->text);
    reader.ensemble = ensemble_new(reader.rules, reader.model);
    ensemble_use_places(reader.ensemble, reader.places);
    *out = reader;
    return OK;
}

void reader_close(struct reader *reader)
{
    ensemble_free(reader->ensemble);
    places_free(reader->places);
    model_close(reader->model);
    rules_free(reader->rules);
}

int understand(const struct cli *cli, struct reader *reader, const char *bytes, size_t len, struct understood *out)
{
    const char *sender = cli_option(cli, "sender"), *to = cli_option(cli, "to");
    struct understood understood = {0};
    struct desk_sms sms = {.text = &understood.text, .incomplete = cli_flag(cli, "incomplete")};

    sender = sender ? sender : cli->config->smoke_sender;
    to = to ? to : cli->config->shortcodes[0];
    sms.sender = (const uint8_t *)sender;
    sms.sender_len = strlen(sender);
    sms.receiver = (const uint8_t *)to;
    sms.receiver_len = strlen(to);
    int err = text_decode(TEXT_CODING_7BIT, NULL, 0, bytes, len, &understood.text);
    if (err == OK)
        err = desk_decide(cli->config, reader->ensemble, &sms, &understood.verdict);
    if (err == OK)
        err = ensemble_read(reader->ensemble, understood.text.utf8, understood.text.len, &understood.reading);
    if (err != OK)
        text_done(&understood.text);
    else
        *out = understood;
    return err;
}

void understood_done(struct understood *understood)
{
    text_done(&understood->text);
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static json_t *string_or_null(const char *text)
{
    return text && *text ? json_text(text, strlen(text)) : json_null();
}

static json_t *by_json(enum understanding_by by)
{
    static const char *const names[] = {
        [BY_RULES] = "rules", [BY_MODEL] = "model", [BY_HARD_RULE] = "hard_rule", [BY_TYPE] = "type"};
    return json_string(names[by]);
}

/* Four digits tell all that there is to tell. */
static json_t *probability_json(double probability)
{
    return json_real(round(probability * 10000) / 10000);
}

static json_t *guesses_json(const struct reader *reader, const struct understanding *reading)
{
    json_t *heads = json_object();

    for (size_t h = 0; reading->modelled && h < model_head_count(reader->model); h++) {
        const struct model_answer *answer = &reading->guesses.heads[h];
        json_t *list = json_array();

        for (size_t i = 0; i < answer->count; i++)
            json_array_append_new(list,
                                  json_pack("{s:s,s:o}", "label", model_label(reader->model, h, answer->best[i].label),
                                            "probability", probability_json(answer->best[i].probability)));
        json_object_set_new(heads, model_head(reader->model, h).name, list);
    }
    return heads;
}

static json_t *flags_json(const struct reader *reader, const struct understanding *reading)
{
    char flags[256];
    json_t *list = json_array();

    understanding_flags(reader->ensemble, reading, flags, sizeof flags);
    for (char *rest = flags, *name; rest && (name = strsep(&rest, ",")) != NULL;)
        if (*name)
            json_array_append_new(list, json_string(name));
    return list;
}

static json_t *places_json(const struct understood *understood)
{
    const struct places_found *found = &understood->reading.places;
    json_t *list = json_array();

    for (size_t i = 0; i < found->count; i++) {
        const struct place_shown place = place_found(&found->places[i]);

        json_array_append_new(list, place_json(&place, understood->text.utf8, understood->text.len));
    }
    return list;
}

json_t *understood_json(const struct reader *reader, const struct understood *understood)
{
    const struct verdict *verdict = &understood->verdict;
    const struct understanding *reading = &understood->reading;
    const struct classification *found = &reading->found;
    json_t *object = json_object();

    json_object_set_new(object, "v", json_integer(1));
    json_object_set_new(object, "ticket", json_boolean(verdict->open_ticket));
    json_object_set_new(object, "reason", string_or_null(verdict->reason));
    json_object_set_new(object, "type", string_or_null(found->type));
    json_object_set_new(object, "category", string_or_null(found->category));
    json_object_set_new(object, "category_name", string_or_null(found->category_name));
    json_object_set_new(object, "agency", string_or_null(found->agency));
    json_object_set_new(object, "agency_name", string_or_null(found->agency_name));
    json_object_set_new(object, "urgency", string_or_null(found->urgency));
    json_object_set_new(object, "language", string_or_null(verdict->language));
    json_object_set_new(object, "sure", json_boolean(!reading->unsure));
    json_object_set_new(object, "decided_by",
                        json_pack("{s:o,s:o,s:o}", "category", by_json(reading->category_by), "type",
                                  by_json(reading->type_by), "urgency", by_json(reading->urgency_by)));
    json_object_set_new(object, "flags", flags_json(reader, reading));
    json_object_set_new(object, "places", places_json(understood));
    json_object_set_new(object, "model", reader->model ? json_string(model_id(reader->model)) : json_null());
    json_object_set_new(object, "guesses", guesses_json(reader, reading));
    json_object_set_new(object, "why", string_or_null(verdict->why));
    return object;
}

/* --- one a line --------------------------------------------------------------------------------------------------- */

static int print_line(const struct cli *cli, const struct reader *reader, const struct understood *understood,
                      size_t number)
{
    const struct classification *found = &understood->reading.found;

    if (cli->json) {
        json_t *object = understood_json(reader, understood);

        json_object_set_new(object, "line", json_integer((json_int_t)number));
        return output_json_line(object);
    }
    printf("%zu\t%s\t%s\t%s\t%s\t%s\n", number, found->type, found->category, found->agency, found->urgency,
           understood->reading.unsure ? "not sure" : "sure");
    return ferror(stdout) ? CLI_FAILED : CLI_OK;
}

int classify_batch(const struct cli *cli, struct reader *reader, const char *path)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *line = NULL;
    size_t size = 0, number = 0;
    ssize_t len;
    int code = CLI_OK;

    if (!in)
        return cli_fail(cli, CLI_NOT_FOUND, "cannot read %s: %s", path, strerror(errno));
    while (code == CLI_OK && (len = getline(&line, &size, in)) >= 0) {
        struct understood understood;
        size_t text = (size_t)len;

        while (text > 0 && (line[text - 1] == '\n' || line[text - 1] == '\r'))
            text--;
        if (understand(cli, reader, line, text, &understood) != OK)
            abort(); /* memory */
        code = print_line(cli, reader, &understood, ++number);
        understood_done(&understood);
    }
    if (code == CLI_OK && ferror(in))
        code = cli_fail(cli, CLI_FAILED, "cannot read %s to its end: %s", path, strerror(errno));
    free(line);
    if (in != stdin)
        fclose(in);
    return code;
}
