/* SPDX-License-Identifier: Apache-2.0 */
/* A module that does not come back from its first call. */
#include <unistd.h>

unsigned long C_GetFunctionList(void **ret);

unsigned long
C_GetFunctionList(void **ret)
{
	*ret = 0;
	for (;;)
		(void)pause();
}
