/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS towards one bearerbox. OpenSSL itself rather than gwlib's: there is one context a process there, whose loader
 * panics on a bad file, and it never checks the name in a certificate. */
#ifndef ADUANBOX_TLS_H
#define ADUANBOX_TLS_H

#include <openssl/ssl.h>
#include <stddef.h>

/* ca, cert (certificate and key in one PEM file): NULL for none. NULL with a sentence in `why`. */
SSL_CTX *tls_context(const char *ca, const char *cert, char *why, size_t why_size);
/* A client's side over `fd`; the name is checked only when the context has a CA. NULL: no memory or a bad name. */
SSL *tls_client(SSL_CTX *context, int fd, const char *name);
/* What OpenSSL says went wrong, as a sentence; empties its queue. */
void tls_cause(SSL *ssl, char *why, size_t why_size);

#endif
