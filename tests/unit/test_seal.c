/* SPDX-License-Identifier: Apache-2.0 */
/* What is let out, and what is taken back. */
#include "test.h"

#include "cases.h"
#include "draft_world.h"
#include "pki/sig.h"

/* Each byte of issuer and serial number of the header leads to the signer:
 * with another one the file is not let out. */
static void
test_identity_flips(void **state)
{
	struct ctl_signer signer;
	struct buf issuer = { 0 }, serial = { 0 }, out = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;
	size_t i;

	begin(&w, "rsa1024-a");
	signer = (struct ctl_signer){ w.key, w.pub.cert, minted_sign };
	ctl_head_copy_draft(&w.head, w.draft, 1);
	buf_put(&issuer, w.head.issuer);
	buf_put(&serial, w.head.serial);
	w.head.issuer = buf_bytes(&issuer);
	w.head.serial = buf_bytes(&serial);
	for (i = 0; i + 1 < issuer.len + serial.len; i++) {
		uint8_t *byte = i < serial.len ? &serial.ptr[i]
					       : &issuer.ptr[i - serial.len];

		*byte ^= 1;
		prepare(&w, &u);
		assert_int_equal(ctl_foresee(&u, w.pub.cert, &d), ERR_CRYPTO);
		assert_int_equal(ctl_seal(&u, &signer, "x", NULL, &out, &d),
		    ERR_CRYPTO);
		assert_int_equal(out.len, 0);
		ctl_unsigned_clear(&u);
		*byte ^= 1;
	}
	prepare(&w, &u);
	assert_int_equal(ctl_foresee(&u, w.pub.cert, &d), ERR_OK);
	assert_int_equal(ctl_seal(&u, &signer, "x", NULL, &out, &d), ERR_OK);
	ctl_unsigned_clear(&u);
	buf_clear(&issuer);
	buf_clear(&serial);
	buf_clear(&out);
	end(&w);
}

/* A header that spells the signer as no record of the list does. */
static void
test_spelt_otherwise(void **state)
{
	struct ctl_signer signer;
	struct buf out = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;

	begin(&w, "rsa1024-a");
	signer = (struct ctl_signer){ w.key, w.pub.cert, minted_sign };
	w.head.dialect = CTL_DIALECT_TOKEN;
	prepare(&w, &u);
	assert_int_equal(ctl_seal(&u, &signer, "x", NULL, &out, &d),
	    ERR_CRYPTO);
	assert_non_null(strstr(d.msg, "this list does not hold"));
	assert_non_null(strstr(d.path, "SIGNERID"));
	assert_int_not_equal(d.offset, DIAG_NOWHERE);
	ctl_unsigned_clear(&u);
	/* without that record nothing contradicts it */
	ctl_draft_remove(w.draft, 1);
	prepare(&w, &u);
	assert_int_equal(ctl_seal(&u, &signer, "x", NULL, &out, &d), ERR_OK);
	ctl_unsigned_clear(&u);
	buf_clear(&out);
	end(&w);
}

/* The header names a SAST whose certificate is another's. */
static void
test_named_another(void **state)
{
	struct mint_key *key = minted_key("rsa1024-b");
	struct ctl_signer signer;
	struct minted other;
	struct buf out = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;

	begin(&w, "rsa1024-a");
	/* with the same names */
	minted_plain(&other, key, &pub_name);
	signer = (struct ctl_signer){ key, other.cert, minted_sign };
	w.head.cert = other.cert;
	prepare(&w, &u);
	assert_int_equal(ctl_seal(&u, &signer, "x", NULL, &out, &d),
	    ERR_CRYPTO);
	ctl_unsigned_clear(&u);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	minted_clear(&other);
	mint_key_free(&key);
	end(&w);
}

/* With an exponent of 1 a signature is the block itself, which proves nothing.
 */
