/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_say.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/json_put.h"

/* ---- One file -------------------------------------------------------------------------------- */

static json_t *
json_of(const struct bulk_plan *plan, const struct bulk_item *item)
{
	struct json_sink s = { false };
	json_t *all = json_object(), *obj = json_object();
	bool failed = item->result == BULK_FAILED;
	bool is_there = item->result == BULK_SIGNED ||
	    item->result == BULK_UNCHANGED;

	json_put_number(&s, all, "schema", JSON_SCHEMA);
	json_put_text(&s, obj, "file",
	    bytes_of_str((const char *)item->path.ptr));
	json_put_text(&s, obj, "output", buf_bytes(&item->target));
	json_put_text(&s, obj, "filename", buf_bytes(&item->name));
	json_put_str(&s, obj, "digest", digest_name(plan->head.digest));
	json_put_time(&s, obj, "timestamp", plan->head.timestamp);
	json_put_str(&s, obj, "result", bulk_result_name(item->result));
	json_put(&s, obj, "size",
	    is_there ? json_integer((json_int_t)item->size) : json_null());
	json_put_error(&s, obj, failed ? &item->error : NULL);
	json_put(&s, all, "sign", obj);
	if (s.failed) {
		json_decref(all);
		return NULL;
	}
	return all;
}

static void
say_planned(const struct bulk_item *item, struct out *out)
{
	struct buf text = { 0 };

	text_put_safe(&text, bytes_of_str((const char *)item->path.ptr));
	buf_str(&text, item->replace ? ": would replace " : ": would write ");
	text_put_safe(&text, buf_bytes(&item->target));
	buf_str(&text, ", file name ");
	text_put_safe(&text, buf_bytes(&item->name));
	buf_u8(&text, '\n');
	out_put(out, &text);
	buf_clear(&text);
}

static void
count(const struct bulk_item *item, struct bulk_counts *counts)
{
	counts->signed_ += item->result == BULK_SIGNED;
	counts->requested += item->result == BULK_REQUESTED;
	counts->unchanged += item->result == BULK_UNCHANGED;
	counts->planned += item->result == BULK_PLANNED;
	counts->passed += item->result == BULK_PASSED;
	counts->failed += item->result == BULK_FAILED;
}

enum cmd_exit
bulk_say_item(const struct bulk_plan *plan, const struct bulk_item *item,
    struct bulk_counts *counts, struct out *out)
{
	count(item, counts);
	if (item->result == BULK_TODO || item->result == BULK_PASSED)
		return CMD_OK;
	if (item->result == BULK_FAILED)
		out_error(out, (const char *)item->path.ptr, &item->error);
	if (plan->opts->signer.token.json)
		out_json(out, json_of(plan, item));
	else if (item->result == BULK_PLANNED && plan->opts->dry_run)
		say_planned(item, out);
	if (item->result != BULK_FAILED)
		return CMD_OK;
	return item->error.code == ERR_POLICY ? CMD_POLICY : CMD_FAILED;
}

/* ---- All of them ------------------------------------------------------------------------------- */

/* "2,000 files" */
static void
put_files(struct buf *out, size_t n)
{
	char digits[32];
	int i, len = snprintf(digits, sizeof(digits), "%zu", n);

	for (i = 0; i < len; i++) {
		buf_u8(out, (uint8_t)digits[i]);
		if (i + 1 < len && (len - i - 1) % 3 == 0)
			buf_u8(out, ',');
	}
	buf_str(out, n == 1 ? " file" : " files");
}

static void
put_signed(const struct bulk_plan *plan, const struct signer *s,
    const struct bulk_counts *counts, struct buf *text)
{
	buf_str(text, "signed ");
	put_files(text, counts->signed_);
	if (s->on_token)
		buf_printf(text, " in %u login%s", counts->logins,
		    counts->logins == 1 ? "" : "s");
	buf_str(text, ": ");
	signer_put_name(text, s);
	buf_str(text, ", timestamp ");
	text_put_rfc3339(text, plan->head.timestamp);
	buf_u8(text, '\n');
}

static void
put_requested(const struct bulk_plan *plan, const struct bulk_counts *counts,
    struct buf *text)
{
	put_files(text, counts->requested);
	buf_str(text, " to be signed: ");
	text_put_safe(text, bytes_of_str(plan->opts->detached));
	buf_str(text, ", timestamp ");
	text_put_rfc3339(text, plan->head.timestamp);
	buf_u8(text, '\n');
}

void
bulk_put_summary(const struct bulk_plan *plan, const struct signer *s,
    const struct bulk_counts *counts, struct buf *text)
{
	if (plan->opts->dry_run) {
		buf_str(text,
		    plan->opts->detached != NULL ? "would ask for the "
						   "signatures of "
						 : "would sign ");
		put_files(text, counts->planned);
		buf_u8(text, '\n');
	} else if (counts->signed_ > 0) {
		put_signed(plan, s, counts, text);
	} else if (counts->requested > 0) {
		put_requested(plan, counts, text);
	}
	if (counts->unchanged > 0) {
		put_files(text, counts->unchanged);
		buf_printf(text, " %s there already, as %s would be written\n",
		    counts->unchanged == 1 ? "is" : "are",
		    counts->unchanged == 1 ? "it" : "they");
	}
}

void
bulk_say_passed_over(size_t num)
{
	struct diag d;

	if (num == 0)
		return;
	diag_set(&d, ERR_OK,
	    "passed over %zu file%s: signed already, or no regular file%s", num,
	    num == 1 ? "" : "s", num == 1 ? "" : "s");
	out_complain(NULL, &d);
}

void
bulk_say_token(void)
{
	struct diag d;

	diag_set(&d, ERR_OK,
	    "the signer is a security token: phones take signed files from "
	    "those alone who stand as TFTP or CCM+TFTP in their list, and a "
	    "token is SAST; --trusted LIST compares");
	out_complain(NULL, &d);
}

void
bulk_say_resumed(int64_t time)
{
	struct buf text = { 0 };
	struct diag d;

	text_put_rfc3339(&text, time);
	diag_set(&d, ERR_OK,
	    "going on with a run that was not ended, timestamp %s; --restart "
	    "begins anew",
	    buf_cstr(&text) != NULL ? buf_cstr(&text) : "as before");
	out_complain(NULL, &d);
	buf_clear(&text);
}

void
bulk_say_stopped(const struct bulk_counts *counts, const struct diag *why)
{
	struct buf text = { 0 };
	struct diag d;

	if (why != NULL)
		out_complain(NULL, why);
	put_files(&text, counts->signed_ + counts->unchanged);
	diag_set(&d, ERR_OK,
	    "%s, not all is done: %s signed so far; to go on, run the same "
	    "command again",
	    why == NULL ? "stopped" : "so",
	    buf_cstr(&text) != NULL ? buf_cstr(&text) : "some files");
	out_complain(NULL, &d);
	buf_clear(&text);
}
