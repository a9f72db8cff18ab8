/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libtoken: keys on PKCS#11 tokens (eTokens, smart cards, HSMs).
 *
 * One struct tok_lib holds the module and watches every call into it; a struct
 * tok is one token, chosen by its URI (RFC 7512) and never by a slot number; a
 * struct tok_session is what one thread works through; a struct tok_key is
 * exactly one private key with its public half.
 *
 * Promises
 * - A PIN is sent once. Before each login the token's flags are read afresh: a
 *   locked PIN or one that is to be changed is refused, the last try too
 *   unless it is asked for. Failures are counted on disk, per serial number,
 *   before the PIN is sent. A PIN that failed is never sent again.
 * - A signature leaves only after it was verified in software, and after the
 *   owner took note of it.
 * - Nothing is guessed: two tokens or two keys that match are an error, with
 *   all of them named.
 * - No call into the module waits for ever: see struct tok_owner, hung().
 * - What a module says is hostile: lengths, counts and texts are bounded. A
 *   text (struct tok_text) is bytes; whoever prints it makes it safe.
 *
 * The process must ignore SIGPIPE, must not fork once a library is open, and
 * must close it before it exits. A second library in the life of a process
 * may name another module, but not both at a time; those that the system has
 * registered are to be had in the first one alone.
 *
 * Errors: ERR_TOKEN (no such token or key, several, or the module failed: then
 * d->api is the function and d->native its CK_RV), ERR_PIN, ERR_POLICY
 * (refused by one of our rules), and the common ones.
 */
#ifndef PKCS11_TOK_H
#define PKCS11_TOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/secret.h"
#include "pki/cert.h"
#include "pki/digest.h"
#include "pki/keyfile.h"
#include "pki/pubkey.h"
#include "pki/request.h"
#include "pki/selfsign.h"
#include "pki/sig.h"

/* ---- What a token says of itself ------------------------------------- */

/* A text of a module, without the blanks and NULs that pad it. May hold any
 * byte. */
struct tok_text {
	uint8_t byte[64];
	size_t len;
};

struct bytes tok_text_bytes(const struct tok_text *t);

/* Flag, the word for it, JSON key. The first four are of the slot and of the
 * token as such. */
#define TOK_FLAGS(X)                                                \
	X(TOK_REMOVABLE, "removable", "removable")                  \
	X(TOK_HARDWARE, "hardware", "hardware")                     \
	X(TOK_INITIALISED, "initialised", "initialised")            \
	X(TOK_READ_ONLY, "write-protected", "write_protected")      \
	X(TOK_LOGIN, "login required", "login_required")            \
	X(TOK_PINPAD, "pinpad", "pinpad")                           \
	X(TOK_PIN_SET, "PIN set", "pin_set")                        \
	X(TOK_PIN_LOW, "PIN low", "pin_low")                        \
	X(TOK_PIN_FINAL, "PIN final try", "pin_final_try")          \
	X(TOK_PIN_LOCKED, "PIN locked", "pin_locked")               \
	X(TOK_PIN_CHANGE, "PIN to be changed", "pin_to_be_changed") \
	X(TOK_SO_LOW, "SO PIN low", "so_pin_low")                   \
	X(TOK_SO_FINAL, "SO PIN final try", "so_pin_final_try")     \
	X(TOK_SO_LOCKED, "SO PIN locked", "so_pin_locked")          \
	X(TOK_SO_CHANGE, "SO PIN to be changed", "so_pin_to_be_changed")

enum tok_flag {
#define TOK_FLAG_ENUM(id, word, key) id,
	TOK_FLAGS(TOK_FLAG_ENUM)
#undef TOK_FLAG_ENUM
	TOK_NUM_FLAGS
};

const char *tok_flag_word(enum tok_flag f);
const char *tok_flag_key(enum tok_flag f);

#define TOK_UNKNOWN UINT64_MAX

