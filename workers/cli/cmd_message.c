/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan message show`: one SMS as it came, with its fate and the reason for it, also when no ticket leads to it. What
 * the store holds of the sender is not shown; a ticket's `--reveal` is the way to a number. */
#include "clock.h"
#include "commands.h"
#include "message_key.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>

enum { FATE_WORDS = 6 };
static const char *const fates[FATE_WORDS] = {"none", "ticket", "part_waiting", "part_joined", "no_ticket", "resent"};

static const char *fate_word(const Aduan__Record__Message *message)
{
    return (size_t)message->fate < FATE_WORDS ? fates[message->fate] : fates[0];
}

/* The key as `aduan tail` and `aduan quarantine list` print it. */
static bool parse_key(const char *hex, uint8_t key[STORE_KEY_MESSAGE_BYTES])
{
    if (strlen(hex) != (size_t)2 * STORE_KEY_MESSAGE_BYTES || strspn(hex, "0123456789abcdef") != strlen(hex))
        return false;
    for (size_t i = 0; i < STORE_KEY_MESSAGE_BYTES; i++) {
        const char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        key[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return true;
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_text(text, strlen(text)) : json_null();
}

static json_t *text_of(ProtobufCBinaryData bytes)
{
    return json_text(bytes.data, bytes.len);
}

static json_t *hex_of(ProtobufCBinaryData bytes)
{
    return json_hex(bytes.data, bytes.len);
}

static json_t *message_json(const char *key, const Aduan__Record__Message *m)
{
    bool joined = m->fate == ADUAN__RECORD__MESSAGE__FATE__PART_JOINED;
    bool decoded = m->fate == ADUAN__RECORD__MESSAGE__FATE__TICKET || m->text.len > 0;
    json_t *object = json_object();

    json_object_set_new(object, "v", json_integer(1));
    json_object_set_new(object, "key", json_string(key));
    json_object_set_new(object, "uuid", json_uuid(m->uuid.data, m->uuid.len));
    json_object_set_new(object, "time", json_time((uint64_t)m->time * 1000000));
    json_object_set_new(object, "committed", json_time(m->committed_us));
    json_object_set_new(object, "receiver", text_of(m->receiver));
    json_object_set_new(object, "body_hex", hex_of(m->body));
    json_object_set_new(object, "udh_hex", hex_of(m->udh));
    json_object_set_new(object, "coding", json_integer(m->coding));
    json_object_set_new(object, "charset", text_of(m->charset));
    json_object_set_new(object, "smsc", text_of(m->smsc_id));
    json_object_set_new(object, "bearerbox", json_text(m->bearerbox, strlen(m->bearerbox)));
    json_object_set_new(object, "text", decoded ? text_of(m->text) : json_null());
    json_object_set_new(object, "repaired", json_boolean(m->text_repaired));
    json_object_set_new(object, "fate", json_string(fate_word(m)));
    json_object_set_new(object, "ticket", m->ticket ? json_integer((json_int_t)m->ticket) : json_null());
    json_object_set_new(object, "reason", text_or_null(m->reason));
    json_object_set_new(object, "no_reply_reason", text_or_null(m->no_reply_reason));
    json_object_set_new(object, "whole", joined ? hex_of(m->whole) : json_null());
    json_object_set_new(object, "parts", json_integer(m->parts_total ? m->parts_total : 1));
    json_object_set_new(object, "parts_have", json_integer(m->parts_total ? m->parts_have : 1));
    json_object_set_new(object, "incomplete", json_boolean(m->incomplete));
    return object;
}

static void line(const struct cli *cli, const char *name, const void *bytes, size_t len)
{
    char *clean = output_clean(bytes, len, false);

    if (*clean)
        printf("  %s%-9s%s %s\n", paint_on(cli, PAINT_DIM), name, paint_off(cli, PAINT_DIM), clean);
    free(clean);
}

static void message_print(const struct cli *cli, const json_t *object, const Aduan__Record__Message *m)
{
    const char *body = json_string_value(json_object_get(object, "body_hex"));
    const char *udh = json_string_value(json_object_get(object, "udh_hex"));
    char at[32];

    printf("%s%s%s  %s", paint_on(cli, PAINT_BOLD), json_string_value(json_object_get(object, "key")),
           paint_off(cli, PAINT_BOLD), fate_word(m));
    if (m->ticket)
        printf(" #%llu", (unsigned long long)m->ticket);
    printf("%s%s\n", *m->reason ? ", because: " : "", m->reason);
    output_time(m->committed_us, at);
    line(cli, "stored", at, strlen(at));
    line(cli, "to", m->receiver.data, m->receiver.len);
    line(cli, "bearerbox", m->bearerbox, strlen(m->bearerbox));
    line(cli, "smsc", m->smsc_id.data, m->smsc_id.len);
    line(cli, "no reply", m->no_reply_reason, strlen(m->no_reply_reason));
    line(cli, "text", m->text.data, m->text.len);
    line(cli, "udh", udh, strlen(udh));
    line(cli, "body", body, strlen(body));
}

int message_key(const struct cli *cli, const char *hex, uint8_t key[STORE_KEY_MESSAGE_BYTES])
{
    if (parse_key(hex, key))
        return CLI_OK;
    return cli_fail(cli, CLI_USAGE,
                    "\"%.60s\" is no key of a message: those are %d hex digits, as `aduan tail --json` and "
                    "`aduan quarantine list` show them",
                    hex, 2 * STORE_KEY_MESSAGE_BYTES);
}

int cmd_message_show(struct cli *cli)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Aduan__Record__Message *message;
    int err = message_key(cli, cli->operands[0], key);

    if (err)
        return err;
    err = store_message_get(cli->store, key, sizeof key, &message);
    if (err == E_NOT_FOUND)
        return cli_fail(cli, CLI_NOT_FOUND, "the store holds no message %s", cli->operands[0]);
    if (err)
        return cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    json_t *object = message_json(cli->operands[0], message);
    int code = CLI_OK;
    if (cli->json)
        code = output_json(json_incref(object));
    else
        message_print(cli, object, message);
    json_decref(object);
    aduan__record__message__free_unpacked(message, NULL);
    return code;
}
