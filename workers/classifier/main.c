/* SPDX-License-Identifier: BSD-2-Clause */
/* aduan-classifier: understands each SMS, commits it with all that follows from it, then acks it. */
#include "classifier.h"

int main(int argc, char **argv)
{
    return worker_main(&classifier_role, argc, argv);
}