struct tok_info {
	struct tok_text label, manufacturer, model, serial;
	struct tok_text slot;               /* the slot's description */
	struct tok_text slot_maker;         /* who made the reader */
	unsigned flags;                     /* bit 1u << enum tok_flag */
	uint64_t free_memory, total_memory; /* bytes, public and private
					     * together, or TOK_UNKNOWN */
	uint64_t pin_min, pin_max;
	uint64_t max_sessions; /* 0: no limit; or TOK_UNKNOWN */
	unsigned hardware[2], firmware[2];
	int tries, tries_max; /* of the user's PIN; -1: it does not say */
	struct diag trouble;  /* why the rest is empty, or code ERR_OK */
};

bool tok_has(const struct tok_info *i, enum tok_flag f);

/* Appends the URI that names the token: model, manufacturer, serial, label. */
void tok_put_uri(struct buf *out, const struct tok_info *i);

/* ---- The owner of a library ------------------------------------------- */

enum tok_pin_kind {
	TOK_PIN_USER,
	TOK_PIN_SO,
	TOK_PIN_KEY, /* for one use of a key (always-authenticate) */
	TOK_PIN_USER_NEW,
	TOK_PIN_SO_NEW
};

struct tok_pin_request {
	enum tok_pin_kind kind;
	const struct tok_info *token; /* read afresh */
	struct bytes key_label;       /* TOK_PIN_KEY */
	unsigned attempt; /* from 1, of this run; above 1 the one before was
			   * refused */
};

enum tok_tell {
	TOK_TELL_WAITING,   /* a person is waited for, at the token */
	TOK_TELL_CANDIDATE, /* one of several that match: its URI */
	TOK_TELL_WARNING
};

/* What happened to a key, for the record. Borrowed for the call. */
struct tok_event {
	const char *operation; /* "sign", "key-generate", "key-import",
				* "key-delete", "certificate-import",
				* "token-init", "pin-change", "pin-reset" */
	const struct tok_info *token;
	struct bytes key_id, key_label;
	const char *mechanism;   /* CKM_ name, or NULL */
	const char *digest_name; /* or NULL */
	struct bytes digest;
	const char *purpose;       /* as in struct tok_sign_request, or NULL */
	const struct diag *failed; /* why it failed, or NULL */
};

/* Every function but hung() may be NULL. All but hung() are called on the
 * thread of whoever called the library. */
struct tok_owner {
	void *arg;

	/* The module has not come back from CALL for SECONDS. On a thread of
	 * its own; must end the process and not return: what the module holds
	 * cannot be given back. */
	void (*hung)(void *arg, const char *call, unsigned seconds);

	/* A line for people, without newline; may hold bytes from outside. */
	void (*tell)(void *arg, enum tok_tell kind, const char *text);

	/* Fills RET with a PIN. *RET_AGAIN: a person gave it and may give
	 * another where this one is wrong. ERR_PIN where there is none. */
	enum err (*pin)(void *arg, const struct tok_pin_request *r,
	    struct secret *ret, bool *ret_again, struct diag *d);

	/* Takes note. An error withholds the result from whoever asked for it,
	 * with this error. */
	enum err (*event)(void *arg, const struct tok_event *e, struct diag *d);
};

/* ---- The library -------------------------------------------------------- */

struct tok_setup {
	/* A module (absolute path, a regular file), or a configuration file of
	 * p11-kit that ends in ".module" (for remote: and x-init-reserved:).
	 * NULL: all that this system has registered. */
	const char *module;
	/* Folder of the ledgers of failed PINs; made where it is missing. */
	const char *state;
	unsigned pin_failures; /* so many in the ledger stop a login on a token
				* that shows no PIN flags; 0: 2 */
	bool final_try;        /* a login may use the last try */
	unsigned timeout;      /* seconds for any call; 0: 30, and 600 for key
				* generation and initialising */
	const struct tok_owner *owner;
};

struct tok_lib;

/* Loads and initialises. SETUP and what it points at must live as long. */
MUST_CHECK enum err tok_lib_open(const struct tok_setup *setup,
    struct tok_lib **ret, struct diag *d);

