/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: the short words that people, programs and integrators hand over: ids, keys, names, topics, points
 * in time, urls. What is accepted is written as it was read. */
#include "fuzz.h"

#include "curve_key.h"
#include "seal.h"
#include "status_url.h"
#include "store_integrator.h"
#include "ticket_id.h"
#include "uuid.h"
#include "view.h"
#include "when.h"

#include <strings.h>

static void ids(const char *text, size_t len)
{
    uint8_t uuid[UUID_BYTES], key[CURVE_KEY_BYTES];
    char again[CURVE_KEY_TEXT_BYTES];
    if (uuid_parse(text, len, uuid) == OK)
        fuzz_must(strcasecmp(uuid_format(uuid, again), text) == 0);
    if (curve_key_parse(text, key) == OK)
        fuzz_must(strcmp(curve_key_format(key, again), text) == 0);
    uint64_t ticket = ticket_id_parse(text, len);
    fuzz_must(ticket == 0 || (ticket_id_valid(ticket) && ticket_id_make(ticket / 10) == ticket));
}

static void names(const char *text, size_t len)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    static struct seal *seal;
    struct view view;
    int tier = view_tier_parse(text);
    fuzz_must(tier < 0 || strcmp(view_tier_name((enum view_tier)tier), text) == 0);
    if (store_cursor_name_valid(text))
        fuzz_must(len >= 1 && len <= STORE_CURSOR_NAME_MAX);
    if (!seal)
        fuzz_must(seal_from_bytes(key, &seal) == OK);
    if (view_name_valid(text)) {
        fuzz_must(len <= VIEW_NAME_MAX);
        view_init(&view, text, VIEW_PUBLIC, NULL, seal);
        fuzz_must(strcmp(view.name, text) == 0);
    }
    view_init(&view, "acme", VIEW_PUBLIC, NULL, seal);
    if (view_topic_allowed(&view, text, len))
        fuzz_must(strncmp(text, "v1.acme.", 8) == 0 && text[len - 1] == '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    size_t len = strlen(text);
    struct status_url url;
    uint64_t at_us;
    ids(text, len);
    names(text, len);
    if (status_url_parse(text, &url) == OK)
        fuzz_must(url.path[0] == '/' && url.address_len > 0 && url.address_len <= sizeof url.address);
    (void)when_parse(text, UINT64_C(1800000000000000), &at_us);
    free(text);
    return 0;
}
