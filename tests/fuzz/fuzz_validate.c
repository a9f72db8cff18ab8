/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libctl: every file has findings that are in order: sorted, each as severe as
 * its rule is in this kind of file, each with a place that is in the file, an
 * error where the verdict is bad, and the same ones with a memo. The time to
 * judge by is taken from the input.
 */
#include <string.h>

#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"

/* The order of places; the file as a whole comes first. */
static bool
is_sorted(const struct ctl_finding *a, const struct ctl_finding *b)
{
	if (a->record != b->record)
		return a->record < b->record;
	if (a->offset != b->offset)
		return a->offset + 1 < b->offset + 1;
	return a->rule <= b->rule;
}

static void
check_finding(const struct ctl_finding *f, enum ctl_kind kind, size_t len)
{
	const char *advice;
	size_t used, tail;

	FUZZ_CHECK(f->rule > CTL_RULE_NONE && f->rule < CTL_RULE_END);
	FUZZ_CHECK(f->severity == ctl_rule_severity(f->rule, kind));
	FUZZ_CHECK(f->severity != CTL_SILENT);
	FUZZ_CHECK(f->offset == DIAG_NOWHERE || f->offset <= len);
	FUZZ_CHECK(f->line == 0);
	advice = ctl_rule_advice(f->rule);
	used = strlen(f->message);
	tail = strlen(advice);
	FUZZ_CHECK(used > tail + 2 && used < sizeof(f->message));
	FUZZ_CHECK(strcmp(f->message + used - tail, advice) == 0);
}

static void
check_all(const struct ctl_findings *fs, enum ctl_kind kind, size_t len)
{
	size_t i;

	for (i = 0; i < fs->num; i++) {
		check_finding(&fs->at[i], kind, len);
		if (i > 0)
			FUZZ_CHECK(is_sorted(&fs->at[i - 1], &fs->at[i]));
	}
}

static void
check_same(const struct ctl_findings *a, const struct ctl_findings *b)
{
	size_t i;

	FUZZ_CHECK(a->num == b->num);
	for (i = 0; i < a->num; i++) {
		FUZZ_CHECK(a->at[i].rule == b->at[i].rule);
		FUZZ_CHECK(a->at[i].record == b->at[i].record);
		FUZZ_CHECK(a->at[i].offset == b->at[i].offset);
		FUZZ_CHECK(strcmp(a->at[i].message, b->at[i].message) == 0);
	}
}

/* Judges F at AT with the anchor's memo; RET is the caller's to clear. */
static void
judge(const struct ctl_file *f, const struct ctl_anchor *anchor, int64_t at,
    struct ctl_findings *ret)
{
	struct ctl_verdict verdict;
	struct ctl_view view = { at, (unsigned)(at & 0x3ff), &verdict, NULL,
		anchor->memo };

	FUZZ_CHECK(ctl_verify(f, anchor, &verdict, NULL) == ERR_OK);
	FUZZ_CHECK(ctl_validate(f, &view, ret, NULL) == ERR_OK);
	check_all(ret, ctl_kind(f), ctl_raw(f).len);
	if (verdict.status == CTL_FAILED)
		FUZZ_CHECK(ctl_findings_count(ret, CTL_ERROR) > 0);
}

static void
judge_twice(const struct ctl_file *f, struct ctl_anchor anchor, int64_t at)
{
	struct ctl_findings plain = { 0 }, with_memo = { 0 };
	struct ctl_memo *memo = NULL;
	int i;

	judge(f, &anchor, at, &plain);
	FUZZ_CHECK(ctl_memo_new(&memo, NULL) == ERR_OK);
	anchor.memo = memo;
	for (i = 0; i < 2; i++) {
		judge(f, &anchor, at, &with_memo);
		check_same(&plain, &with_memo);
		ctl_findings_clear(&with_memo);
	}
	ctl_memo_free(&memo);
	ctl_findings_clear(&plain);
}

/* Any second from 1901 to 2106, by the last bytes. */
static int64_t
time_of(struct bytes in)
{
	int64_t at = INT32_MIN;
	uint32_t n = 0;
	size_t i;

	for (i = in.len < 4 ? 0 : in.len - 4; i < in.len; i++)
		n = n << 8 | in.ptr[i];
	return n & 1 ? at + n : (int64_t)n;
}

static void
judge_as(struct bytes in, enum ctl_kind kind, const struct ctl_file *trusted)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_anchor other = { .kind = CTL_ANCHOR_TRUSTED,
		.trusted = trusted };
	struct ctl_findings fs = { 0 };
	struct ctl_file *f = NULL;
	struct diag why;

	diag_init(&why);
	if (ctl_parse(in, kind, &f, &why) != ERR_OK) {
		FUZZ_CHECK(ctl_find_refusal(&why, &fs, NULL) == ERR_OK);
		check_all(&fs, CTL_KIND_AUTO, in.len);
		FUZZ_CHECK(ctl_findings_count(&fs, CTL_ERROR) == 1);
		ctl_findings_clear(&fs);
		return;
	}
	judge_twice(f, self, time_of(in));
	if (trusted != NULL)
		judge_twice(f, other, time_of(in));
	ctl_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes in = bytes_of(data, len);
	struct ctl_file *list = NULL;

	/* by its own records also where it is no list that trusts itself */
	(void)!ctl_parse(in, CTL_KIND_CTL, &list, NULL);
	judge_as(in, CTL_KIND_AUTO, list);
	judge_as(in, CTL_KIND_ITL, list);
	judge_as(in, CTL_KIND_SIGNED, list);
	ctl_free(&list);
	return 0;
}
