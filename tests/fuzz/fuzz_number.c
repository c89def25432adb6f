/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: numbers as a telco gives them. Two pieces, sender and receiver; the rest is the text. What the desk
 * makes of them fits together, and a number with its plus is the same citizen as without. */
#include "fuzz.h"

#include "desk.h"
#include "seal.h"

static struct config *the_config(void)
{
    static const char text[] = "desk: {name: x, shortcodes: ['1708', '+621708']}\nsmoke: {sender: '+62800000001'}\n"
                               "boxes: [{name: box1, bearerboxes: [{name: m}]}]\n";
    static struct config *config;
    struct fault fault;
    if (!config)
        fuzz_must(config_parse("fuzz.yaml", "/nonexistent", text, sizeof text - 1, &config, &fault) == OK);
    return config;
}

static struct seal *the_seal(void)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    static struct seal *seal;
    if (!seal)
        fuzz_must(seal_from_bytes(key, &seal) == OK);
    return seal;
}

static bool all_digits(const uint8_t *number, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (number[i] < '0' || number[i] > '9')
            return false;
    return len > 0;
}

static void one_citizen(const uint8_t *number, size_t len)
{
    uint8_t with[SEAL_ID_BYTES], without[SEAL_ID_BYTES];
    if (len < 2 || number[0] != '+' || !all_digits(number + 1, len - 1))
        return;
    seal_sender_id(the_seal(), number, len, with);
    seal_sender_id(the_seal(), number + 1, len - 1, without);
    fuzz_must(memcmp(with, without, sizeof with) == 0);
}

static void judge(const struct desk_sms *sms)
{
    const struct config *config = the_config();
    struct verdict verdict = {0};
    enum sender_kind kind = reply_sender_kind(sms->sender, sms->sender_len, config->short_sender_digits);
    const char *reason = sender_kind_reason(kind);
    size_t plus = sms->sender_len > 0 && sms->sender[0] == '+';
    fuzz_must((kind == SENDER_NUMBER) == (reason == NULL));
    if (kind == SENDER_NUMBER)
        fuzz_must(sms->sender_len <= 20 && all_digits(sms->sender + plus, sms->sender_len - plus));
    desk_receive(config, sms, &verdict);
    fuzz_must(verdict.open_ticket == (verdict.reason == NULL));
    fuzz_must((verdict.reply_template != NULL) == (verdict.no_reply_reason == NULL));
    if (verdict.reply_template)
        fuzz_must(kind == SENDER_NUMBER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    const uint8_t *sender, *receiver;
    struct desk_sms sms = {0};
    struct text text;
    if (!fuzz_piece(&in, &sender, &sms.sender_len) || !fuzz_piece(&in, &receiver, &sms.receiver_len))
        return 0;
    uint8_t *from = fuzz_copy(sender, sms.sender_len), *to = fuzz_copy(receiver, sms.receiver_len);
    sms.sender = from;
    sms.receiver = to;
    fuzz_must(text_decode(TEXT_CODING_7BIT, NULL, 0, in.at, in.left, &text) == OK);
    sms.text = &text;
    one_citizen(from, sms.sender_len);
    judge(&sms);
    text_done(&text);
    free(from);
    free(to);
    return 0;
}
