/* SPDX-License-Identifier: Apache-2.0 */
/* Where the samples and pieces of a batch become one: the only place of training that adds up what
 * was computed apart. Sums go in the order of samples and pieces, whoever computed them when.
 *
 * Whatever spreads a batch further, over processes, has these four to extend: the moments of batch
 * norm, the sums of its way back, the gradients, the loss. Depends on net_internal.h. */
#include <math.h>
#include <string.h>

#include "learn/net_internal.h"

/* ------------------------------------------------------------------ batch norm */

/* Mean and variance of the batch from the moments of its samples (Chan, Golub and LeVeque 1979:
 * sums of squares about each mean combine exactly), and what readers apply. Moves the running
 * statistics in `state`. */
void net_reduce_moments(const mote_net *net, net_node *node, float *state)
{
    int32_t rows = node->out_h * node->out_w;
    size_t c = (size_t)node->out_c;
    double total = (double)net->n * rows, m = (double)net->cfg.norm_momentum;
    for (size_t ch = 0; ch < c; ch++) {
        const float *sums = node->sums + ch;
        double sum = 0.0, square = 0.0;
        for (int32_t s = 0; s < net->n; s++)
            sum += (double)sums[(size_t)s * 2 * c];
        double mean = sum / total;
        for (int32_t s = 0; s < net->n; s++) {
            double d = (double)sums[(size_t)s * 2 * c] / rows - mean;
            square += (double)sums[(size_t)s * 2 * c + c] + rows * (d * d);
        }
        double inverse_sd = 1.0 / sqrt(square / total + (double)node->epsilon);
        double scale = (double)state[node->gamma + ch] * inverse_sd;
        node->batch_mean[ch] = mean;
        node->inverse_sd[ch] = inverse_sd;
        node->centre[ch] = (float)mean;
        node->scale[ch] = (float)scale;
        node->shift[ch] = (float)((double)state[node->beta + ch] - mean * scale);
        double variance = total > 1.0 ? square / (total - 1.0) : 0.0;
        float *running_mean = &state[node->mean + ch],
              *running_variance = &state[node->variance + ch];
        *running_mean = (float)((1.0 - m) * (double)*running_mean + m * mean);
        *running_variance = (float)((1.0 - m) * (double)*running_variance + m * variance);
    }
}

/* The sums over the batch of g and g * (x - mean): gradients of gamma and beta (left in part 0; the
 * other parts stay 0), and the coefficients of dL/dx. */
void net_reduce_norm_grads(const mote_net *net, net_node *node)
{
    size_t c = (size_t)node->out_c;
    double total = (double)net->n * node->out_h * node->out_w;
    for (size_t ch = 0; ch < c; ch++) {
        double sum_g = 0.0, sum_gv = 0.0;
        for (int32_t s = 0; s < net->n; s++) {
            sum_g += (double)node->sums[(size_t)s * 2 * c + ch];
            sum_gv += (double)node->sums[(size_t)s * 2 * c + c + ch];
        }
        double mean = node->batch_mean[ch], sd_1 = node->inverse_sd[ch];
        sum_gv -= (mean - (double)node->centre[ch]) * sum_g;
        double gamma = (double)net->state[node->gamma + ch];
        *net_part(net, 0, node->gamma_part + ch) = (float)(sd_1 * sum_gv);
        *net_part(net, 0, node->beta_part + ch) = (float)sum_g;
        double kb = -gamma * sd_1 * sd_1 * sd_1 * sum_gv / total;
        node->ka[ch] = (float)(gamma * sd_1);
        node->kb[ch] = (float)kb;
        node->kc[ch] = (float)(-gamma * sd_1 * sum_g / total - kb * mean);
    }
}

/* ------------------------------------------------------------------ gradients */

static void add_parts(void *arg, size_t run, int32_t worker)
{
    (void)worker;
    mote_net *net = arg;
    part_run r = net->part_runs[run];
    float *sum = net->gradients + r.first;
    memcpy(sum, net_part(net, 0, r.part), r.count * sizeof *sum);
    for (int32_t p = 1; p < net_n_pieces(net->n); p++)
        net->k->add_to(r.count, net_part(net, (size_t)p, r.part), sum);
}

void net_reduce_gradients(mote_net *net)
{
    mote_pool_run(net->pool, net->n_part_runs, add_parts, net);
    for (size_t i = 0; i < net->n_segments; i++) {
        const mote_net_segment *s = &net->segments[i];
        if (!s->is_trained && s->first < net->n_params)
            memset(net->gradients + s->first, 0, s->count * sizeof *net->gradients);
    }
}

/* ------------------------------------------------------------------ loss */

static size_t largest(const float *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (x[i] > x[best])
            best = i;
    }
    return best;
}

static double sample_weight(const mote_net_batch *b, const float *target, size_t n_classes)
{
    if (!b->class_weights)
        return 1.0;
    double w = 0.0;
    for (size_t i = 0; i < n_classes; i++)
        w += (double)target[i] * (double)b->class_weights[i];
    return w;
}

/* Loss of the batch in hand; with_grads: dL/dz = s_i / sum s * (its gradient) into the outputs' g.
 */
void net_reduce_loss(mote_net *net, const mote_net_batch *b, bool with_grads, mote_net_result *out)
{
    size_t c = (size_t)net->n_outputs;
    bool of_classes = mote_loss_is_of_classes(net->cfg.loss.kind);
    net_node *logits = &net->nodes[net->logits];
    double total_weight = 0.0, loss = 0.0, *slopes = with_grads ? net->slopes : NULL;
    int32_t n_correct = 0;
    for (int32_t s = 0; s < b->n; s++)
        total_weight += sample_weight(b, b->targets + (size_t)s * c, c);
    double inverse = total_weight > 0.0 ? 1.0 / total_weight : 0.0;
    for (int32_t s = 0; s < b->n; s++) {
        const mote_loss_sample one = {
            .z = net_values(net, net->logits, s, 1, net_scratch(net, 0, 1)),
            .target = b->targets + (size_t)s * c,
            .n = c};
        float *y = net->outputs + (size_t)s * c;
        double w = sample_weight(b, one.target, c) * inverse;
        loss += w * mote_loss_of(&net->cfg.loss, &one, (double)b->label_smoothing, y, slopes);
        for (size_t i = 0; with_grads && i < c; i++)
            logits->g[(size_t)s * c + i] = (float)(w * slopes[i]);
        n_correct += of_classes && largest(y, c) == largest(one.target, c);
    }
    *out = (mote_net_result){.loss = loss, .n_correct = n_correct};
}