static void
test_exponent(void **state)
{
	static const uint8_t usual[] = { 2, 3, 1, 0, 1 };
	struct buf sig = { 0 }, out = { 0 }, info = { 0 };
	struct ctl_unsigned u;
	struct cert *cert = NULL;
	struct world w;
	struct diag d;
	uint8_t *at;

	begin(&w, "rsa1024-a");
	at = memmem(w.pub.der.ptr, w.pub.der.len, usual, sizeof(usual));
	assert_non_null(at);
	at[2] = 0;
	assert_int_equal(cert_from_der(buf_bytes(&w.pub.der), &cert, &d),
	    ERR_OK);
	w.head.cert = cert;
	w.head.filename = "a.xml.sgn";
	memset(&u, 0, sizeof(u));
	assert_int_equal(ctl_prepare_signed(bytes_of_str("x"), &w.head, &u, &d),
	    ERR_OK);
	assert_int_equal(
	    sig_put_digest_info(u.digest, digest_bytes(&u.value), &info, &d),
	    ERR_OK);
	buf_u16(&sig, 1);
	buf_fill(&sig, 128 - 3 - info.len, 0xff);
	buf_u8(&sig, 0);
	buf_put(&sig, buf_bytes(&info));
	assert_int_equal(ctl_finish(&u, buf_bytes(&sig), cert, NULL, &out, &d),
	    ERR_CRYPTO);
	ctl_unsigned_clear(&u);
	cert_free(&cert);
	buf_clear(&info);
	buf_clear(&sig);
	buf_clear(&out);
	end(&w);
}

/* A signed file, which has no signer in it, by whoever is not CERT. */
static void
test_finish_signed(void **state)
{
	struct mint_key *other = minted_key("rsa1024-b");
	struct buf sig = { 0 }, out = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;

	begin(&w, "rsa1024-a");
	assert_int_equal(
	    prepare_signed(&w, "a.xml.sgn", bytes_of_str("<x/>"), &u, &d),
	    ERR_OK);
	assert_int_equal(minted_sign(other, &u, "x", &sig, &d), ERR_OK);
	assert_int_equal(
	    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, NULL, &out, &d),
	    ERR_CRYPTO);
	assert_int_equal(out.len, 0);
	sig.len = 0;
	assert_int_equal(minted_sign(w.key, &u, "x", &sig, &d), ERR_OK);
	assert_int_equal(
	    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, NULL, &out, &d),
	    ERR_OK);
	out.len = 0;
	u.preimage.ptr[u.preimage.len - 1] ^= 1;
	assert_int_equal(
	    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, NULL, &out, &d),
	    ERR_CRYPTO);
	assert_int_equal(out.len, 0);
	ctl_unsigned_clear(&u);
	buf_clear(&sig);
	buf_clear(&out);
	mint_key_free(&other);
	end(&w);
}

/* No signature but the right one, over no bytes but the right ones. */
static void
test_finish(void **state)
{
	struct ctl_memo *memo = NULL;
	struct buf sig = { 0 }, out = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;
	size_t i, len;

	begin(&w, "rsa512-a");
	assert_int_equal(ctl_memo_new(&memo, &d), ERR_OK);
	prepare(&w, &u);
	assert_int_equal(minted_sign(w.key, &u, "x", &sig, &d), ERR_OK);
	buf_str(&out, "before");
	for (i = 0; i < sig.len; i++) {
		sig.ptr[i] ^= 0x10;
		assert_int_equal(
		    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, memo, &out, &d),
		    ERR_CRYPTO);
		assert_non_null(strstr(d.msg, "does not verify"));
		sig.ptr[i] ^= 0x10;
	}
	for (i = 0; i < u.preimage.len; i++) {
		u.preimage.ptr[i] ^= 0x10;
		assert_int_not_equal(
		    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, memo, &out, &d),
		    ERR_OK);
		u.preimage.ptr[i] ^= 0x10;
	}
	assert_int_equal(out.len, 6);
	assert_int_equal(ctl_finish(&u, bytes_of(sig.ptr, sig.len - 1),
			     w.pub.cert, memo, &out, &d),
	    ERR_CRYPTO);
	assert_non_null(strstr(d.msg, "has 63 bytes"));
	assert_int_equal(
	    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, memo, &out, &d),
	    ERR_OK);
	len = out.len - 6;
	assert_int_equal(len, u.preimage.len + 3 + 64);
	assert_memory_equal(out.ptr, "before", 6);
	/* and once more, the same bytes */
	assert_int_equal(
	    ctl_finish(&u, buf_bytes(&sig), w.pub.cert, NULL, &out, &d),
	    ERR_OK);
	assert_memory_equal(out.ptr + 6, out.ptr + 6 + len, len);
	ctl_memo_free(&memo);
	ctl_unsigned_clear(&u);
	buf_clear(&sig);
	buf_clear(&out);
	end(&w);
}

