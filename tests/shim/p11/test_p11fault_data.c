/* SPDX-License-Identifier: Apache-2.0 */
/* The shim: objects, attributes, lengths, signatures. */
#include <string.h>

#include "tests/shim/p11/p11_child.h"
#include "tests/unit/test.h"

#define RETRY_USER 0x80001110UL
#define RETRY_USER_MAX 0x80001112UL

static void
log_in(struct p11 *p)
{
	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
}

static CK_OBJECT_HANDLE
private_key(struct p11 *p)
{
	log_in(p);
	return p11_find(p, CKO_PRIVATE_KEY, "one");
}

/* The tries that the vendor's object says are left, of how many. */
static void
check_vendor(struct p11 *p, CK_ULONG want_left, CK_ULONG want_max)
{
	CK_OBJECT_CLASS class = CKO_HW_FEATURE;
	CK_ULONG type = 0x80005002, left = 99, max = 99, num;
	CK_ATTRIBUTE templ[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_HW_FEATURE_TYPE, &type, sizeof(type) },
	};
	CK_ATTRIBUTE values[] = {
		{ RETRY_USER, &left, sizeof(left) },
		{ RETRY_USER_MAX, &max, sizeof(max) },
	};
	CK_OBJECT_HANDLE object;

	CHECK_RV(p->f->C_FindObjectsInit(p->s, templ, 2), CKR_OK);
	CHECK_RV(p->f->C_FindObjects(p->s, &object, 1, &num), CKR_OK);
	CHECK(num == 1);
	CHECK_RV(p->f->C_FindObjectsFinal(p->s), CKR_OK);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, object, values, 2), CKR_OK);
	CHECK(left == want_left && max == want_max);
}

static void
vendor(struct p11 *p)
{
	p11_open(p);
	check_vendor(p, 2, 5);
	/* only for those who ask for its class */
	CHECK(p11_count(p, NULL, 0) == 2);
}

static void
vendor_counted(struct p11 *p)
{
	p11_open(p);
	check_vendor(p, 3, 3);
	CHECK_RV(p11_login(p, CKU_USER, "9999"), CKR_PIN_INCORRECT);
	check_vendor(p, 2, 3);
}

static void
test_vendor_tries(void **state)
{
	p11_run("vendor-tries 2 5\n", vendor);
	p11_run("tries 3\nvendor-tries-counted\n", vendor_counted);
}

static void
made_up(struct p11 *p)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE by_class = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE cert, key;
	CK_BYTE value[20] = { 0 };
	CK_ATTRIBUTE a = { CKA_VALUE, NULL, 0 };

	p11_open(p);
	CHECK(p11_count(p, NULL, 0) == 2 + 1001);
	CHECK(p11_count(p, &by_class, 1) == 500);
	class = CKO_PUBLIC_KEY;
	CHECK(p11_count(p, &by_class, 1) == 2 + 501);
	class = CKO_PRIVATE_KEY;
	CHECK(p11_count(p, &by_class, 1) == 0);
	key = p11_find(p, CKO_PUBLIC_KEY, "some 998");
	cert = p11_find(p, CKO_CERTIFICATE, "some 999");
	CHECK(key != 0 && cert != 0);
	CHECK(p11_find(p, CKO_CERTIFICATE, "some 998") == 0);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, cert, &a, 1), CKR_OK);
	CHECK(a.ulValueLen == 9);
	a.pValue = value;
	a.ulValueLen = 8;
	CHECK_RV(p->f->C_GetAttributeValue(p->s, cert, &a, 1),
	    CKR_BUFFER_TOO_SMALL);
	CHECK(a.ulValueLen == CK_UNAVAILABLE_INFORMATION);
	a.ulValueLen = sizeof(value);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, cert, &a, 1), CKR_OK);
	CHECK(a.ulValueLen == 9);
	CHECK(memcmp(value, "\x30\x07\x02\x05\x01\0\0\x03\xe7", 9) == 0);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, &a, 1),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	CHECK_RV(p->f->C_DestroyObject(p->s, cert), CKR_ACTION_PROHIBITED);
	/* the real ones are found as before */
	CHECK(p11_find(p, CKO_PUBLIC_KEY, "one") != 0);
	p->slot = p11_find_slot(p, "beta");
	p11_open(p);
	CHECK(p11_count(p, NULL, 0) == 0);
}

