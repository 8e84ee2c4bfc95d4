#ifndef CCHC_PROTO_LIMITS_H
#define CCHC_PROTO_LIMITS_H

/* The bounds of the protocol, each held by a test at one under, at, and one over. */
enum {
	CCHC_PROTOCOL_VERSION = 1,
	CCHC_FRAME_MAX = 64 * 1024,       /* bytes of a frame */
	CCHC_CELLS_MAX = 256,             /* cells of one message, unread ones included */
	CCHC_STRING_MAX = 400,            /* bytes of any text but a digest's */
	CCHC_DIGEST_TEXT_MAX = 16 * 1024, /* bytes of what a digest of alerts says */
	CCHC_CHAIN_BYTES = 16,
	CCHC_DIGEST_BYTES = 32,
	CCHC_STORE_ID_BYTES = 16,
	CCHC_PIECE_MAX = 48 * 1024,           /* bytes of a fetched file in one frame */
	CCHC_DECODE_MEMORY_MAX = 1024 * 1024, /* arena of one message */
	CCHC_EPOCHS_MAX = 16,                 /* kept for a unit */
	CCHC_CHAIN_WINDOW = 32,               /* hashes kept below the mark */
	CCHC_FORMS_MAX = 64,        /* forms named by a HELLO, WELCOME or ABOUT */
	CCHC_ASKED_ROWS_MAX = 512,  /* rows named by a question */
	CCHC_LEADS_MAX = 512,       /* lead units named by one deed */
	CCHC_EARLIER_MAX = 4,       /* deeds that a dry run takes as done */
	CCHC_FINDINGS_MAX = 100,    /* findings of a verification that are told */
	CCHC_LIST_MAX = 4096,       /* items of any other list; memory ends most sooner */
	CCHC_REFUSED_SEQS_MAX = 64, /* refusals carried by one ack */
	CCHC_STATUS_EVERY_MS = 20 * 1000,
	CCHC_CONTACT_LOST_MS = 60 * 1000, /* silent for this long: not connected */
	CCHC_TOPIC_REPEAT_MS = 5 * 1000,
};

#endif