static enum err
refuse_to_sign(void *arg, const struct ctl_unsigned *u, const char *purpose,
    struct buf *ret, struct diag *d)
{
	assert_string_equal(purpose, "CTLFile.tlv");
	assert_int_equal(u->value.len, 20);
	buf_str(ret, "half");
	return diag_set(d, ERR_PIN, "%s", (const char *)arg);
}

static void
test_signer_fails(void **state)
{
	static char why[] = "the PIN is wrong";
	struct ctl_signer signer = { why, NULL, refuse_to_sign };
	struct buf out = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;

	begin(&w, "rsa1024-a");
	signer.cert = w.pub.cert;
	prepare(&w, &u);
	assert_int_equal(ctl_seal(&u, &signer, "CTLFile.tlv", NULL, &out, &d),
	    ERR_PIN);
	assert_string_equal(d.msg, why);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	ctl_unsigned_clear(&u);
	end(&w);
}

/* Every byte that is changed, every end that is cut off: refused, or another
 * file that is as good. */
static void
read_strictly(const struct ctl_unsigned *u, const struct cert *cert, bool list)
{
	struct buf bytes = { 0 };
	size_t header = (size_t)(u->preimage.ptr[8] << 8 | u->preimage.ptr[9]) -
	    3 - u->signature_len;
	size_t i, accepted = 0;
	struct diag d;
	enum err e;

	buf_put(&bytes, buf_bytes(&u->preimage));
	for (i = 0; i <= 2 * bytes.len; i++) {
		struct ctl_unsigned again = { .gap = 0 };
		struct bytes all = buf_bytes(&bytes);

		if (i < bytes.len)
			bytes.ptr[i] ^= 0x20;
		else
			all.len = 2 * bytes.len - i;
		e = ctl_unsigned_read(all, cert, &again, &d);
		if (e == ERR_OK) {
			accepted += all.len == bytes.len;
			assert_true(
			    bytes_equal(all, buf_bytes(&again.preimage)));
			assert_int_equal(again.gap, u->gap);
		} else {
			assert_int_equal(e, d.code);
			assert_true(e == ERR_SYNTAX || e == ERR_UNSUPPORTED);
			assert_null(again.preimage.ptr);
		}
		/* without its one record a list is another list */
		if (e == ERR_OK && list && all.len < bytes.len)
			assert_int_equal(all.len, header);
		ctl_unsigned_clear(&again);
		if (i < bytes.len)
			bytes.ptr[i] ^= 0x20;
	}
	print_message("%zu of %zu changed bytes are another file\n", accepted,
	    bytes.len);
	buf_clear(&bytes);
}

static void
test_read_strictly(void **state)
{
	struct ctl_unsigned u;
	struct world w;
	struct diag d;

	begin(&w, "rsa512-a");
	w.head.has_timestamp = true;
	w.head.signer_version = true;
	w.head.order = CTL_DIALECT_BUILDER;
	prepare(&w, &u);
	read_strictly(&u, w.pub.cert, true);
	ctl_unsigned_clear(&u);
	assert_int_equal(
	    prepare_signed(&w, "a.xml.sgn", bytes_of_str("<x/>"), &u, &d),
	    ERR_OK);
	read_strictly(&u, w.pub.cert, false);
	ctl_unsigned_clear(&u);
	end(&w);
}

