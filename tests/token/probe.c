/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_probe list | sign | init | break | remove | caps
 *
 * Asks the module and token that tests/token/with-token.sh made, by plain
 * PKCS#11 calls and without anything of ctlsmith:
 *	list	a line a token: label, serial number, names of its flags
 *	sign	logs in, takes the key TOKEN_KEY (its id in hex) or generates
 *		one, signs with it and verifies with OpenSSL
 *	init	initialises the token and gives it its PINs
 *	break	a call fails after TOKEN_BREAK
 *	remove	TOKEN_REMOVE and TOKEN_INSERT do what they say
 *	caps	tries each ability that a token may have and prints the words
 *		of those it has. Locks the PIN and initialises the token.
 *
 * It reads TOKEN_MODULE, TOKEN_URI, TOKEN_PIN, TOKEN_SO_PIN and TOKEN_KEY.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOTS_MAX 64
#define ID_MAX 32
#define WRONG_MAX 6 /* none is known that locks later than at the fourth */
#define NUM(a) (sizeof(a) / sizeof((a)[0]))
#define ATTR(type, value)                       \
	{                                       \
		(type), &(value), sizeof(value) \
	}

struct probe {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE s;
	char pin[64], so_pin[64];
	bool tried_pins, saw_flags, saw_lock, to_be_changed;
};

static CK_BBOOL yes = CK_TRUE;
static CK_BYTE sha256_info[19 + 32] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

static void
must(bool ok, const char *what, CK_RV rv)
{
	if (ok)
		return;
	(void)fprintf(stderr, "token_probe: %s: 0x%lx %s\n", what, rv,
	    p11_kit_strerror(rv));
	exit(EXIT_FAILURE);
}

static const char *
need(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL) {
		(void)fprintf(stderr, "token_probe: %s is not set\n", name);
		exit(EXIT_FAILURE);
	}
	return value;
}

/* The module's file and its init arguments, out of a .module file. */
static void
read_config(const char *path, char *module, char *reserved, size_t size)
{
	FILE *in = fopen(path, "r");
	char line[1024], *value;

	must(in != NULL, path, CKR_GENERAL_ERROR);
	while (fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		value = strchr(line, ':');
		if (value == NULL)
			continue;
		value += 1 + strspn(value + 1, " ");
		if (strncmp(line, "module:", 7) == 0)
			(void)snprintf(module, size, "%s", value);
		else if (strncmp(line, "x-init-reserved:", 16) == 0)
			(void)snprintf(reserved, size, "%s", value);
	}
	(void)fclose(in);
}

static void
load(struct probe *p, const char *path)
{
	/* NSS reads one word more than the structure has. */
	struct {
		CK_C_INITIALIZE_ARGS args;
		void *more;
	} init = { { 0 }, NULL };
	static char module[1024], reserved[1024];
	const char *dot = strrchr(path, '.');
	CK_RV rv;

	(void)snprintf(module, sizeof(module), "%s", path);
	if (dot != NULL && strcmp(dot, ".module") == 0)
		read_config(path, module, reserved, sizeof(module));
	p->f = p11_kit_module_load(module, P11_KIT_MODULE_UNMANAGED);
	if (p->f == NULL) {
		(void)fprintf(stderr, "token_probe: %s\n", p11_kit_message());
		exit(EXIT_FAILURE);
	}
	init.args.flags = CKF_OS_LOCKING_OK;
	if (reserved[0] != '\0')
		init.args.pReserved = reserved;
	rv = p->f->C_Initialize(&init);
	must(rv == CKR_OK, "C_Initialize", rv);
}

static CK_ULONG
slots_of(struct probe *p, CK_SLOT_ID slot[SLOTS_MAX])
{
	CK_ULONG num = SLOTS_MAX;
	CK_RV rv = p->f->C_GetSlotList(CK_TRUE, slot, &num);

	must(rv == CKR_OK, "C_GetSlotList", rv);
	return num;
}

