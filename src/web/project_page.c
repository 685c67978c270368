/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a project for people: the same routes that programs ask, to a browser that reads HTML;
 * and what their buttons do. Nothing is fetched from elsewhere. */
#include <string.h>

#include "web/project_internal.h"
#include "web/report_internal.h"

/* A button names a route below the page's own and its row a number of the list; what is typed in
 * the row is the label. A row that is done goes away; what is refused stays and says why. */
static const char script[] =
    "document.addEventListener('click', async event => {\n"
    "  const button = event.target.closest('button[data-do]');\n"
    "  if (!button) return;\n"
    "  const row = button.closest('tr'), said = row.querySelector('.said');\n"
    "  const body = {numbers: [Number(row.dataset.n)]}, label = row.querySelector('input');\n"
    "  if (button.dataset.do === 'take' && label && label.value) body.label = label.value;\n"
    "  try {\n"
    "    const reply = await fetch('/v1/project/review/' + button.dataset.do, {method: 'POST',\n"
    "      headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});\n"
    "    const found = await reply.json();\n"
    "    if (!reply.ok) said.textContent = found.error;\n"
    "    else if (found.unnamed) said.textContent = 'which word was it? type it, then take it';\n"
    "    else row.remove();\n"
    "  } catch (error) { said.textContent = 'the server does not answer'; }\n"
    "});\n";

void mote_project_api_page_script(void *context, const mote_http_request *rq,
                                  const char *const *params, mote_http_reply *rp)
{
    (void)context;
    (void)rq;
    (void)params;
    rp->content_type = "text/javascript; charset=utf-8";
    mote_buf_str(rp->headers, "X-Content-Type-Options: nosniff\r\n");
    mote_buf_str(rp->body, script);
}

bool mote_project_page_is_asked(const mote_http_request *rq, mote_http_reply *rp)
{
    const char *accept = mote_http_header_find(rq, "accept");
    mote_buf_str(rp->headers, "Vary: Accept\r\n");
    return accept && strstr(accept, "text/html");
}

void mote_project_page_begin(mote_http_reply *rp, const char *title, const char *question)
{
    static const char *const pages[][2] = {{"data", "Data"},
                                           {"review", "Review list"},
                                           {"evaluations", "Judged elsewhere"},
                                           {"report", "Report"}};
    mote_buf *b = rp->body;
    rp->content_type = "text/html; charset=utf-8";
    mote_buf_str(rp->headers,
                 "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src "
                 "data:; media-src 'self' data:; script-src 'self'; connect-src 'self'; "
                 "frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n");
    mote_buf_printf(b,
                    "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport "
                    "content=\"width=device-width,initial-scale=1\"><title>%s</title><style>",
                    title);
    mote_buf_str(b, mote_report_css);
    mote_buf_str(b, "</style><script src=\"/v1/project/page.js\" defer></script></head><body>\n"
                    "<p class=head>Mote:");
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        mote_buf_printf(b, " <a href=\"/v1/project/%s\">%s</a>", pages[i][0], pages[i][1]);
    mote_buf_printf(b, "</p>\n<main><h1>%s</h1><p class=lead>%s</p>\n", title, question);
}

void mote_project_page_end(mote_http_reply *rp)
{
    mote_buf_str(rp->body, "</main></body></html>\n");
}
