/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static SSL_CTX *refuse(SSL_CTX *context, const char *what, const char *file, char *why, size_t why_size)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(why, why_size, "%s %s: %s", what, file, reason ? reason : "unusable");
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

SSL_CTX *tls_context(const char *ca, const char *cert, char *why, size_t why_size)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return refuse(context, "TLS", "cannot be set up", why, why_size);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* bearerbox closes its sockets without saying goodbye; that is the end of a link like any other. */
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (ca) {
        if (SSL_CTX_load_verify_file(context, ca) != 1)
            return refuse(context, "CA file", ca, why, why_size);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    }
    if (cert &&
        (SSL_CTX_use_certificate_chain_file(context, cert) != 1 ||
         SSL_CTX_use_PrivateKey_file(context, cert, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1))
        return refuse(context, "certificate and key file", cert, why, why_size);
    return context;
}

static bool expect_name(SSL *ssl, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1;
}

SSL *tls_client(SSL_CTX *context, int fd, const char *name)
{
    ERR_clear_error();
    SSL *ssl = SSL_new(context);
    if (!ssl)
        return NULL;
    if (SSL_set_fd(ssl, fd) != 1 || !expect_name(ssl, name)) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_connect_state(ssl);
    return ssl;
}

void tls_cause(SSL *ssl, char *why, size_t why_size)
{
    long verified = SSL_get_verify_result(ssl);
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    if (SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && verified != X509_V_OK)
        snprintf(why, why_size, "bearerbox's certificate is refused: %s", X509_verify_cert_error_string(verified));
    else
        snprintf(why, why_size, "TLS: %s", reason ? reason : "the peer broke the connection");
    ERR_clear_error();
}
