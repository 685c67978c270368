/* SPDX-License-Identifier: Apache-2.0 */
/* Square roots of covariances: Cholesky's lower triangle and its inverse, in place and in double.
 * Source: Golub and Van Loan, Matrix Computations, algorithms 4.2.1 and 3.1.1. Used by learners
 * that need no steps, and by discriminant.c. */
#ifndef MOTE_LEARN_TRIANGLE_H
#define MOTE_LEARN_TRIANGLE_H

#include <stdbool.h>
#include <stddef.h>

/* r [d][d], of which the lower half is read: r = L L^T, and L takes its place. False: row *at
 * follows from those before it (what is left of it is 1e-12 or less). */
bool mote_triangle_root(double *r, size_t d, size_t *at);

/* L^-1 in the place of L, whose diagonal is not 0. */
void mote_triangle_invert(double *l, size_t d);

#endif