/* Logs out, finalises, unloads. NULL is allowed. */
void tok_lib_close(struct tok_lib **l);

struct tok_module_info {
	const char *name; /* in p11-kit's registry */
	const char *path; /* may be NULL */
	struct tok_text manufacturer, description;
	unsigned version[2], cryptoki[2];
	size_t num_slots, num_tokens;
	struct diag trouble; /* why it does not work, or code ERR_OK */
};

size_t tok_lib_num_modules(const struct tok_lib *l);
void tok_lib_module(struct tok_lib *l, size_t i, struct tok_module_info *ret);

/* Reads all tokens anew into *RET, an array that the caller free()s. One that
 * cannot be read is there with its trouble. */
MUST_CHECK enum err tok_list(struct tok_lib *l, struct tok_info **ret,
    size_t *ret_num, struct diag *d);

/* ---- URIs ---------------------------------------------------------------- */

struct tok_uri;

/* Parses TEXT. Refused with words: an attribute that is unknown or stands
 * twice, slot-id (numbers change), a label over 32 bytes, bad escapes, and
 * pin-value, which tok_uri_take_pin() takes before. */
MUST_CHECK enum err tok_uri_parse(const char *text, struct tok_uri **ret,
    struct diag *d);

void tok_uri_free(struct tok_uri **u);

/* Moves the value of pin-value in TEXT, decoded, into PIN and takes the
 * attribute out; what stood there is overwritten, after a failure too.
 * *RET_FOUND tells whether there was one. Two of them, and a value with a
 * character that ought to be escaped, are ERR_SYNTAX: a wrong guess would cost
 * a try. */
MUST_CHECK enum err tok_uri_take_pin(char *text, struct secret *pin,
    bool *ret_found, struct diag *d);

/* Borrowed, or NULL. */
const char *tok_uri_module_path(const struct tok_uri *u);
const char *tok_uri_pin_source(const struct tok_uri *u);
/* Whether it names an object (id, object, type) and not a token alone. */
bool tok_uri_names_object(const struct tok_uri *u);

/* Reads the PIN that pin-source names into PIN: a path, bare or as file: URI.
 * A trailing LF or CR LF is no part of it. Refused: what others may read, what
 * belongs to neither us nor root, what is no regular file, more than one line,
 * an empty PIN, "|command", other schemes. */
MUST_CHECK enum err tok_pin_source_read(const char *source, struct secret *pin,
    struct diag *d);

/* ---- One token ----------------------------------------------------------- */

struct tok;

enum tok_mode {
	TOK_READ, /* sign, look */
	TOK_WRITE
};

/* The one token that U matches; U must live as long. No session is opened yet.
 * Several, or none: ERR_TOKEN, each candidate told to the owner. */
MUST_CHECK enum err tok_open(struct tok_lib *l, const struct tok_uri *u,
    enum tok_mode mode, struct tok **ret, struct diag *d);

/* All tokens that U matches (NULL: all there are), as *RET, NUM of them, which
 * tok_close_all() ends. */
MUST_CHECK enum err tok_open_all(struct tok_lib *l, const struct tok_uri *u,
    enum tok_mode mode, struct tok ***ret, size_t *ret_num, struct diag *d);

/* Logs out and closes its sessions. Keys of it must be freed before. */
void tok_close(struct tok **t);
void tok_close_all(struct tok ***t, size_t num);

/* As last read: when it was opened, and before each login. */
const struct tok_info *tok_info(const struct tok *t);

/* Reads flags and memory afresh. */
MUST_CHECK enum err tok_refresh(struct tok *t, struct diag *d);

enum tok_user {
	TOK_USER,
	TOK_SO
};

/* Logs in, unless that was done. The rules are at the top. */
MUST_CHECK enum err tok_login(struct tok *t, enum tok_user who, struct diag *d);

bool tok_logged_in(const struct tok *t);

/* D tells that the token is gone (pulled out, or its device failed). */
bool tok_is_gone(const struct diag *d);