static void
test_objects(void **state)
{
	p11_run("only alpha\nobjects 1001 \"some \"\n", made_up);
}

static void
overridden(struct p11 *p)
{
	CK_OBJECT_HANDLE key = private_key(p);
	CK_BYTE sensitive = 9, local = 9, sign = 9, id[2];
	CK_ULONG bits = 0;
	CK_ATTRIBUTE a[] = {
		{ CKA_SENSITIVE, &sensitive, 1 },
		{ CKA_LOCAL, &local, 1 },
		{ CKA_SIGN, &sign, 1 },
		{ CKA_MODULUS_BITS, &bits, sizeof(bits) },
		{ CKA_ID, id, sizeof(id) },
	};
	CK_ATTRIBUTE gone = { CKA_DECRYPT, &sign, 1 };
	CK_ATTRIBUTE small = { CKA_ID, id, 1 };

	/* the real key has no CKA_MODULUS_BITS */
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, a, 5), CKR_OK);
	CHECK(sensitive == 0 && local == 0 && sign == 1 && bits == 7);
	CHECK(a[4].ulValueLen == 2 && id[0] == 0xab && id[1] == 0xcd);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, &gone, 1),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, &small, 1),
	    CKR_BUFFER_TOO_SMALL);
	small.pValue = NULL;
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, &small, 1), CKR_OK);
	CHECK(small.ulValueLen == 2);
	/* not of a public key, unless it is said */
	key = p11_find(p, CKO_PUBLIC_KEY, "one");
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, &a[1], 1), CKR_OK);
	CHECK(local == 1);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, &a[3], 1), CKR_OK);
	CHECK(bits == 7);
}

static void
test_attr(void **state)
{
	p11_run("attr CKA_SENSITIVE=0\nattr CKA_LOCAL=0\n"
		"attr CKA_MODULUS_BITS=ulong:7 any-class\n"
		"attr CKA_ID=hex:abcd\nattr CKA_DECRYPT=unavailable\n",
	    overridden);
}

/* A value that cannot be read stays so where a rule is about another. */
static void
still_secret(struct p11 *p)
{
	CK_OBJECT_HANDLE key = private_key(p);
	CK_BYTE local = 9, secret[200];
	CK_ATTRIBUTE a[] = {
		{ CKA_PRIVATE_EXPONENT, secret, sizeof(secret) },
		{ CKA_LOCAL, &local, 1 },
	};

	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, a, 2),
	    CKR_ATTRIBUTE_SENSITIVE);
	CHECK(a[0].ulValueLen == CK_UNAVAILABLE_INFORMATION && local == 0);
}

static void
test_attr_beside(void **state)
{
	p11_run("attr CKA_LOCAL=0\n", still_secret);
}

static CK_RV
generate(struct p11 *p)
{
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_ULONG bits = 1024;
	CK_MECHANISM_TYPE allowed = CKM_RSA_PKCS;
	CK_ATTRIBUTE pub[] = { { CKA_MODULUS_BITS, &bits, sizeof(bits) } };
	CK_ATTRIBUTE prv[] = {
		{ CKA_ALLOWED_MECHANISMS, &allowed, sizeof(allowed) },
	};
	CK_OBJECT_HANDLE a, b;

	return p->f->C_GenerateKeyPair(p->s, &m, pub, 1, prv, 1, &a, &b);
}

static CK_RV
create(struct p11 *p, CK_OBJECT_CLASS class)
{
	CK_KEY_TYPE type = CKK_RSA;
	CK_BYTE n[64], e = 3;
	CK_ATTRIBUTE templ[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_MODULUS, n, sizeof(n) },
		{ CKA_PUBLIC_EXPONENT, &e, sizeof(e) },
		{ CKA_PRIVATE_EXPONENT, n, sizeof(n) },
	};
	CK_OBJECT_HANDLE object;

	memset(n, 0xc3, sizeof(n));
	return p->f->C_CreateObject(p->s, templ,
	    class == CKO_PRIVATE_KEY ? 5 : 4, &object);
}

