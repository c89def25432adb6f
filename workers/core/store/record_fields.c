/* SPDX-License-Identifier: BSD-2-Clause */
/* Ownership of the fields of unpacked records: protobuf-c shares one empty string and frees the rest with free(). */
#include "record_fields.h"

#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void *record_alloc(size_t size)
{
    return checked(malloc(size > 0 ? size : 1));
}

void record_set_string(char **field, const char *value)
{
    char *copy = (char *)protobuf_c_empty_string;
    if (value && *value != '\0')
        copy = checked(strdup(value));
    if (*field != protobuf_c_empty_string)
        free(*field);
    *field = copy;
}

void record_set_bytes(ProtobufCBinaryData *field, const void *data, size_t len)
{
    uint8_t *copy = NULL;
    if (len > 0) {
        copy = record_alloc(len);
        memcpy(copy, data, len);
    }
    free(field->data);
    *field = (ProtobufCBinaryData){.len = len, .data = copy};
}

void record_add_number(uint64_t **list, size_t *count, uint64_t number)
{
    *list = checked(reallocarray(*list, *count + 1, sizeof **list));
    (*list)[(*count)++] = number;
}

void record_add_message(void *list, size_t *count, void *message)
{
    void **messages;
    memcpy(&messages, list, sizeof messages);
    messages = checked(reallocarray(messages, *count + 1, sizeof *messages));
    messages[*count] = message;
    memcpy(list, &messages, sizeof messages);
    (*count)++;
}