/* After tok_is_gone(): forgets all sessions, and the login, and looks for the
 * token with the same serial number and label. ERR_TOKEN while it is not
 * there. The next login asks for the PIN again. Keys found before are to be
 * found anew. */
MUST_CHECK enum err tok_again(struct tok *t, struct diag *d);

/* A mechanism as the token offers it. */
struct tok_mechanism {
	unsigned long type;
	const char *name; /* CKM_..., or NULL */
	unsigned long min_bits, max_bits;
	unsigned flags; /* bit 1u << enum tok_mechanism_flag */
};

#define TOK_MECHANISM_FLAGS(X)               \
	X(TOK_MECH_HARDWARE, "hardware")     \
	X(TOK_MECH_ENCRYPT, "encrypt")       \
	X(TOK_MECH_DECRYPT, "decrypt")       \
	X(TOK_MECH_DIGEST, "digest")         \
	X(TOK_MECH_SIGN, "sign")             \
	X(TOK_MECH_VERIFY, "verify")         \
	X(TOK_MECH_KEYGEN, "generate")       \
	X(TOK_MECH_PAIRGEN, "generate pair") \
	X(TOK_MECH_WRAP, "wrap")             \
	X(TOK_MECH_UNWRAP, "unwrap")         \
	X(TOK_MECH_DERIVE, "derive")

enum tok_mechanism_flag {
#define TOK_MECH_ENUM(id, word) id,
	TOK_MECHANISM_FLAGS(TOK_MECH_ENUM)
#undef TOK_MECH_ENUM
	TOK_NUM_MECH_FLAGS
};

const char *tok_mechanism_flag_word(enum tok_mechanism_flag f);

/* *RET is an array of *RET_NUM that the caller free()s, in the module's
 * order. */
MUST_CHECK enum err tok_mechanisms(struct tok *t, struct tok_mechanism **ret,
    size_t *ret_num, struct diag *d);

/* ---- Objects --------------------------------------------------------------- */

enum tok_class {
	TOK_DATA,
	TOK_CERTIFICATE,
	TOK_PUBLIC_KEY,
	TOK_PRIVATE_KEY,
	TOK_SECRET_KEY,
	TOK_OTHER_CLASS
};

/* "private key" and so on; and the word of a URI's type=, or NULL. */
const char *tok_class_name(enum tok_class c);
const char *tok_class_type(enum tok_class c);

/* The attributes that matter, their names, and where they belong. */
#define TOK_ATTRS(X)                                       \
	X(TOK_ATTR_SENSITIVE, "sensitive")                 \
	X(TOK_ATTR_EXTRACTABLE, "extractable")             \
	X(TOK_ATTR_ALWAYS_SENSITIVE, "always_sensitive")   \
	X(TOK_ATTR_NEVER_EXTRACTABLE, "never_extractable") \
	X(TOK_ATTR_LOCAL, "local")                         \
	X(TOK_ATTR_ALWAYS_AUTH, "always_authenticate")     \
	X(TOK_ATTR_PRIVATE, "private")                     \
	X(TOK_ATTR_MODIFIABLE, "modifiable")               \
	X(TOK_ATTR_SIGN, "sign")                           \
	X(TOK_ATTR_DECRYPT, "decrypt")                     \
	X(TOK_ATTR_UNWRAP, "unwrap")                       \
	X(TOK_ATTR_DERIVE, "derive")

enum tok_attr {
#define TOK_ATTR_ENUM(id, name) id,
	TOK_ATTRS(TOK_ATTR_ENUM)
#undef TOK_ATTR_ENUM
	TOK_NUM_ATTRS
};

const char *tok_attr_name(enum tok_attr a);

enum tok_answer {
	TOK_NO,
	TOK_YES,
	TOK_NOT_SAID
};

#define TOK_NO_PAIR ((size_t)-1)