static void
refused(struct p11 *p)
{
	log_in(p);
	CHECK_RV(generate(p), CKR_ATTRIBUTE_TYPE_INVALID);
	CHECK_RV(create(p, CKO_PUBLIC_KEY), CKR_OK);
	CHECK_RV(create(p, CKO_PRIVATE_KEY), 0x80000005);
}

static void
allowed(struct p11 *p)
{
	log_in(p);
	CHECK_RV(generate(p), CKR_OK);
	CHECK_RV(create(p, CKO_PUBLIC_KEY), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(create(p, CKO_PRIVATE_KEY), CKR_OK);
}

static void
test_refuse(void **state)
{
	p11_run("refuse-template CKA_ALLOWED_MECHANISMS 0x12 private\n"
		"refuse-create-private 0x80000005\n",
	    refused);
	p11_run("refuse-template CKA_ALLOWED_MECHANISMS 0x12 public\n"
		"refuse-template CKA_MODULUS CKR_TEMPLATE_INCOMPLETE public\n",
	    allowed);
}

/* What is said of the label "one", asked for its length and its value. */
struct lie {
	const char *how;
	CK_ULONG len;
	CK_ULONG fetched;
	CK_RV rv;
};

static const struct lie lies[] = {
	{ "huge", 0x7fffffff, 0x7fffffff, CKR_OK },
	{ "unavailable", CK_UNAVAILABLE_INFORMATION, CK_UNAVAILABLE_INFORMATION,
	    CKR_OK },
	{ "over", 3, 1010, CKR_OK },
	{ "short", 3, 2, CKR_OK },
	{ "zero", 3, 0, CKR_OK },
	{ "grow", 3, CK_UNAVAILABLE_INFORMATION, CKR_BUFFER_TOO_SMALL },
};

static const struct lie *lie;

static void
lied_attribute(struct p11 *p)
{
	char label[10] = "";
	CK_ATTRIBUTE a[] = { { CKA_LABEL, NULL, 0 }, { CKA_ID, NULL, 0 } };
	CK_OBJECT_HANDLE key = private_key(p);

	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, a, 2), CKR_OK);
	CHECK(a[0].ulValueLen == lie->len && a[1].ulValueLen == 0);
	a[0].pValue = label;
	a[0].ulValueLen = sizeof(label);
	CHECK_RV(p->f->C_GetAttributeValue(p->s, key, a, 2), lie->rv);
	CHECK(a[0].ulValueLen == lie->fetched && a[1].ulValueLen == 0);
	CHECK(memcmp(label, "one\0", 4) == 0);
}

static void
test_lie_attribute(void **state)
{
	char plan[64];

	for (size_t i = 0; i < P11_LEN(lies); i++) {
		lie = &lies[i];
		(void)snprintf(plan, sizeof(plan), "lie CKA_LABEL %s\n",
		    lie->how);
		p11_run(plan, lied_attribute);
	}
}

/* The room is 130 bytes, a signature has 128. */
static const struct lie sign_lies[] = {
	{ "huge", 0x7fffffff, 0x7fffffff, CKR_OK },
	{ "over", 128, 1130, CKR_OK },
	{ "short", 128, 127, CKR_OK },
	{ "zero", 128, 0, CKR_OK },
	{ "grow", 128, 129, CKR_BUFFER_TOO_SMALL },
};

static void
lied_signature(struct p11 *p)
{
	CK_BYTE sig[130], data[1] = { 1 };
	CK_ULONG len = 0;

	log_in(p);
	CHECK_RV(p11_sign(p, NULL, &len), CKR_OK);
	CHECK(len == lie->len);
	len = sizeof(sig);
	CHECK_RV(p->f->C_Sign(p->s, data, 1, sig, &len), lie->rv);
	CHECK(len == lie->fetched);
	/* the operation is still there after a refusal */
	if (lie->rv == CKR_OK)
		return;
	len = sizeof(sig);
	CHECK_RV(p->f->C_Sign(p->s, data, 1, sig, &len), CKR_OK);
	CHECK(len == 128);
}

