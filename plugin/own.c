/* SPDX-License-Identifier: BSD-2-Clause */
#include "own.h"

#include <stdlib.h>
#include <string.h>

Aduan__Wire__Sms *own_sms(void)
{
    Aduan__Wire__Sms *sms = malloc(sizeof *sms);
    if (sms)
        aduan__wire__sms__init(sms);
    return sms;
}

Aduan__Wire__Report *own_report(void)
{
    Aduan__Wire__Report *report = malloc(sizeof *report);
    if (report)
        aduan__wire__report__init(report);
    return report;
}

bool own_bytes(ProtobufCBinaryData *field, const void *data, size_t len)
{
    *field = (ProtobufCBinaryData){0};
    if (len == 0)
        return true;
    field->data = malloc(len);
    if (!field->data)
        return false;
    memcpy(field->data, data, len);
    field->len = len;
    return true;
}

bool own_string(char **field, const char *text)
{
    char *copy = strdup(text);
    if (copy)
        *field = copy;
    return copy != NULL;
}
