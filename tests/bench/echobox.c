/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that a Kannel box can do, written on gwlib as its own boxes are: takes an SMS, acks it, sends the same
 * words back, acks delivery reports. It keeps nothing, so it is what the line is measured against. Like the line's
 * here, its answers leave the coding undefined (replies.unset_coding).
 *
 *   echobox PORT BOX_ID DLR_MASK [answer]      answer: with the words of the line (words.h) instead of the SMS's own
 */
#include "words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gw/msg.h>
#include <gw/sms.h>
#include <gwlib/gwlib.h>

enum { BUFFER_BYTES = 65536 };

static Connection *bearerbox;
static Octstr *box_id;
static long dlr_mask;
static bool answers;

static void send_msg(Msg *msg)
{
    Octstr *packed = msg_pack(msg);
    conn_write_withlen(bearerbox, packed);
    octstr_destroy(packed);
    msg_destroy(msg);
}

static void send_identity(void)
{
    Msg *msg = msg_create(admin);
    msg->admin.command = cmd_identify;
    msg->admin.boxc_id = octstr_duplicate(box_id);
    send_msg(msg);
    conn_flush(bearerbox);
}

static void send_ack(const Msg *of)
{
    Msg *msg = msg_create(ack);
    memcpy(msg->ack.id, of->sms.id, sizeof msg->ack.id);
    msg->ack.time = of->sms.time;
    msg->ack.nack = ack_success;
    send_msg(msg);
}

static void echo(const Msg *of)
{
    char id[UUID_STR_LEN + 1];
    Msg *msg = msg_create(sms); /* draws an id of its own */
    uuid_unparse(msg->sms.id, id);
    msg->sms.sms_type = mt_reply;
    msg->sms.sender = octstr_duplicate(of->sms.receiver);
    msg->sms.receiver = octstr_duplicate(of->sms.sender);
    msg->sms.msgdata = answers ? octstr_create(WORDS) : octstr_duplicate(of->sms.msgdata);
    msg->sms.smsc_id = octstr_duplicate(of->sms.smsc_id);
    msg->sms.boxc_id = octstr_duplicate(box_id);
    msg->sms.time = of->sms.time;
    if (dlr_mask > 0) {
        msg->sms.dlr_mask = dlr_mask;
        msg->sms.dlr_url = octstr_create(id);
    }
    send_msg(msg);
}

static void take(Octstr *packed)
{
    Msg *msg = msg_unpack(packed);
    if (!msg)
        panic(0, "what bearerbox sent is no Msg");
    if (msg_type(msg) == sms) {
        if (msg->sms.sms_type == mo)
            echo(msg);
        send_ack(msg);
    }
    msg_destroy(msg);
}

int main(int argc, char **argv)
{
    Octstr *packed;
    if (argc != 4 && argc != 5)
        return 2;
    gwlib_init();
    log_set_output_level(GW_WARNING);
    box_id = octstr_create(argv[2]);
    dlr_mask = atol(argv[3]);
    answers = argc == 5;
    Octstr *host = octstr_create("127.0.0.1");
    bearerbox = conn_open_tcp(host, atoi(argv[1]), NULL);
    if (!bearerbox)
        panic(0, "bearerbox does not answer");
    conn_set_output_buffering(bearerbox, BUFFER_BYTES);
    send_identity();
    while (!conn_eof(bearerbox) && !conn_error(bearerbox)) {
        while ((packed = conn_read_withlen(bearerbox)) != NULL) {
            take(packed);
            octstr_destroy(packed);
        }
        conn_flush(bearerbox);
        conn_wait(bearerbox, -1);
    }
    conn_destroy(bearerbox);
    octstr_destroy(host);
    octstr_destroy(box_id);
    gwlib_shutdown();
    return 0;
}
