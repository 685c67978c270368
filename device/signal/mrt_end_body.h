/* SPDX-License-Identifier: Apache-2.0 */
/* Takes back the definitions that the mrt_*_body.h want, so that several sources that include them
 * may be compiled as one. Included behind the last of them, as often as wanted. */
#undef V
#undef S
#undef I
#undef U
#undef D
#undef MRT_FN
#undef MRT_NAME
#undef MRT_MUL
#undef MRT_BITS
#undef MRT_FROM_BITS
#undef MRT_TO_F
#undef MRT_LESS
#undef MRT_WIDE
#undef MRT_HIGH