static void
test_lie_signature(void **state)
{
	char plan[64];

	for (size_t i = 0; i < P11_LEN(sign_lies); i++) {
		lie = &sign_lies[i];
		(void)snprintf(plan, sizeof(plan), "lie C_Sign %s times %s\n",
		    lie->how, lie->rv == CKR_OK ? "9" : "1");
		p11_run(plan, lied_signature);
	}
}

static void
lied_lists(struct p11 *p)
{
	CK_SLOT_ID slots[4] = { 7, 7, 7, 7 };
	CK_MECHANISM_TYPE types[200];
	CK_OBJECT_HANDLE objects[1];
	CK_ULONG num = 4;

	CHECK_RV(p->f->C_GetSlotList(CK_TRUE, slots, &num), CKR_OK);
	CHECK(num == 1004 && slots[3] == 7);
	num = P11_LEN(types);
	CHECK_RV(p->f->C_GetMechanismList(p->slot, types, &num),
	    CKR_BUFFER_TOO_SMALL);
	CHECK(num > 10 && num < P11_LEN(types));
	p11_open(p);
	CHECK_RV(p->f->C_FindObjectsInit(p->s, NULL, 0), CKR_OK);
	CHECK_RV(p->f->C_FindObjects(p->s, objects, 1, &num), CKR_OK);
	CHECK(num == 0x7fffffff);
}

static void
test_lie_lists(void **state)
{
	/* the first list is the one that finds the slot */
	p11_run("lie C_GetSlotList over at 2\n"
		"lie C_GetMechanismList grow\n"
		"lie C_FindObjects huge\n",
	    lied_lists);
}

static void
wrong_second(struct p11 *p)
{
	CK_RV want[] = { CKR_OK, CKR_SIGNATURE_INVALID, CKR_OK };
	CK_BYTE sig[128];
	CK_ULONG len = 0;

	log_in(p);
	for (int i = 0; i < 3; i++) {
		/* whoever asks for the length first is not counted */
		len = sizeof(sig);
		CHECK_RV(p11_sign(p, NULL, &len), CKR_OK);
		CHECK_RV(p->f->C_CloseSession(p->s), CKR_OK);
		log_in(p);
		CHECK_RV(p11_sign(p, sig, &len), CKR_OK);
		CHECK(len == 128);
		CHECK_RV(p11_verify(p, "one", sig, len), want[i]);
	}
}

static void
test_wrong_signature(void **state)
{
	p11_run("wrong-signature at 2\n", wrong_second);
	assert_true(p11_file_has("trace", "C_Sign 0x0 fault=wrong-signature"));
	p11_run("wrong-data at 2\n", wrong_second);
	assert_true(p11_file_has("trace", "C_Sign 0x0 fault=wrong-data"));
}

static void
wrong_key(struct p11 *p)
{
	CK_BYTE sig[128];
	CK_ULONG len = sizeof(sig);

	log_in(p);
	CHECK_RV(p11_sign(p, sig, &len), CKR_OK);
	CHECK_RV(p11_verify(p, "one", sig, len), CKR_SIGNATURE_INVALID);
	CHECK_RV(p11_verify(p, "two", sig, len), CKR_OK);
}

static void
test_wrong_key(void **state)
{
	p11_run("wrong-key two\n", wrong_key);
	assert_int_not_equal(p11_run_raw("wrong-key three\n", wrong_key), 0);
	assert_true(p11_file_has("stderr", "three"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_vendor_tries, p11_setup),
		cmocka_unit_test_setup(test_objects, p11_setup),
		cmocka_unit_test_setup(test_attr, p11_setup),
		cmocka_unit_test_setup(test_attr_beside, p11_setup),
		cmocka_unit_test_setup(test_refuse, p11_setup),
		cmocka_unit_test_setup(test_lie_attribute, p11_setup),
		cmocka_unit_test_setup(test_lie_signature, p11_setup),
		cmocka_unit_test_setup(test_lie_lists, p11_setup),
		cmocka_unit_test_setup(test_wrong_signature, p11_setup),
		cmocka_unit_test_setup(test_wrong_key, p11_setup),
	};

	return test_status(
	    cmocka_run_group_tests(tests, p11_group_setup, p11_group_teardown));
}
