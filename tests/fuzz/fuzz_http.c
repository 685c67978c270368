/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes on a connection of the inference server: through the HTTP parser, the routes and a
 * loaded model. The serving thread's loop is run here, by hand, over a pair of sockets. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/tiny_model.h"
#include "web/api.h"
#include "web/http_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static mote_http_server *server;

static void set_up(void)
{
    mote_models *models = NULL;
    mote_api *api = NULL;
    TINY_MUST(mote_models_create(2, &models, NULL));
    mote_model_entry e = {.name = "tiny", .version = "1", .source = "fuzz"};
    mote_model *m = tiny_tensor_model(4, 1);
    TINY_MUST(mote_models_put(models, &e, m, NULL));
    mote_model_unref(m);
    mote_api_config ac = {.models = models, .n_threads = 1};
    TINY_MUST(mote_api_create(&ac, &api, NULL));
    mote_http_config hc = {.handler = mote_api_handle,
                           .arg = api,
                           .n_threads = 1,
                           .max_body_bytes = 100000,
                           .max_head_bytes = 4096};
    TINY_MUST(mote_http_create(&hc, &server, NULL));
    mote_api_set_http(api, server);
    signal(SIGPIPE, SIG_IGN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fds[2];
    if (!server)
        set_up();
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        __builtin_trap();
    http_loop *l = &server->loops[0];
    atomic_fetch_add(&l->n_conns, 1);
    http_conn_open(l, &(http_arrival){.fd = fds[0]});
    char sink[65536];
    while (size > 0 && atomic_load(&l->n_conns) > 0) {
        ssize_t n = send(fds[1], data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        } else if (errno != EAGAIN) {
            break;
        }
        (void)uv_run(&l->loop, UV_RUN_NOWAIT);
        while (recv(fds[1], sink, sizeof sink, MSG_DONTWAIT) > 0)
            ;
    }
    (void)shutdown(fds[1], SHUT_WR);
    while (atomic_load(&l->n_conns) > 0) {
        (void)uv_run(&l->loop, UV_RUN_ONCE);
        while (recv(fds[1], sink, sizeof sink, MSG_DONTWAIT) > 0)
            ;
    }
    (void)close(fds[1]);
    mote_http_stats stats;
    mote_http_stats_read(server, &stats);
    if (stats.in_flight != 0 || stats.held_bytes != 0)
        __builtin_trap();
    return 0;
}
