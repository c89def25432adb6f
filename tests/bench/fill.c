/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fills a store with answered tickets, as the line would have in months: for tests/bench/growth.
 *
 *   fill DIR KEY_FILE TICKETS MAP_BYTES [TEXTS.tsv]      adds so many; prints one line of JSON: seconds
 *
 * The store is closed in the end, so that a line can be started on it.
 */
#include "clock.h"
#include "lives.h"
#include "store_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 2048 };

int main(int argc, char **argv)
{
    struct store *store;
    struct seal *seal;
    struct fault fault;
    if (argc != 5 && argc != 6)
        die("arguments", "DIR KEY_FILE TICKETS MAP_BYTES [TEXTS.tsv]");
    if (argc == 6)
        lives_texts(argv[5]);
    size_t tickets = strtoul(argv[3], NULL, 10);
    if (seal_open(argv[2], &seal, &fault) != OK)
        die("key", fault.text);
    const struct store_options options = {
        .dir = argv[1], .map_bytes = strtoull(argv[4], NULL, 10), .seal = seal, .create = true};
    if (store_open(&options, &store, &fault) != OK)
        die("store", fault.text);
    uint64_t began = clock_now_us();
    for (size_t at = 0; at < tickets; at += BATCH) {
        size_t n = tickets - at < BATCH ? tickets - at : BATCH;
        struct sms *batch = lives_make(at, n);
        lives_take_in(store, batch, n);
        lives_answer(store, n);
        free(batch);
    }
    store_close(store);
    seal_close(seal);
    printf("{\"tickets\": %zu, \"seconds\": %.1f}\n", tickets, (double)(clock_now_us() - began) / 1e6);
    return 0;
}
