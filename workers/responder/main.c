/* SPDX-License-Identifier: BSD-2-Clause */
/* aduan-responder: takes due replies from the outbox, sends them, and follows them to delivery. */
#include "responder.h"

int main(int argc, char **argv)
{
    return worker_main(&responder_role, argc, argv);
}