struct tok_object {
	enum tok_class class;
	struct bytes label, id;
	enum pubkey_type type; /* keys */
	unsigned bits;         /* keys; 0: not said */
	enum tok_answer attr[TOK_NUM_ATTRS];
	const unsigned long *allowed; /* CKA_ALLOWED_MECHANISMS */
	size_t num_allowed;
	struct bytes value;       /* certificates: DER; may be empty */
	const struct cert *cert;  /* NULL where it does not decode */
	const struct pubkey *key; /* of a certificate or a key, or NULL */
	size_t pair; /* of a certificate or public key: the private key of this
		      * list with the same public half, or, where that does not
		      * tell, the only one with the same id; else TOK_NO_PAIR */
	bool readable; /* false: the module could not say even its class */
};

struct tok_objects;

/* Reads what is on the token; without a login that is what is public. U
 * narrows it (id, object, type), NULL does not. */
MUST_CHECK enum err tok_objects_read(struct tok *t, const struct tok_uri *u,
    struct tok_objects **ret, struct diag *d);

/* The same of certificates alone, whatever type= U has. */
MUST_CHECK enum err tok_certs_read(struct tok *t, const struct tok_uri *u,
    struct tok_objects **ret, struct diag *d);

void tok_objects_free(struct tok_objects **o);
size_t tok_objects_num(const struct tok_objects *o);
/* Borrowed from O. */
const struct tok_object *tok_object(const struct tok_objects *o, size_t i);

/* The CKM_ name of TYPE, or NULL. */
const char *tok_mechanism_name(unsigned long type);

/* Appends the URI of an object of the token. */
void tok_put_object_uri(struct buf *out, const struct tok_info *i,
    const struct tok_object *o);

/* ---- Keys and signatures --------------------------------------------------- */

struct tok_key;

/* The one private key that U matches, of those that are seen after a login,
 * which is made. Threads may share it. */
MUST_CHECK enum err tok_find_key(struct tok *t, const struct tok_uri *u,
    struct tok_key **ret, struct diag *d);

void tok_key_free(struct tok_key **k);

struct bytes tok_key_id(const struct tok_key *k);
struct bytes tok_key_label(const struct tok_key *k);
/* The public half as the token tells it: of the private key, else of the
 * public key or certificate with the same id. A signature that verifies proves
 * it. */
const struct pubkey *tok_key_public(const struct tok_key *k);
bool tok_key_always_authenticates(const struct tok_key *k);

/* For one thread at a time. Sessions are opened where they are needed, closed
 * after any error, and opened anew. */
struct tok_session;

/* ERR_TOO_BIG where the token allows no more at the moment. */
MUST_CHECK enum err tok_session_open(struct tok *t, struct tok_session **ret,
    struct diag *d);
void tok_session_close(struct tok_session **s);

struct tok_sign_request {
	enum digest digest;
	const struct digest_value *value;
	struct bytes message; /* what was digested; for a token that wants to
			       * do that itself. May be absent (ptr NULL) */
	const char *purpose;  /* the file it is for, for the record */
};

/* Signs with PKCS#1 v1.5 (RSA) or ECDSA (r and s, fixed width) and appends the
 * signature to RET once it is verified and noted. S may be NULL: the token's
 * own session. */
MUST_CHECK enum err tok_sign(struct tok_session *s, const struct tok_key *k,
    const struct tok_sign_request *r, struct buf *ret, struct diag *d);

/* One way to sign, and whether the token's mechanisms, the size of the key and
 * what the key allows admit it. */
struct tok_way {
	unsigned long mechanism;
	const char *name; /* CKM_... */
	enum sig_scheme scheme;
	enum digest digest; /* what is signed, or what the token digests */
	bool digests;       /* the token does */
};

/* *RET is an array of *RET_NUM that the caller free()s. */
MUST_CHECK enum err tok_ways(const struct tok_key *k, struct tok_way **ret,
    size_t *ret_num, struct diag *d);

/* As tok_sign(), in a given way, over MESSAGE. */
MUST_CHECK enum err tok_sign_way(struct tok_session *s, const struct tok_key *k,
    const struct tok_way *way, struct bytes message, struct buf *ret,
    struct diag *d);

