/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to and from one client: what a protocol needs of a connection, and no more. TCP is one
 * class; a class that encrypts stands between it and the protocol with the same five verbs.
 *
 * All of it runs on the loop that the transport was opened on. Private to web/http*.c.
 * Depends on libuv. */
#ifndef MOTE_WEB_HTTP_TRANSPORT_H
#define MOTE_WEB_HTTP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

typedef struct http_transport http_transport;

/* Who reads and writes. Nothing but on_closed is called after close. */
typedef struct {
    void (*on_bytes)(void *owner, const char *bytes, size_t n); /* borrowed for the call */
    void (*on_end)(void *owner,
                   bool in_order);            /* nothing more comes; false: the connection broke */
    void (*on_written)(void *owner, bool ok); /* after a write that said LATER */
    void (*on_closed)(void *owner);           /* its memory may go */
} http_transport_user;

typedef enum { HTTP_WRITTEN, HTTP_WRITTEN_LATER, HTTP_WRITE_FAILED } http_write_result;

typedef struct {
    void (*read)(http_transport *t, bool on); /* off: the client's bytes wait, and so will it */
    /* Send the pieces, n_pieces <= 4, in order. Their bytes are borrowed until on_written when the
     * answer is LATER; one such write at a time. */
    http_write_result (*write)(http_transport *t, const uv_buf_t *pieces, unsigned n_pieces);
    /* Send all of it now or as much as goes without waiting; true: all went. */
    bool (*say)(http_transport *t, const char *text, size_t n);
    size_t (*unsent)(const http_transport *t); /* bytes of a write that the client has not taken */
    bool (*finish)(http_transport *t);         /* nothing more will be written; false: it broke */
    void (*close)(http_transport *t);
} http_transport_class;

struct http_transport {
    const http_transport_class *class;
    const http_transport_user *user;
    void *owner;
    char
        *read_buf; /* [read_bytes], shared by all of this loop: what a read gives is used at once */
    size_t read_bytes;
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shutdown;
    bool is_reading, is_closed;
};

/* Take the connected socket `fd`; user, owner, read_buf and read_bytes are set. 0, or libuv's
 * error: then the descriptor is closed. *is_open: whether on_closed will come when it is closed. */
int http_tcp_open(http_transport *t, uv_loop_t *loop, int fd, bool *is_open);

#endif