static void
find_slot(struct probe *p, const char *text)
{
	P11KitUri *uri = p11_kit_uri_new();
	CK_SLOT_ID slot[SLOTS_MAX];
	CK_ULONG i, num = slots_of(p, slot), hits = 0;
	CK_TOKEN_INFO info;
	CK_SLOT_ID id;

	must(p11_kit_uri_parse(text,
		 P11_KIT_URI_FOR_TOKEN | P11_KIT_URI_FOR_SLOT,
		 uri) == P11_KIT_URI_OK &&
		!p11_kit_uri_any_unrecognized(uri),
	    text, CKR_ARGUMENTS_BAD);
	id = p11_kit_uri_get_slot_id(uri);
	for (i = 0; i < num; i++) {
		if (p->f->C_GetTokenInfo(slot[i], &info) != CKR_OK ||
		    !p11_kit_uri_match_token_info(uri, &info) ||
		    (id != (CK_SLOT_ID)-1 && id != slot[i]))
			continue;
		p->slot = slot[i];
		hits++;
	}
	p11_kit_uri_free(uri);
	must(hits == 1, "TOKEN_URI must match one token", CKR_SLOT_ID_INVALID);
}

static CK_FLAGS
flags_of(struct probe *p)
{
	CK_TOKEN_INFO info;
	CK_RV rv = p->f->C_GetTokenInfo(p->slot, &info);

	must(rv == CKR_OK, "C_GetTokenInfo", rv);
	return info.flags;
}

static CK_RV
login(struct probe *p, CK_USER_TYPE user, char *pin)
{
	return p->f->C_Login(p->s, user, (CK_UTF8CHAR *)pin, strlen(pin));
}

/* A new session, in which nobody is logged in. */
static void
open_session(struct probe *p)
{
	CK_RV rv;

	(void)p->f->C_CloseAllSessions(p->slot);
	rv = p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
	    NULL, NULL, &p->s);
	must(rv == CKR_OK, "C_OpenSession", rv);
}

static void
begin(struct probe *p)
{
	CK_RV rv;

	open_session(p);
	rv = login(p, CKU_USER, p->pin);
	must(rv == CKR_OK, "C_Login", rv);
}

/* Generates a pair; a value of MORE is put in the private key. */
static CK_RV
generate(struct probe *p, CK_MECHANISM_TYPE type, CK_ATTRIBUTE size,
    const CK_ATTRIBUTE *more, CK_OBJECT_HANDLE *ret_key)
{
	CK_BYTE id[] = { 0x70, 0x01 }, e[] = { 1, 0, 1 };
	CK_ATTRIBUTE pub[] = { ATTR(CKA_TOKEN, yes), ATTR(CKA_VERIFY, yes),
		ATTR(CKA_ID, id), size, ATTR(CKA_PUBLIC_EXPONENT, e) };
	CK_ATTRIBUTE prv[] = { ATTR(CKA_TOKEN, yes), ATTR(CKA_PRIVATE, yes),
		ATTR(CKA_SENSITIVE, yes), ATTR(CKA_SIGN, yes), ATTR(CKA_ID, id),
		{ 0 } };
	CK_MECHANISM mech = { type, NULL, 0 };
	CK_ULONG num_prv = NUM(prv) - (more == NULL);
	CK_OBJECT_HANDLE pub_key;

	if (more != NULL)
		prv[NUM(prv) - 1] = *more;
	begin(p);
	return p->f->C_GenerateKeyPair(p->s, &mech, pub,
	    NUM(pub) - (type != CKM_RSA_PKCS_KEY_PAIR_GEN), prv, num_prv,
	    &pub_key, ret_key);
}

static CK_RV
generate_rsa(struct probe *p, CK_ULONG bits, const CK_ATTRIBUTE *more,
    CK_OBJECT_HANDLE *ret_key)
{
	CK_ATTRIBUTE size = ATTR(CKA_MODULUS_BITS, bits);

	return generate(p, CKM_RSA_PKCS_KEY_PAIR_GEN, size, more, ret_key);
}

