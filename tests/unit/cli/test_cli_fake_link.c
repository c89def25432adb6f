/* SPDX-License-Identifier: BSD-2-Clause */
/* The connection to the fake SMSC, against a listening socket of our own. */
#include "fake_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer {
    int listener, fd;
    uint32_t port;
    struct fake_link *link;
};

static int set_up(void **state)
{
    static struct peer peer;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    peer.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(peer.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(peer.listener, 1), 0);
    assert_int_equal(getsockname(peer.listener, (struct sockaddr *)&address, &len), 0);
    peer.port = ntohs(address.sin_port);
    assert_int_equal(fake_link_open("127.0.0.1", peer.port, 5000, &peer.link, NULL), OK);
    peer.fd = accept(peer.listener, NULL, NULL);
    assert_true(peer.fd >= 0);
    *state = &peer;
    return 0;
}

static int tear_down(void **state)
{
    struct peer *peer = *state;

    fake_link_close(peer->link);
    close(peer->fd);
    close(peer->listener);
    return 0;
}

/* Works the link until it has an SMS or is gone. */
static int next(struct peer *peer, struct fake_sms *sms)
{
    struct pollfd poll_fd = {.fd = fake_link_fd(peer->link), .events = fake_link_events(peer->link)};

    while (!fake_link_next(peer->link, sms)) {
        assert_int_equal(poll(&poll_fd, 1, 5000), 1);
        if (fake_link_work(peer->link) != OK)
            return fake_link_next(peer->link, sms) ? OK : E_GONE;
    }
    return OK;
}

static void write_all(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void what_is_sent_arrives_as_a_line(void **state)
{
    struct peer *peer = *state;
    char line[128] = "";

    assert_true(fake_link_flushed(peer->link));
    assert_int_equal(fake_link_send(peer->link, "62811", "1708", "halo", 4), OK);
    assert_int_equal(fake_link_send(peer->link, "62 811", "1708", "halo", 4), E_INVALID);
    assert_false(fake_link_flushed(peer->link));
    assert_int_equal(fake_link_events(peer->link), POLLIN | POLLOUT);
    assert_int_equal(fake_link_work(peer->link), OK);
    assert_true(fake_link_flushed(peer->link));
    assert_true(read(peer->fd, line, sizeof line - 1) > 0);
    assert_string_equal(line, "62811 1708 text halo\n");
}

static void answers_are_read_whole_whatever_the_pieces(void **state)
{
    struct peer *peer = *state;
    struct fake_sms sms;

    write_all(peer->fd, "noise\n1708 62811 te");
    assert_false(fake_link_next(peer->link, &sms));
    write_all(peer->fd, "xt satu\ndua\n1708 62812 text tiga\n");
    assert_int_equal(next(peer, &sms), OK);
    assert_string_equal(sms.text, "satu\ndua");
    free(sms.text);
    assert_int_equal(next(peer, &sms), OK);
    assert_string_equal(sms.to, "62812");
    assert_string_equal(sms.text, "tiga");
    free(sms.text);
}

static void a_closed_link_is_said_so(void **state)
{
    struct peer *peer = *state;
    struct fake_sms sms;

    write_all(peer->fd, "1708 62811 text terakhir\n");
    shutdown(peer->fd, SHUT_RDWR);
    assert_int_equal(next(peer, &sms), OK);
    free(sms.text);
    assert_int_equal(next(peer, &sms), E_GONE);
}

static void nobody_there_is_said_with_what_to_do(void **state)
{
    struct fake_link *link;
    struct fault fault = {0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(fake_link_open("127.0.0.1", ntohs(address.sin_port), 1000, &link, &fault), E_GONE);
    assert_non_null(strstr(fault.text, "smsc = fake"));
    assert_int_equal(fake_link_open("no host at all", 1, 1000, &link, &fault), E_INVALID);
    close(fd);
    fake_link_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sent_arrives_as_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_are_read_whole_whatever_the_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_closed_link_is_said_so, set_up, tear_down),
        cmocka_unit_test(nobody_there_is_said_with_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
