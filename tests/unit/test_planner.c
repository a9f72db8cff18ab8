/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "planned.h"

static struct planned p; /* it is large */

int
main(int argc, char **argv)
{
	char copy[256];

	if (argc == 5) {
		plan_open(&p, atoi(argv[1]), atoi(argv[2]), atoi(argv[3]));
		p.in.ca_signed = getenv("CA") != NULL;
		p.in.losing = getenv("LOSING") != NULL;
		p.in.new_tokens = getenv("NEW") != NULL ? 2 : 0;
		plan_what(&p, copy, argv[4]);
		if (p.e != ERR_OK) { printf("%d %s\n", p.e, p.d.msg); return 1; }
		plan_print(&p);
		struct buf b = {0};
		if (getenv("YAML") && plan_write(&p.plan, &b, &p.d) == ERR_OK)
			printf("%s", buf_cstr(&b));
		return 0;
	}
	return 0;
}