/* Places are those in the bytes that were given. */
static void
test_read_places(void **state)
{
	struct ctl_unsigned u, again = { .gap = 0 };
	struct world w;
	struct diag d;
	size_t at;

	begin(&w, "rsa1024-a");
	prepare(&w, &u);
	at = u.preimage.len - ctl_draft_bytes(w.draft, 1).len;
	u.preimage.ptr[at + 1] = 0xff;
	assert_int_equal(
	    ctl_unsigned_read(buf_bytes(&u.preimage), w.pub.cert, &again, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.offset, at);
	u.preimage.ptr[at + 1] = 0;
	/* FILENAME, right behind the gap */
	u.preimage.ptr[u.gap] = 200;
	u.preimage.ptr[u.gap + 1] = 200;
	assert_int_equal(
	    ctl_unsigned_read(buf_bytes(&u.preimage), w.pub.cert, &again, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.offset, u.gap);
	u.preimage.ptr[u.gap] = 14;
	u.preimage.ptr[u.gap + 1] = 0;
	/* SERIALNUMBER's length, before it */
	u.preimage.ptr[13 + 3 + 7 + 1] = 200;
	assert_int_equal(
	    ctl_unsigned_read(buf_bytes(&u.preimage), w.pub.cert, &again, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.offset, 13 + 3 + 7);
	ctl_unsigned_clear(&u);
	end(&w);
}

/* A preimage that says its digest and key, for another key. */
static void
test_read_other_key(void **state)
{
	static const char *const keys[] = { "rsa512-a", "rsa2048-a",
		"rsa3072-a" };
	struct ctl_unsigned u, again = { .gap = 0 };
	struct world w, other;
	struct diag d;
	size_t i;

	begin(&w, "rsa1024-a");
	prepare(&w, &u);
	for (i = 0; i < 3; i++) {
		begin(&other, keys[i]);
		assert_int_equal(ctl_unsigned_read(buf_bytes(&u.preimage),
				     other.pub.cert, &again, &d),
		    i == 2 ? ERR_UNSUPPORTED : ERR_SYNTAX);
		end(&other);
	}
	/* a finished file, and nothing */
	assert_int_equal(
	    ctl_unsigned_read(bytes_of(NULL, 0), w.pub.cert, &again, &d),
	    ERR_SYNTAX);
	assert_null(again.preimage.ptr);
	ctl_unsigned_clear(&u);
	end(&w);
}

/* A list that others would read, but that nobody prepares so. */
static void
test_read_unusual(void **state)
{
	static const struct {
		const char *name, *key;
		enum err e;
	} rows[] = {
		{ "ok-tokenless-4947", "rsa1024-a", ERR_OK },
		{ "ok-cnf-sgn-sha1", "rsa2048-a", ERR_OK },
		{ "ok-builder-sha512", "rsa2048-a", ERR_OK },
		{ "ok-pads-7", "rsa1024-a", ERR_SYNTAX },
		{ "bad-header-order", "rsa1024-a", ERR_SYNTAX },
		{ "bad-container-unknown-tag", "rsa1024-a", ERR_SYNTAX },
		{ "bad-list-encryption", "rsa1024-a", ERR_SYNTAX },
		{ "ok-header-bare", "rsa1024-a", ERR_SYNTAX },
		{ "bad-digest-code-4", "rsa1024-a", ERR_SYNTAX },
		{ "bad-no-digest", "rsa1024-a", ERR_SYNTAX },
		{ "bad-no-serial", "rsa1024-a", ERR_SYNTAX },
		{ "bad-algorithm-1", "rsa1024-a", ERR_SYNTAX },
		{ "bad-modulus-code", "rsa1024-a", ERR_SYNTAX },
		{ "bad-list-as-signed", "rsa2048-a", ERR_SYNTAX },
	};
	struct ctl_unsigned u = { .gap = 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mint_key *key = minted_key(rows[i].key);
		struct buf bytes = { 0 }, pre = { 0 };
		struct ctl_file *f = NULL;
		struct minted pub;
		struct bytes parts[2];

		minted_plain(&pub, key, &pub_name);
		case_load(rows[i].name, &bytes);
		assert_int_equal(
		    ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, &d),
		    ERR_OK);
		ctl_preimage(f, parts);
		buf_put(&pre, parts[0]);
		buf_put(&pre, parts[1]);
		diag_init(&d);
		if (ctl_unsigned_read(buf_bytes(&pre), pub.cert, &u, &d) !=
		    rows[i].e)
			fail_msg("%s: %d %s", rows[i].name, d.code, d.msg);
		ctl_unsigned_clear(&u);
		ctl_free(&f);
		buf_clear(&bytes);
		buf_clear(&pre);
		minted_clear(&pub);
		mint_key_free(&key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity_flips),
		cmocka_unit_test(test_spelt_otherwise),
		cmocka_unit_test(test_named_another),
		cmocka_unit_test(test_exponent),
		cmocka_unit_test(test_finish_signed),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_signer_fails),
		cmocka_unit_test(test_read_strictly),
		cmocka_unit_test(test_read_places),
		cmocka_unit_test(test_read_other_key),
		cmocka_unit_test(test_read_unusual),
	};

	return test_run(tests);
}
