/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: what integrators ask of aduan-feed, through its socket, a piece a message; an odd first byte
 * puts a part more behind each. The log has some events, so that replays have something to send. */
#include "fuzz.h"

#include "../unit/support_store.h"
#include "feed.h"
#include "log.h"

#include <errno.h>
#include <poll.h>

enum { MORE_PARTS = 1, KNOWS_EPOCH = 2 }; /* the first byte */
enum { MESSAGES_MAX = 8, TURNS = 4 };

static struct stage {
    struct support s;
    struct worker worker;
    struct feed feed;
    void *asker;
} stage;

static void open_stage(void)
{
    struct fault fault;
    if (stage.worker.role_state)
        return;
    log_open("fuzz", "", LOG_LEVEL_ERROR);
    stage.s.now_us = support_t0;
    snprintf(stage.s.path, sizeof stage.s.path, "%s/store", fuzz_dir());
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    fuzz_must(seal_from_bytes(key, &stage.s.seal) == OK);
    struct store_options options = support_options(&stage.s);
    fuzz_must(store_open(&options, &stage.s.store, &fault) == OK);
    for (uint32_t n = 1; n <= 5; n++)
        (void)support_sms(&stage.s, &(struct support_sms){.n = n});
    stage.worker = (struct worker){.role_state = &stage.feed, .store = stage.s.store, .seal = stage.s.seal};
    stage.worker.zmq = zmq_ctx_new();
    stage.feed.stretch = store_feed_new();
    stage.feed.answers = answers_new();
    views_add(&stage.feed, stage.s.seal, "full", VIEW_FULL, NULL);
    fuzz_must(writer_start(stage.s.store, &stage.feed.writer, &fault) == OK);
    void *router = stage.feed.ipc.replay = zmq_socket(stage.worker.zmq, ZMQ_ROUTER);
    stage.asker = zmq_socket(stage.worker.zmq, ZMQ_DEALER);
    fuzz_must(zmq_setsockopt(router, ZMQ_ROUTER_MANDATORY, &(int){1}, sizeof(int)) == 0 &&
              zmq_bind(router, "inproc://replay") == 0 && zmq_connect(stage.asker, "inproc://replay") == 0);
}

/* Every answer is a Response of this version with the id of a request. How many there were. */
static size_t read_answers(void)
{
    zmq_msg_t answer;
    size_t count = 0;
    zmq_msg_init(&answer);
    while (zmq_msg_recv(&answer, stage.asker, ZMQ_DONTWAIT) >= 0) {
        Aduan__Feed__V1__Response *response =
            aduan__feed__v1__response__unpack(NULL, zmq_msg_size(&answer), zmq_msg_data(&answer));
        fuzz_must(response && response->version == 1 && response->id.len >= 1 && response->id.len <= CHUNK_ID_MAX &&
                  response->what_case != ADUAN__FEED__V1__RESPONSE__WHAT__NOT_SET);
        aduan__feed__v1__response__free_unpacked(response, NULL);
        count++;
    }
    zmq_msg_close(&answer);
    return count;
}

/* Nobody guesses the epoch of a log: the bytes 0 to 15 in a request stand for it. Then a Confirm goes to the disk,
 * which is slow, so that is for few inputs. */
static uint8_t *with_epoch(const uint8_t *request, size_t len)
{
    static const uint8_t stands_for[STORE_EPOCH_BYTES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t *copy = fuzz_copy(request, len);
    struct store_head head;
    fuzz_must(store_head(stage.s.store, &head) == OK);
    for (uint8_t *at = copy; (at = memmem(at, len - (size_t)(at - copy), stands_for, sizeof stands_for));)
        memcpy(at, head.epoch, sizeof head.epoch);
    return copy;
}

/* Is it a Confirm that is answered, now or when the store has it? */
static bool confirms(const uint8_t *bytes, size_t len)
{
    Aduan__Feed__V1__Request *request = aduan__feed__v1__request__unpack(NULL, len, bytes);
    bool does = request && request->id.len >= 1 && request->id.len <= CHUNK_ID_MAX &&
                request->what_case == ADUAN__FEED__V1__REQUEST__WHAT_CONFIRM;
    aduan__feed__v1__request__free_unpacked(request, NULL);
    return does;
}

/* libFuzzer's own clock interrupts; it also ends what takes too long. */
static void wait_for_disk(void)
{
    while (poll(&(struct pollfd){writer_fd(stage.feed.writer), POLLIN, 0}, 1, -1) != 1)
        fuzz_must(errno == EINTR);
}

static void ask(const uint8_t *piece, size_t len, uint8_t how, uint64_t now_ms)
{
    uint8_t *request = how & KNOWS_EPOCH ? with_epoch(piece, len) : fuzz_copy(piece, len);
    bool more = how & MORE_PARTS;
    fuzz_must(zmq_send(stage.asker, request, len, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0);
    if (more)
        fuzz_must(zmq_send(stage.asker, "", 0, ZMQ_DONTWAIT) >= 0);
    requests_turn(&stage.worker, &stage.feed.ipc, now_ms);
    if (read_answers() == 0 && !more && confirms(request, len)) {
        wait_for_disk();
        requests_confirmed(&stage.worker);
        fuzz_must(read_answers() == 1);
    }
    free(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    const uint8_t *piece;
    size_t len;
    uint64_t now_ms = 1000;
    open_stage();
    uint8_t how = fuzz_byte(&in);
    for (int i = 0; i < MESSAGES_MAX && fuzz_piece(&in, &piece, &len); i++)
        ask(piece, len, how, now_ms);
    for (int turn = 0; turn < TURNS && stage.feed.replay_count > 0; turn++) {
        (void)replay_turn(&stage.worker, now_ms);
        (void)read_answers();
    }
    replay_done(&stage.feed);
    fuzz_must(answers_turn(&stage.worker, now_ms) == UINT64_MAX);
    (void)read_answers();
    return 0;
}