static CK_RV
sign(struct probe *p, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key,
    CK_BYTE *ret_sig, CK_ULONG *len)
{
	CK_MECHANISM mech = { type, NULL, 0 };
	CK_RV rv = p->f->C_SignInit(p->s, &mech, key);

	if (rv != CKR_OK)
		return rv;
	return type == CKM_ECDSA
	    ? p->f->C_Sign(p->s, sha256_info + 19, 32, ret_sig, len)
	    : p->f->C_Sign(p->s, sha256_info, sizeof(sha256_info), ret_sig,
		  len);
}

static bool
can_sign(struct probe *p, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_BYTE sig[1024];
	CK_ULONG len = sizeof(sig);

	return sign(p, type, key, sig, &len) == CKR_OK;
}

static bool
find(struct probe *p, CK_ATTRIBUTE *attr, CK_ULONG num,
    CK_OBJECT_HANDLE *ret_key)
{
	CK_ULONG hits = 0;
	CK_RV rv = p->f->C_FindObjectsInit(p->s, attr, num);

	must(rv == CKR_OK, "C_FindObjectsInit", rv);
	rv = p->f->C_FindObjects(p->s, ret_key, 1, &hits);
	must(rv == CKR_OK, "C_FindObjects", rv);
	(void)p->f->C_FindObjectsFinal(p->s);
	return hits == 1;
}

static bool
has_rsa(struct probe *p, CK_ULONG bits)
{
	CK_OBJECT_HANDLE key;

	return generate_rsa(p, bits, NULL, &key) == CKR_OK &&
	    can_sign(p, CKM_RSA_PKCS, key);
}

static bool
has_keygen(struct probe *p)
{
	return has_rsa(p, 2048);
}

static bool
has_rsa1024(struct probe *p)
{
	return has_rsa(p, 1024);
}

static bool
has_rsa4096(struct probe *p)
{
	return has_rsa(p, 4096);
}

static bool
has_ec(struct probe *p)
{
	CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_ATTRIBUTE curve = ATTR(CKA_EC_PARAMS, p256);
	CK_OBJECT_HANDLE key;

	return generate(p, CKM_EC_KEY_PAIR_GEN, curve, NULL, &key) == CKR_OK &&
	    can_sign(p, CKM_ECDSA, key);
}

/* The token makes a key extractable where nobody says it may not. */
static bool
has_extractable_default(struct probe *p)
{
	CK_BBOOL extractable = CK_FALSE;
	CK_ATTRIBUTE attr = ATTR(CKA_EXTRACTABLE, extractable);
	CK_OBJECT_HANDLE key;

	return generate_rsa(p, 2048, NULL, &key) == CKR_OK &&
	    p->f->C_GetAttributeValue(p->s, key, &attr, 1) == CKR_OK &&
	    extractable == CK_TRUE;
}

/* DER of what I2D writes, in a buffer that is never given back. */
#define DER(attr, type, i2d, x)                                        \
	do {                                                           \
		unsigned char *der = NULL;                             \
		int len = i2d((x), &der);                              \
		must(len > 0, #i2d, CKR_GENERAL_ERROR);                \
		(attr) = (CK_ATTRIBUTE){ (type), der, (CK_ULONG)len }; \
	} while (0)

static X509 *
make_certificate(EVP_PKEY *key)
{
	static const unsigned char cn[] = "token_probe";
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	must(X509_set_version(x, X509_VERSION_3) == 1 &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, cn, -1, -1,
		    0) == 1 &&
		X509_set_issuer_name(x, name) == 1 &&
		ASN1_INTEGER_set(X509_get_serialNumber(x), 4711) == 1 &&
		X509_gmtime_adj(X509_getm_notBefore(x), 0) != NULL &&
		X509_gmtime_adj(X509_getm_notAfter(x), 86400) != NULL &&
		X509_set_pubkey(x, key) == 1 &&
		X509_sign(x, key, EVP_sha256()) > 0,
	    "making a certificate", CKR_GENERAL_ERROR);
	return x;
}

