/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_order LIST: the time of order_find() for 4, 16 and 64 nodes, all TFTP
 * servers, with all six certificate types, possible and not. Exit status 1
 * where 16 nodes take more than n log n makes of 4, with room for what is the
 * same for both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "trust/order.h"

#define ROUNDS 20

static const enum order_change types[] = { ORDER_CALLMANAGER, ORDER_CAPF,
	ORDER_TVS, ORDER_ITLRECOVERY, ORDER_TOMCAT, ORDER_IPSEC };

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t
wish_all(struct order_wish *wishes, size_t nodes)
{
	size_t i, k, num = 0;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (k = 0; k < nodes; k++)
			if (k == 0 || order_change_is_each(types[i]))
				wishes[num++] = (struct order_wish){
					.change = types[i],
					.node = k
				};
	return num;
}

/* The seconds of the fastest round. */
static double
measure(const struct ctl_file *list, size_t nodes, unsigned helps,
    size_t *ret_steps)
{
	static struct order_node node[ORDER_MAX_NODES];
	static struct order_wish wishes[ORDER_MAX_CHANGES];
	struct order_input in = { .installed = list,
		.release = 1250,
		.nodes = node,
		.num_nodes = nodes,
		.wishes = wishes,
		.classes = 1u << CLASS_TVS | 1u << CLASS_NO_TVS,
		.helps = helps };
	double best = 1e9, start;
	struct order o;
	struct diag d;
	size_t i;

	for (i = 0; i < nodes; i++)
		node[i] = (struct order_node){ .name = "node",
			.publisher = i == 0,
			.tftp = true,
			.ccm = true };
	in.num_wishes = wish_all(wishes, nodes);
	for (i = 0; i < ROUNDS; i++) {
		start = now();
		if (order_find(&in, &o, &d) != ERR_OK) {
			(void)fprintf(stderr, "bench_order: %s\n", d.msg);
			exit(2);
		}
		if (now() - start < best)
			best = now() - start;
		*ret_steps = o.num;
		order_clear(&o);
	}
	return best;
}

int
main(int argc, char *argv[])
{
	static const size_t sizes[] = { 4, 16, 64 };
	struct buf bytes = { 0 };
	struct ctl_file *f = NULL;
	double t[3];
	struct diag d;
	size_t i, steps;

	if (argc != 2 || file_load(argv[1], 1 << 20, &bytes, &d) != ERR_OK ||
	    ctl_parse(buf_bytes(&bytes), CTL_KIND_CTL, &f, &d) != ERR_OK)
		return 2;
	for (i = 0; i < 3; i++) {
		t[i] = measure(f, sizes[i], 1u << ORDER_HELP_LOCALKEY, &steps);
		printf("order, %zu nodes, 6 types: %.1f ms, %zu steps",
		    sizes[i], t[i] * 1e3, steps);
		printf("; none without a help: %.1f ms\n",
		    measure(f, sizes[i], 0, &steps) * 1e3);
	}
	printf("order: 16 nodes by 4 nodes: %.2f (at most 8, n log n)\n",
	    t[1] / t[0]);
	ctl_free(&f);
	buf_clear(&bytes);
	return t[1] / t[0] <= 8 ? 0 : 1;
}
