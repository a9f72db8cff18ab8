/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules by which a file is judged: one table. docs/findings.md has a
 * paragraph for each; a test keeps both lists equal. Part of ctl/ctl.h.
 */
#ifndef CTL_RULES_H
#define CTL_RULES_H

/* How bad a finding is: id, JSON name. */
#define CTL_SEVERITIES(X)                                             \
	/* not judged for this kind of file */                        \
	X(CTL_SILENT, "silent")                                       \
	/* a fact */                                                  \
	X(CTL_NOTE, "note")                                           \
	/* works today, hurts at the next change or on some phones */ \
	X(CTL_WARNING, "warning")                                     \
	/* phones refuse the file, or it cannot do its job */         \
	X(CTL_ERROR, "error")

/*
 * The rules: id, name (JSON, docs), severity in a CTL, in an ITL, in any other
 * file, and what to do, as the second half of a sentence.
 */
#define CTL_RULES(X)                                                                            \
	/* ctl_parse() refuses the file. */                                                     \
	X(CTL_RULE_MALFORMED, "malformed", CTL_ERROR, CTL_ERROR, CTL_ERROR,                     \
	    "fetch the file again, in binary mode, and where it is the same, "                  \
	    "have it made anew")                                                                \
	X(CTL_RULE_CUT_SHORT, "cut-short", CTL_ERROR, CTL_ERROR, CTL_ERROR,                     \
	    "fetch the whole file again, in binary mode")                                       \
	X(CTL_RULE_LEFTOVER, "leftover", CTL_ERROR, CTL_ERROR, CTL_ERROR,                       \
	    "fetch the file again, and where it is the same, have it made "                     \
	    "anew")                                                                             \
	X(CTL_RULE_OVER_LIMIT, "over-limit", CTL_ERROR, CTL_ERROR, CTL_ERROR,                   \
	    "do not give it to a phone: no system writes such a file")                          \
	X(CTL_RULE_TEXT_REFUSED, "text-refused", CTL_ERROR, CTL_ERROR,                          \
	    CTL_ERROR, "paste the output of one command, whole")                                \
	/* The header. */                                                                       \
	X(CTL_RULE_HEADER_UNALIGNED, "header-unaligned", CTL_ERROR, CTL_ERROR,                  \
	    CTL_ERROR,                                                                          \
	    "have the file made anew: phones complain of a header that does "                   \
	    "not end at a multiple of 4")                                                       \
	X(CTL_RULE_PADS, "pads", CTL_ERROR, CTL_ERROR, CTL_ERROR,                               \
	    "have the file made anew with 0 to 3 pads, as every real one has")                  \
	X(CTL_RULE_HEADER_INCOMPLETE, "header-incomplete", CTL_ERROR,                           \
	    CTL_ERROR, CTL_ERROR,                                                               \
	    "have the file made anew: phones need it to check the "                             \
	    "signature")                                                                        \
	X(CTL_RULE_CONTAINER_LENGTH, "container-length", CTL_ERROR, CTL_ERROR,                  \
	    CTL_ERROR,                                                                          \
	    "have the file made anew: phones check the length of a container")                  \
	X(CTL_RULE_HEADER_UNUSUAL, "header-unusual", CTL_WARNING, CTL_WARNING,                  \
	    CTL_SILENT,                                                                         \
	    "have the list made as the appliance makes it: how strict phones are is not known") \
	X(CTL_RULE_ALGORITHM_UNKNOWN, "algorithm-unknown", CTL_ERROR,                           \
	    CTL_ERROR, CTL_ERROR,                                                               \
	    "sign it with RSA and a digest that phones know")                                   \
	X(CTL_RULE_MODULUS_WRONG, "modulus-wrong", CTL_ERROR, CTL_ERROR,                        \
	    CTL_ERROR,                                                                          \
	    "have the file signed anew: phones check the size of the "                          \
	    "signature against this code")                                                      \
	X(CTL_RULE_MODULUS_UNKNOWN, "modulus-unknown", CTL_WARNING,                             \
	    CTL_WARNING, CTL_WARNING,                                                           \
	    "sign with a key of 1024, 2048 or 4096 bits, for which codes are "                  \
	    "known")                                                                            \
	X(CTL_RULE_FILENAME_DIFFERS, "filename-differs", CTL_WARNING,                           \
	    CTL_WARNING, CTL_WARNING,                                                           \
	    "have it made with the name under which phones ask for it")                         \
	X(CTL_RULE_SHA1, "sha1", CTL_NOTE, CTL_NOTE, CTL_NOTE,                                  \
	    "leave it so while older phones, which take nothing else, are in "                  \
	    "use")                                                                              \
	/* The signature. */                                                                    \
	X(CTL_RULE_SIGNER_UNKNOWN, "signer-unknown", CTL_ERROR, CTL_ERROR,                      \
	    CTL_ERROR, "have the file signed by a key that the list holds")                     \
	X(CTL_RULE_SIGNER_NOT_SAST, "signer-not-sast", CTL_ERROR, CTL_ERROR,                    \
	    CTL_ERROR,                                                                          \
	    "have the file signed by a key in the role that may sign it")                       \
	X(CTL_RULE_SIGNER_REVERSED, "signer-reversed", CTL_WARNING,                             \
	    CTL_WARNING, CTL_WARNING,                                                           \
	    "have the header spell it as the record does: phones compare "                      \
	    "bytes")                                                                            \
	X(CTL_RULE_SIGNATURE_BAD, "signature-bad", CTL_ERROR, CTL_ERROR,                        \
	    CTL_ERROR,                                                                          \
	    "do not use the file; fetch it again, or have it signed anew")                      \
	X(CTL_RULE_SIGNATURE_UNCHECKED, "signature-unchecked", CTL_NOTE,                        \
	    CTL_NOTE, CTL_NOTE, "do not take this as a proof of who made it")                   \
	X(CTL_RULE_SIGNER_EXPIRED, "signer-expired", CTL_WARNING, CTL_WARNING,                  \
	    CTL_SILENT,                                                                         \
	    "renew it while another SAST that phones hold can sign")                            \
	X(CTL_RULE_SIGNER_EXPIRES, "signer-expires", CTL_WARNING, CTL_WARNING,                  \
	    CTL_SILENT,                                                                         \
	    "renew it while another SAST that phones hold can sign")                            \
	/* One record. */                                                                       \
	X(CTL_RULE_CERTIFICATE_UNREADABLE, "certificate-unreadable",                            \
	    CTL_ERROR, CTL_ERROR, CTL_ERROR,                                                    \
	    "have the list made anew from the server's certificate")                            \
	X(CTL_RULE_KEY_UNREADABLE, "key-unreadable", CTL_ERROR, CTL_ERROR,                      \
	    CTL_ERROR,                                                                          \
	    "have the list made anew from the server's certificate")                            \
	X(CTL_RULE_KEY_WEAK, "key-weak", CTL_ERROR, CTL_ERROR, CTL_SILENT,                      \
	    "replace the certificate: nothing that such a key signs is proven")                 \
	X(CTL_RULE_HASH_UNREADABLE, "hash-unreadable", CTL_ERROR, CTL_ERROR,                    \
	    CTL_SILENT,                                                                         \
	    "have the list made anew with the hash of the certificate")                         \
	X(CTL_RULE_FIELD_DISAGREES, "field-disagrees", CTL_ERROR, CTL_ERROR,                    \
	    CTL_ERROR,                                                                          \
	    "have the list made anew: readers of one field and of the other "                   \
	    "trust different servers")                                                          \
	X(CTL_RULE_ROLE_MISSING, "role-missing", CTL_ERROR, CTL_ERROR,                          \
	    CTL_SILENT,                                                                         \
	    "have the list made anew: a record without FUNCTION serves "                        \
	    "nobody")                                                                           \
	X(CTL_RULE_ROLE_UNKNOWN, "role-unknown", CTL_WARNING, CTL_WARNING,                      \
	    CTL_SILENT,                                                                         \
	    "leave it out where you can: some phones refuse the whole list")                    \
	X(CTL_RULE_KEY_MISSING, "key-missing", CTL_ERROR, CTL_ERROR,                            \
	    CTL_ERROR,                                                                          \
	    "have the list made anew with the certificate of this server")                      \
	X(CTL_RULE_FIELD_MISSING, "field-missing", CTL_WARNING, CTL_WARNING,                    \
	    CTL_SILENT,                                                                         \
	    "have the list made anew: by these fields phones look a certificate up")            \
	X(CTL_RULE_SERVER_WITHOUT_CERTIFICATE, "server-without-certificate",                    \
	    CTL_ERROR, CTL_ERROR, CTL_SILENT,                                                   \
	    "see that the node is up and its certificate valid, and update "                    \
	    "the list")                                                                         \
	X(CTL_RULE_NAME_LONG, "name-long", CTL_WARNING, CTL_WARNING,                            \
	    CTL_WARNING,                                                                        \
	    "give the certificate shorter names: the appliance fails to "                       \
	    "change to mixed mode beyond 255")                                                  \
	X(CTL_RULE_NAME_WITHOUT_NUL, "name-without-nul", CTL_ERROR, CTL_ERROR,                  \
	    CTL_ERROR,                                                                          \
	    "have the file made anew: a reader may run on into the next "                       \
	    "field")                                                                            \
	X(CTL_RULE_ADDRESS_LENGTH, "address-length", CTL_WARNING, CTL_WARNING,                  \
	    CTL_SILENT,                                                                         \
	    "use an IPv4 address of 4 bytes: no phone is known to read "                        \
	    "another")                                                                          \
	X(CTL_RULE_WILDCARD, "wildcard", CTL_WARNING, CTL_WARNING, CTL_SILENT,                  \
	    "use a certificate with the server's own name: the appliance "                      \
	    "supports no wildcard")                                                             \
	X(CTL_RULE_RSA_OVER_2048, "rsa-over-2048", CTL_WARNING, CTL_WARNING,                    \
	    CTL_SILENT, "use 2048 bits: some phones refuse a longer key")                       \
	X(CTL_RULE_RSA_1024, "rsa-1024", CTL_NOTE, CTL_NOTE, CTL_SILENT,                        \
	    "choose 2048 bits when this certificate is renewed")                                \
	X(CTL_RULE_CA_KEY_4096, "ca-key-4096", CTL_WARNING, CTL_WARNING,                        \
	    CTL_SILENT,                                                                         \
	    "have a CA with a shorter key sign it: some phones refuse this "                    \
	    "one in mixed mode")                                                                \
	X(CTL_RULE_CERTIFICATE_EXPIRED, "certificate-expired", CTL_NOTE,                        \
	    CTL_NOTE, CTL_SILENT, "renew it on its server, and then the list")                  \
	X(CTL_RULE_CERTIFICATE_EXPIRES, "certificate-expires", CTL_NOTE,                        \
	    CTL_NOTE, CTL_SILENT,                                                               \
	    "plan its renewal, and then that of the list")                                      \
	X(CTL_RULE_CERTIFICATE_EARLY, "certificate-early", CTL_NOTE, CTL_NOTE,                  \
	    CTL_SILENT,                                                                         \
	    "compare the clocks of the server and of this machine")                             \
	X(CTL_RULE_TOKEN_DIALECT, "token-dialect", CTL_NOTE, CTL_NOTE,                          \
	    CTL_SILENT,                                                                         \
	    "keep the token: with this spelling phones look it up")                             \
	X(CTL_RULE_UNKNOWN_TAG, "unknown-tag", CTL_NOTE, CTL_NOTE, CTL_NOTE,                    \
	    "find out who wrote it before the list is made anew")                               \
	/* The records together. */                                                             \
	X(CTL_RULE_TWO_KEYS, "two-keys", CTL_ERROR, CTL_ERROR, CTL_ERROR,                       \
	    "have one of the two certificates made anew: phones find a key by "                 \
	    "issuer and serial number")                                                         \
	X(CTL_RULE_CERTIFICATE_TWICE, "certificate-twice", CTL_WARNING,                         \
	    CTL_WARNING, CTL_SILENT,                                                            \
	    "have the list made anew with one record for it")                                   \
	X(CTL_RULE_ONE_SAST, "one-sast", CTL_WARNING, CTL_WARNING, CTL_SILENT,                  \
	    "have a second one added while this one can still sign")                            \
	X(CTL_RULE_MANY_SAST, "many-sast", CTL_NOTE, CTL_NOTE, CTL_SILENT,                      \
	    "mind phones of other makers' servers, some of which take two")                     \
	X(CTL_RULE_NO_SAST, "no-sast", CTL_ERROR, CTL_ERROR, CTL_SILENT,                        \
	    "have the list made anew: phones that take it never take "                          \
	    "another")                                                                          \
	X(CTL_RULE_SAST_UNUSABLE, "sast-unusable", CTL_WARNING, CTL_WARNING,                    \
	    CTL_SILENT, "replace it by a SAST that can sign the next list")                     \
	X(CTL_RULE_NO_CAPF, "no-capf", CTL_WARNING, CTL_SILENT, CTL_SILENT,                     \
	    "activate CAPF on the publisher and update the list before "                        \
	    "phones need their certificates renewed")                                           \
	X(CTL_RULE_NO_CCM_TFTP, "no-ccm-tftp", CTL_WARNING, CTL_WARNING,                        \
	    CTL_SILENT,                                                                         \
	    "add the server that signs the phones' configuration files")                        \
	X(CTL_RULE_TVS_IN_CTL, "tvs-in-ctl", CTL_WARNING, CTL_SILENT,                           \
	    CTL_SILENT, "keep TVS to the ITL, where phones expect it")                          \
	X(CTL_RULE_NON_SECURE, "non-secure", CTL_NOTE, CTL_SILENT, CTL_SILENT,                  \
	    "update the list if the cluster is meant to be in mixed mode")                      \
	X(CTL_RULE_ROLLBACK, "rollback", CTL_SILENT, CTL_NOTE, CTL_SILENT,                      \
	    "end the rollback to have phones look up certificates again")                       \
	X(CTL_RULE_SIZE_OVER_64K, "size-over-64k", CTL_WARNING, CTL_ERROR,                      \
	    CTL_SILENT, "leave out certificates that no phone needs")                           \
	X(CTL_RULE_CERTIFICATES_OVER_39, "certificates-over-39", CTL_WARNING,                   \
	    CTL_ERROR, CTL_SILENT,                                                              \
	    "leave out certificates that no phone needs")                                       \
	/* The text of `show ctl` only. */                                                      \
	X(CTL_RULE_NO_FILE, "no-file", CTL_WARNING, CTL_WARNING, CTL_SILENT,                    \
	    "have the list made on the publisher if the cluster is meant to "                   \
	    "be in mixed mode")                                                                 \
	X(CTL_RULE_SAID_FAILED, "said-failed", CTL_ERROR, CTL_ERROR,                            \
	    CTL_SILENT,                                                                         \
	    "fetch the file itself and see what ctlsmith verify says")                          \
	X(CTL_RULE_TEXT_INCOMPLETE, "text-incomplete", CTL_NOTE, CTL_NOTE,                      \
	    CTL_SILENT, "paste all of it to have the records judged together")                  \
	X(CTL_RULE_TEXT_EMPTY, "text-empty", CTL_ERROR, CTL_ERROR, CTL_SILENT,                  \
	    "paste the whole output")                                                           \
	X(CTL_RULE_TEXT_TORN, "text-torn", CTL_WARNING, CTL_WARNING,                            \
	    CTL_SILENT, "paste this record whole")                                              \
	X(CTL_RULE_TEXT_DAMAGED, "text-damaged", CTL_NOTE, CTL_NOTE,                            \
	    CTL_SILENT, "compare this name with the file itself")

#define CTL_ENUM2(id, name) id,
#define CTL_ENUM6(id, name, in_ctl, in_itl, in_file, advice) id,
enum ctl_severity {
	CTL_SEVERITIES(CTL_ENUM2)
};
enum ctl_rule {
	CTL_RULE_NONE,
	CTL_RULES(CTL_ENUM6) CTL_RULE_END /* how many there are, and one */
};
#undef CTL_ENUM2
#undef CTL_ENUM6

#endif