/* ---- Making, changing, taking away -------------------------------------------
 * All of these want a token opened with TOK_WRITE, log in as they need, and
 * report an event. Asking people is the business of the caller. */

/* Initialises the token, which loses all it has, and sets the user's PIN
 * (asked of the owner) where SET_PIN. LABEL has at most 32 bytes of UTF-8. For
 * one that is initialised the SO PIN must be its own; for one that never was,
 * the owner is asked for a new one. T is the token as it is then, with another
 * slot and serial number, may be; keys found before are void. Where it fails
 * after the fact, the message says so. */
MUST_CHECK enum err tok_init(struct tok *t, struct bytes label, bool set_pin,
    struct diag *d);

/* WHO changes the own PIN. The old one is asked of the owner, then the new one.
 * Nobody is logged in afterwards. */
MUST_CHECK enum err tok_pin_change(struct tok *t, enum tok_user who,
    struct diag *d);

/* The SO gives the user a new PIN; this unlocks a locked one too. Nobody is
 * logged in afterwards. */
MUST_CHECK enum err tok_pin_reset(struct tok *t, struct diag *d);

enum tok_key_kind {
	TOK_RSA_1024,
	TOK_RSA_2048,
	TOK_RSA_3072,
	TOK_RSA_4096,
	TOK_EC_P256,
	TOK_EC_P384
};

struct tok_keygen {
	enum tok_key_kind kind;
	struct bytes label, id; /* both wanted */
	bool always_authenticate;
};

/*
 * Makes a pair that is sensitive, cannot be extracted and was made on the
 * token; reads that back, and destroys the pair where it is not so
 * (ERR_POLICY). So a token that denies local of the keys that it made, as NSS
 * does, is refused. ERR_EXISTS where an object has the label or the id;
 * ERR_UNSUPPORTED where the token makes no such keys. After any error the pair
 * is destroyed, or the message says that it may still be there.
 *
 * The key signs once, to prove that it works; for one that always
 * authenticates the owner is asked for its PIN, and without one the key is
 * left untried, with a warning.
 */
MUST_CHECK enum err tok_keygen(struct tok *t, const struct tok_keygen *g,
    struct tok_key **ret, struct diag *d);

/* Brings in a key from a file: created, else unwrapped by a one-time key;
 * ERR_UNSUPPORTED where the token takes neither. Read back and proven as in
 * tok_keygen(), but for its origin, and destroyed likewise. ERR_EXISTS where a
 * key has the label or the id; a certificate may have them. */
MUST_CHECK enum err tok_import_key(struct tok *t, const struct keyfile *f,
    struct bytes label, struct bytes id, struct tok_key **ret, struct diag *d);

/* Stores a certificate under LABEL and ID and reads it back; one that came out
 * otherwise is destroyed. ERR_EXISTS where the token holds the same. */
MUST_CHECK enum err tok_import_cert(struct tok *t, struct bytes der,
    struct bytes label, struct bytes id, struct diag *d);

/* Destroys all objects with this id, the private key first, then public keys
 * and certificates. *RET_NUM: how many. ERR_ABSENT where there are none. Where
 * one stays, what follows stays too, and the message says which and how many
 * are gone. */
MUST_CHECK enum err tok_delete(struct tok *t, struct bytes id, size_t *ret_num,
    struct diag *d);

/* Makes a request or a self-signed certificate by the key, DER appended to
 * RET; the public half comes from the key, whatever SPEC says. SHA-256, for
 * curves over 256 bits SHA-384. TOK_READ will do. ERR_UNSUPPORTED for a key
 * that always authenticates: libp11, which signs here, would ask for its PIN
 * past the rules. */
MUST_CHECK enum err tok_request(const struct tok_key *k,
    const struct request_spec *spec, struct buf *ret, struct diag *d);
MUST_CHECK enum err tok_selfsign(const struct tok_key *k,
    const struct request_spec *spec, const struct request_validity *when,
    struct buf *ret, struct diag *d);

#endif