static bool
has_create_object(struct probe *p)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_BYTE id[] = { 0x70, 0x02 };
	CK_ATTRIBUTE attr[] = { ATTR(CKA_CLASS, class), ATTR(CKA_TOKEN, yes),
		ATTR(CKA_CERTIFICATE_TYPE, type), ATTR(CKA_ID, id), { 0 },
		{ 0 }, { 0 }, { 0 } };
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *x = make_certificate(key);
	CK_OBJECT_HANDLE object;

	DER(attr[4], CKA_VALUE, i2d_X509, x);
	DER(attr[5], CKA_SUBJECT, i2d_X509_NAME, X509_get_subject_name(x));
	DER(attr[6], CKA_ISSUER, i2d_X509_NAME, X509_get_issuer_name(x));
	DER(attr[7], CKA_SERIAL_NUMBER, i2d_ASN1_INTEGER,
	    X509_get_serialNumber(x));
	X509_free(x);
	EVP_PKEY_free(key);
	begin(p);
	return p->f->C_CreateObject(p->s, attr, NUM(attr), &object) == CKR_OK;
}

static CK_ATTRIBUTE
number(EVP_PKEY *key, const char *name, CK_ATTRIBUTE_TYPE type)
{
	BIGNUM *n = NULL;
	CK_ATTRIBUTE attr = { type, NULL, 0 };

	must(EVP_PKEY_get_bn_param(key, name, &n) == 1, name,
	    CKR_GENERAL_ERROR);
	attr.ulValueLen = (CK_ULONG)BN_num_bytes(n);
	attr.pValue = OPENSSL_zalloc(attr.ulValueLen);
	(void)BN_bn2bin(n, attr.pValue);
	BN_clear_free(n);
	return attr;
}

static bool
has_import_key(struct probe *p)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	CK_BYTE id[] = { 0x70, 0x03 };
	EVP_PKEY *key = EVP_RSA_gen(2048);
	CK_ATTRIBUTE attr[] = { ATTR(CKA_CLASS, class), ATTR(CKA_TOKEN, yes),
		ATTR(CKA_PRIVATE, yes), ATTR(CKA_SENSITIVE, yes),
		ATTR(CKA_SIGN, yes), ATTR(CKA_KEY_TYPE, type), ATTR(CKA_ID, id),
		number(key, OSSL_PKEY_PARAM_RSA_N, CKA_MODULUS),
		number(key, OSSL_PKEY_PARAM_RSA_E, CKA_PUBLIC_EXPONENT),
		number(key, OSSL_PKEY_PARAM_RSA_D, CKA_PRIVATE_EXPONENT),
		number(key, OSSL_PKEY_PARAM_RSA_FACTOR1, CKA_PRIME_1),
		number(key, OSSL_PKEY_PARAM_RSA_FACTOR2, CKA_PRIME_2),
		number(key, OSSL_PKEY_PARAM_RSA_EXPONENT1, CKA_EXPONENT_1),
		number(key, OSSL_PKEY_PARAM_RSA_EXPONENT2, CKA_EXPONENT_2),
		number(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
		    CKA_COEFFICIENT) };
	CK_OBJECT_HANDLE object;

	EVP_PKEY_free(key);
	begin(p);
	return p->f->C_CreateObject(p->s, attr, NUM(attr), &object) == CKR_OK &&
	    can_sign(p, CKM_RSA_PKCS, object);
}

/* A key that demands the PIN each time: generated, or already there. */
static bool
has_always_auth(struct probe *p)
{
	CK_ATTRIBUTE always = ATTR(CKA_ALWAYS_AUTHENTICATE, yes);
	CK_MECHANISM mech = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key;
	CK_BYTE sig[1024];
	CK_ULONG len = sizeof(sig);

	if (generate_rsa(p, 2048, &always, &key) != CKR_OK) {
		begin(p);
		if (!find(p, &always, 1, &key))
			return false;
	}
	if (sign(p, CKM_RSA_PKCS, key, sig, &len) != CKR_USER_NOT_LOGGED_IN)
		return false;
	begin(p);
	len = sizeof(sig);
	return find(p, &always, 1, &key) &&
	    p->f->C_SignInit(p->s, &mech, key) == CKR_OK &&
	    login(p, CKU_CONTEXT_SPECIFIC, p->pin) == CKR_OK &&
	    p->f->C_Sign(p->s, sha256_info, sizeof(sha256_info), sig, &len) ==
	    CKR_OK;
}

