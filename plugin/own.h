/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of wire messages that own their memory. Kannel's headers poison malloc, so the file that
 * includes them fills its messages through these, and whoever holds them frees them with protobuf-c. */
#ifndef ADUANBOX_OWN_H
#define ADUANBOX_OWN_H

#include "wire.pb-c.h"

#include <stdbool.h>

/* NULL when memory is short. */
Aduan__Wire__Sms *own_sms(void);
Aduan__Wire__Report *own_report(void);
/* A copy; false when memory is short, and then the field is empty. */
bool own_bytes(ProtobufCBinaryData *field, const void *data, size_t len);
bool own_string(char **field, const char *text);

#endif
