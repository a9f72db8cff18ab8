/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/class.h"

#include <string.h>

static const struct {
	const char *name, *text;
	unsigned traits, sasts;
	enum digest digest;
	unsigned bits;
} classes[] = {
#define CLASS_ROW(id, name, text, traits, sasts, digest, bits) \
	[id] = { name, text, traits, sasts, digest, bits },
	CLASSES(CLASS_ROW)
#undef CLASS_ROW
};

const char *class_name(enum class c)
{
	return classes[c].name;
}

const char *class_text(enum class c)
{
	return classes[c].text;
}

unsigned class_traits(enum class c)
{
	return classes[c].traits;
}

unsigned class_max_sasts(enum class c)
{
	return classes[c].sasts;
}

enum digest class_digest(enum class c)
{
	return classes[c].digest;
}

unsigned class_max_bits(enum class c)
{
	return classes[c].bits;
}

bool
class_of_name(const char *name, enum class *ret)
{
	int c;

	for (c = 0; c < CLASS_NUM; c++)
		if (strcmp(classes[c].name, name) == 0) {
			*ret = (enum class)c;
			return true;
		}
	return false;
}