static bool
has_so_login(struct probe *p)
{
	open_session(p);
	return login(p, CKU_SO, p->so_pin) == CKR_OK;
}

/* Wrong PINs, until the token locks or has had its chances to. */
static void
try_wrong_pins(struct probe *p)
{
	const CK_FLAGS telling = CKF_USER_PIN_COUNT_LOW |
	    CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
	char wrong[sizeof(p->pin)];
	int i;

	if (p->tried_pins)
		return;
	p->tried_pins = true;
	(void)snprintf(wrong, sizeof(wrong), "%s", p->pin);
	wrong[0] = wrong[0] == '9' ? '0' : '9';
	open_session(p);
	for (i = 0; i < WRONG_MAX && !p->saw_lock; i++) {
		p->saw_lock = login(p, CKU_USER, wrong) == CKR_PIN_LOCKED;
		if ((flags_of(p) & telling) != 0)
			p->saw_flags = true;
	}
}

static bool
has_pin_flags(struct probe *p)
{
	try_wrong_pins(p);
	return p->saw_flags;
}

static bool
has_pin_lock(struct probe *p)
{
	try_wrong_pins(p);
	return p->saw_lock;
}

static bool
has_unblock(struct probe *p)
{
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)p->pin;

	open_session(p);
	if (login(p, CKU_SO, p->so_pin) != CKR_OK ||
	    p->f->C_InitPIN(p->s, pin, strlen(p->pin)) != CKR_OK)
		return false;
	open_session(p);
	return login(p, CKU_USER, p->pin) == CKR_OK;
}

/* Gives a token that was just initialised its PINs; false where it cannot. */
static bool
give_pins(struct probe *p)
{
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)p->pin;
	CK_UTF8CHAR *so = (CK_UTF8CHAR *)p->so_pin;
	CK_UTF8CHAR new_so[] = "7654321";

	open_session(p);
	if (login(p, CKU_SO, p->so_pin) != CKR_OK)
		return false;
	if ((flags_of(p) & CKF_SO_PIN_TO_BE_CHANGED) != 0) {
		if (p->f->C_SetPIN(p->s, so, strlen(p->so_pin), new_so,
			strlen((char *)new_so)) != CKR_OK)
			return false;
		(void)snprintf(p->so_pin, sizeof(p->so_pin), "%s",
		    (char *)new_so);
		open_session(p);
		if (login(p, CKU_SO, p->so_pin) != CKR_OK)
			return false;
	}
	if (p->f->C_InitPIN(p->s, pin, strlen(p->pin)) != CKR_OK)
		return false;
	open_session(p);
	return login(p, CKU_USER, p->pin) == CKR_OK;
}

/* Whether the token can be initialised, and be used after that. */
static bool
has_init(struct probe *p)
{
	/* the label ends in a NUL: p11-kit's client looks for one */
	CK_UTF8CHAR label[33] = "initialised by token_probe      ";
	CK_TOKEN_INFO info;

	(void)p->f->C_CloseAllSessions(p->slot);
	if (p->f->C_InitToken(p->slot, (CK_UTF8CHAR *)p->so_pin,
		strlen(p->so_pin), label) != CKR_OK)
		return false;
	p->to_be_changed = (flags_of(p) & CKF_SO_PIN_TO_BE_CHANGED) != 0;
	return give_pins(p) && p->f->C_GetTokenInfo(p->slot, &info) == CKR_OK &&
	    memcmp(info.label, label, sizeof(info.label)) == 0;
}

/* After has_init(): the security officer had to change the PIN first. */
static bool
has_to_be_changed(struct probe *p)
{
	return p->to_be_changed;
}

/* In the order of what they do to the token: the last ones spoil it. */
static const struct {
	const char *word;
	bool (*has)(struct probe *);
} caps[] = {
	{ "keygen", has_keygen },
	{ "rsa1024", has_rsa1024 },
	{ "rsa4096", has_rsa4096 },
	{ "ec", has_ec },
	{ "extractable-default", has_extractable_default },
	{ "create-object", has_create_object },
	{ "import-key", has_import_key },
	{ "always-auth", has_always_auth },
	{ "so-login", has_so_login },
	{ "pin-flags", has_pin_flags },
	{ "pin-lock", has_pin_lock },
	{ "unblock", has_unblock },
	{ "init", has_init },
	{ "to-be-changed", has_to_be_changed },
};

static void
cmd_caps(struct probe *p)
{
	size_t i;

	for (i = 0; i < NUM(caps); i++) {
		if (caps[i].has(p))
			(void)printf("%s\n", caps[i].word);
	}
}

static void
cmd_list(struct probe *p)
{
	static const struct {
		CK_FLAGS flag;
		const char *name;
	} names[] = { { CKF_TOKEN_INITIALIZED, "initialised" },
		{ CKF_LOGIN_REQUIRED, "login" },
		{ CKF_USER_PIN_INITIALIZED, "pin" },
		{ CKF_USER_PIN_COUNT_LOW, "pin-low" },
		{ CKF_USER_PIN_FINAL_TRY, "pin-final" },
		{ CKF_USER_PIN_LOCKED, "pin-locked" },
		{ CKF_USER_PIN_TO_BE_CHANGED, "pin-to-be-changed" } };
	CK_SLOT_ID slot[SLOTS_MAX];
	CK_ULONG i, j, num = slots_of(p, slot);
	CK_TOKEN_INFO info;

	for (i = 0; i < num; i++) {
		if (p->f->C_GetTokenInfo(slot[i], &info) != CKR_OK)
			continue;
		(void)printf("%.32s %.16s", (const char *)info.label,
		    (const char *)info.serialNumber);
		for (j = 0; j < NUM(names); j++) {
			if ((info.flags & names[j].flag) != 0)
				(void)printf(" %s", names[j].name);
		}
		(void)printf("\n");
	}
}

/* The public key, out of what the private object tells. */
static EVP_PKEY *
public_of(struct probe *p, CK_OBJECT_HANDLE key)
{
	static CK_BYTE n[1024], e[16];
	CK_ATTRIBUTE attr[] = { ATTR(CKA_MODULUS, n),
		ATTR(CKA_PUBLIC_EXPONENT, e) };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;
	CK_RV rv = p->f->C_GetAttributeValue(p->s, key, attr, NUM(attr));

	must(rv == CKR_OK, "C_GetAttributeValue", rv);
	must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N,
		 BN_bin2bn(n, (int)attr[0].ulValueLen, NULL)) == 1 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E,
		    BN_bin2bn(e, (int)attr[1].ulValueLen, NULL)) == 1 &&
		EVP_PKEY_fromdata_init(ctx) == 1 &&
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY,
		    OSSL_PARAM_BLD_to_param(build)) == 1,
	    "making the public key", CKR_GENERAL_ERROR);
	return pkey;
}

/* The private key with the id that HEX says. */
static CK_OBJECT_HANDLE
key_of_id(struct probe *p, const char *hex)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_BYTE id[ID_MAX];
	CK_ATTRIBUTE attr[] = { ATTR(CKA_CLASS, class), ATTR(CKA_ID, id) };
	CK_OBJECT_HANDLE key = 0;
	char two[3] = { 0 };
	size_t i;

	for (i = 0; i < ID_MAX && strlen(hex) >= 2 * i + 2; i++) {
		(void)memcpy(two, hex + 2 * i, 2);
		id[i] = (CK_BYTE)strtoul(two, NULL, 16);
	}
	attr[1].ulValueLen = i;
	must(find(p, attr, NUM(attr), &key), "no key with the id TOKEN_KEY",
	    CKR_KEY_HANDLE_INVALID);
	return key;
}

static void
cmd_sign(struct probe *p)
{
	const char *id = getenv("TOKEN_KEY");
	EVP_PKEY_CTX *ctx;
	CK_OBJECT_HANDLE key;
	CK_BYTE sig[1024];
	CK_ULONG len = sizeof(sig);
	CK_RV rv = CKR_OK;

	begin(p);
	if (id != NULL && id[0] != '\0')
		key = key_of_id(p, id);
	else
		rv = generate_rsa(p, 2048, NULL, &key);
	must(rv == CKR_OK, "C_GenerateKeyPair", rv);
	rv = sign(p, CKM_RSA_PKCS, key, sig, &len);
	must(rv == CKR_OK, "C_Sign", rv);
	ctx = EVP_PKEY_CTX_new(public_of(p, key), NULL);
	must(EVP_PKEY_verify_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		EVP_PKEY_verify(ctx, sig, len, sha256_info + 19, 32) == 1,
	    "the signature does not verify", CKR_SIGNATURE_INVALID);
	(void)printf("signed and verified\n");
}

/* Runs the command that the environment names. */
static void
run(const char *name)
{
	const char *command = need(name);

	/* NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe) */
	must(command[0] != '\0' && system(command) == 0, name,
	    CKR_GENERAL_ERROR);
}

/* True when the token goes (WANTED false) or is there again, soon. */
static bool
present_is(struct probe *p, bool wanted)
{
	CK_SLOT_INFO info = { 0 };
	int tries;

	for (tries = 0; tries < 200; tries++) {
		if (p->f->C_GetSlotInfo(p->slot, &info) == CKR_OK &&
		    ((info.flags & CKF_TOKEN_PRESENT) != 0) == wanted)
			return true;
		(void)usleep(50000);
	}
	return false;
}

static bool
signs(struct probe *p)
{
	return can_sign(p, CKM_RSA_PKCS, key_of_id(p, need("TOKEN_KEY")));
}

static void
cmd_break(struct probe *p)
{
	CK_SESSION_INFO info;
	CK_RV rv;

	begin(p);
	run("TOKEN_BREAK");
	rv = p->f->C_GetSessionInfo(p->s, &info);
	must(rv == CKR_DEVICE_ERROR, "not CKR_DEVICE_ERROR", rv);
	(void)printf("broken\n");
}

static void
cmd_remove(struct probe *p)
{
	CK_BYTE sig[1024];
	CK_ULONG len = sizeof(sig);
	CK_OBJECT_HANDLE key;

	begin(p);
	key = key_of_id(p, need("TOKEN_KEY"));
	must(signs(p), "signing", CKR_FUNCTION_FAILED);
	run("TOKEN_REMOVE");
	must(present_is(p, false), "the token is still there", CKR_OK);
	must(sign(p, CKM_RSA_PKCS, key, sig, &len) != CKR_OK,
	    "a signature without token", CKR_OK);
	run("TOKEN_INSERT");
	must(present_is(p, true), "the token is not back", CKR_OK);
	begin(p);
	must(signs(p), "signing", CKR_FUNCTION_FAILED);
	(void)printf("removed and inserted\n");
}

static void
cmd_init(struct probe *p)
{
	must(has_init(p), "C_InitToken, or what must follow", CKR_OK);
	(void)printf("initialised%s\n",
	    p->to_be_changed ? ", and a PIN had to be changed" : "");
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct probe *);
	} commands[] = { { "list", cmd_list }, { "sign", cmd_sign },
		{ "init", cmd_init }, { "break", cmd_break },
		{ "remove", cmd_remove }, { "caps", cmd_caps } };
	struct probe p = { 0 };
	size_t i;

	for (i = 0; i < NUM(commands); i++) {
		if (argc != 2 || strcmp(argv[1], commands[i].name) != 0)
			continue;
		(void)signal(SIGPIPE, SIG_IGN);
		load(&p, need("TOKEN_MODULE"));
		find_slot(&p, need("TOKEN_URI"));
		(void)snprintf(p.pin, sizeof(p.pin), "%s", need("TOKEN_PIN"));
		(void)snprintf(p.so_pin, sizeof(p.so_pin), "%s",
		    need("TOKEN_SO_PIN"));
		commands[i].run(&p);
		(void)p.f->C_Finalize(NULL);
		return EXIT_SUCCESS;
	}
	(void)fprintf(stderr,
	    "usage: token_probe list | sign | init | break | remove | caps\n");
	return 2;
}
