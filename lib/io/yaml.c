/* yaml.c - the only user of libyaml.
 *
 * A file becomes a tree of nodes with their places. What YAML allows and nobody needs in
 * a settings file is a problem here, reported with the rest, so that one run shows every
 * mistake; only malformed YAML ends the run, because nothing behind it can be trusted.
 */
#include "io/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/check.h"
#include "base/text.h"

enum { BYTES_MAX = 1024 * 1024, DEPTH_MAX = 16, FIRST_ROOM = 8 };

struct builder {
	struct cchc_arena *arena;
	struct cchc_problems *problems;
	const char *file;
	const char *bytes;
	size_t len;
	yaml_parser_t parser;
	yaml_event_t event; /* the one being looked at */
	bool has_event;
	bool broken;  /* malformed: no more events can be had */
	bool no_room; /* the arena or libyaml is out of memory */
	size_t twins; /* problems that were of keys given twice */
};

static struct cchc_place place_of(const struct builder *b, yaml_mark_t mark)
{
	return (struct cchc_place){b->file, (uint32_t)mark.line + 1,
				   (uint32_t)mark.column + 1};
}

static struct cchc_place place_at(const struct builder *b, size_t offset)
{
	struct cchc_place place = {b->file, 1, 1};
	size_t used;

	for (size_t at = 0; at < offset && at < b->len; at += used) {
		(void)cchc_text_next(b->bytes + at, b->len - at, &used);
		place.column++;
		if (b->bytes[at] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}

static void report_parser(struct builder *b)
{
	struct cchc_place place = place_of(b, b->parser.problem_mark);

	b->broken = true;
	if (b->parser.error == YAML_READER_ERROR) /* it knows bytes, not lines */
		place = place_at(b, b->parser.problem_offset);
	if (b->parser.error == YAML_MEMORY_ERROR)
		b->no_room = true;
	else if (b->parser.problem)
		cchc_problems_error(b->problems, place, "malformed YAML: %s%s%s",
				    b->parser.context ? b->parser.context : "",
				    b->parser.context ? ", " : "", b->parser.problem);
	else
		cchc_problems_error(b->problems, place, "malformed YAML");
}

static void drop_event(struct builder *b)
{
	if (b->has_event)
		yaml_event_delete(&b->event);
	b->has_event = false;
}

/* Moves to the next event; false when there is none to be had. */
static bool advance(struct builder *b)
{
	drop_event(b);
	if (b->broken || b->no_room)
		return false;
	if (!yaml_parser_parse(&b->parser, &b->event)) {
		report_parser(b);
		return false;
	}
	b->has_event = true;
	return true;
}

static void *take_memory(struct builder *b, size_t count, size_t size)
{
	void *memory = cchc_arena_array(b->arena, count, size);

	b->no_room = b->no_room || !memory;
	return memory;
}

static struct cchc_node *new_node(struct builder *b, enum cchc_node_kind kind)
{
	struct cchc_node *node = take_memory(b, 1, sizeof(*node));

	if (!node)
		return NULL;
	node->kind = kind;
	node->place = place_of(b, b->event.start_mark);
	node->text = "";
	return node;
}

static bool is_null(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

static struct cchc_node *build_scalar(struct builder *b)
{
	struct cchc_node *node = new_node(b, CCHC_NODE_SCALAR);
	const char *text = (const char *)b->event.data.scalar.value;
	size_t len = b->event.data.scalar.length;

	if (!node || is_null(&b->event))
		return node;
	/* escapes can make what the file's own bytes are not allowed to be */
	if (!cchc_text_is_clean(text, len)) {
		cchc_problems_error(b->problems, node->place,
				    "text with control characters");
		return node;
	}
	node->text = cchc_arena_text(b->arena, text, len);
	b->no_room = b->no_room || !node->text;
	return node;
}

/* Doubles an array of n nodes when it is full: 8, 16, 32 ... */
static struct cchc_node **grow(struct builder *b, struct cchc_node **list, size_t n)
{
	struct cchc_node **longer;

	if (n > 0 && (n < FIRST_ROOM || (n & (n - 1)) != 0))
		return list;
	longer = take_memory(b, n ? n * 2 : FIRST_ROOM, sizeof(struct cchc_node *));
	if (longer && n > 0)
		memcpy(longer, list, n * sizeof(struct cchc_node *));
	return longer;
}

static int by_text_then_place(const void *a, const void *b)
{
	const struct cchc_node *x = *(struct cchc_node *const *)a;
	const struct cchc_node *y = *(struct cchc_node *const *)b;
	int by_text = strcmp(x->text, y->text);

	if (by_text)
		return by_text;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return (x->place.column > y->place.column) - (x->place.column < y->place.column);
}

/* Sorts a copy: a hostile file may have a hundred thousand keys. */
static void find_twins(struct builder *b, const struct cchc_node *map)
{
	struct cchc_node **sorted = NULL;

	if (map->n > 1)
		sorted = take_memory(b, map->n, sizeof(struct cchc_node *));
	if (!sorted)
		return;
	memcpy(sorted, map->key, map->n * sizeof(struct cchc_node *));
	qsort(sorted, map->n, sizeof(struct cchc_node *), by_text_then_place);
	for (size_t i = 1; i < map->n; i++) {
		if (strcmp(sorted[i]->text, sorted[i - 1]->text) != 0)
			continue;
		b->twins++;
		cchc_problems_error(b->problems, sorted[i]->place,
				    "the key \"%.60s\" is given twice, first in line %u",
				    sorted[i]->text, sorted[i - 1]->place.line);
	}
}

static const char *anchor_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

/* Passes over a list or map with everything in it. */
static void skip(struct builder *b)
{
	size_t open = 1;

	while (open > 0 && advance(b)) {
		yaml_event_type_t type = b->event.type;

		if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT)
			open++;
		if (type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT)
			open--;
	}
}

static struct cchc_node *build(struct builder *b, unsigned depth);

static void build_list(struct builder *b, struct cchc_node *list, unsigned depth)
{
	while (advance(b) && b->event.type != YAML_SEQUENCE_END_EVENT) {
		struct cchc_node **item = grow(b, list->item, list->n);
		struct cchc_node *node = item ? build(b, depth + 1) : NULL;

		if (!node)
			return;
		list->item = item;
		list->item[list->n++] = node;
	}
}

static void build_map(struct builder *b, struct cchc_node *map, unsigned depth)
{
	while (advance(b) && b->event.type != YAML_MAPPING_END_EVENT) {
		struct cchc_node **key = grow(b, map->key, map->n);
		struct cchc_node **item = grow(b, map->item, map->n);
		struct cchc_node *name = key && item ? build(b, depth + 1) : NULL;
		struct cchc_node *value = name && advance(b) ? build(b, depth + 1) : NULL;

		if (!value)
			return;
		map->key = key;
		map->item = item;
		if (name->kind != CCHC_NODE_SCALAR) {
			cchc_problems_error(b->problems, name->place,
					    "a key must be a text");
			continue;
		}
		map->key[map->n] = name;
		map->item[map->n++] = value;
	}
	find_twins(b, map);
}

static struct cchc_node *build_branch(struct builder *b, enum cchc_node_kind kind,
				      unsigned depth)
{
	struct cchc_node *node = new_node(b, kind);

	if (!node)
		return NULL;
	if (depth > DEPTH_MAX) {
		cchc_problems_error(b->problems, node->place,
				    "nested deeper than %d levels", DEPTH_MAX);
		skip(b);
	} else if (kind == CCHC_NODE_MAP) {
		build_map(b, node, depth);
	} else {
		build_list(b, node, depth);
	}
	return b->broken || b->no_room ? NULL : node;
}

/* The node that begins with the event at hand; NULL only when the run is over. */
static struct cchc_node *build(struct builder *b, unsigned depth)
{
	struct cchc_place place = place_of(b, b->event.start_mark);

	if (anchor_of(&b->event))
		cchc_problems_error(b->problems, place, "anchors (&%.40s) are not taken",
				    anchor_of(&b->event));
	switch (b->event.type) {
	case YAML_SCALAR_EVENT:
		return build_scalar(b);
	case YAML_SEQUENCE_START_EVENT:
		return build_branch(b, CCHC_NODE_LIST, depth);
	case YAML_MAPPING_START_EVENT:
		return build_branch(b, CCHC_NODE_MAP, depth);
	case YAML_ALIAS_EVENT:
		cchc_problems_error(b->problems, place, "aliases (*%.40s) are not taken",
				    (const char *)b->event.data.alias.anchor);
		return new_node(b, CCHC_NODE_SCALAR);
	default:
		cchc_check(!"an event that begins no node");
	}
	return NULL;
}

static void build_document(struct builder *b, struct cchc_node **root)
{
	if (!advance(b)) /* the node's first event */
		return;
	if (b->event.type != YAML_SCALAR_EVENT || !is_null(&b->event) ||
	    anchor_of(&b->event))
		*root = build(b, 1);
	(void)advance(b); /* the document's end */
}

static void build_stream(struct builder *b, struct cchc_node **root)
{
	unsigned documents = 0;

	while (advance(b) && b->event.type != YAML_STREAM_END_EVENT) {
		if (b->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		if (documents++ == 0) {
			build_document(b, root);
			continue;
		}
		cchc_problems_error(b->problems, place_of(b, b->event.start_mark),
				    "a second document in the file");
		return;
	}
}

/* libyaml gives no line for bytes that are no UTF-8, so they are looked for first. */
static bool check_bytes(struct builder *b)
{
	size_t used;

	for (size_t at = 0; at < b->len; at += used) {
		(void)cchc_text_next(b->bytes + at, b->len - at, &used);
		if (cchc_text_is_clean(b->bytes + at, used))
			continue;
		cchc_problems_error(b->problems, place_at(b, at),
				    "not clean UTF-8 (byte 0x%02x)",
				    (unsigned char)b->bytes[at]);
		return false;
	}
	return true;
}

static enum cchc_rc parse(struct builder *b, struct cchc_node **root)
{
	if (!yaml_parser_initialize(&b->parser))
		return CCHC_NOMEM;
	yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b->parser, (const unsigned char *)b->bytes, b->len);
	build_stream(b, root);
	drop_event(b);
	yaml_parser_delete(&b->parser);
	return b->no_room ? CCHC_NOMEM : CCHC_OK;
}

enum cchc_rc cchc_yaml_parse(struct cchc_arena *arena, const char *file,
			     const void *bytes, size_t len,
			     struct cchc_problems *problems, struct cchc_node **root)
{
	static const char BOM[] = "\xef\xbb\xbf";
	struct builder b = {
		.arena = arena, .problems = problems, .bytes = bytes, .len = len};
	struct cchc_node *found = NULL;
	size_t errors = problems->errors;
	enum cchc_rc rc = CCHC_OK;

	b.file = cchc_arena_text(arena, file, strlen(file));
	*root = NULL;
	if (!b.file)
		return CCHC_NOMEM;
	if (len >= 3 && memcmp(bytes, BOM, 3) == 0) {
		b.bytes += 3;
		b.len -= 3;
	}
	if (b.len > BYTES_MAX)
		cchc_problems_error(problems, (struct cchc_place){b.file, 0, 0},
				    "larger than %d bytes", BYTES_MAX);
	else if (check_bytes(&b))
		rc = parse(&b, &found);
	*root = rc == CCHC_OK && problems->errors - errors == b.twins ? found : NULL;
	if (rc == CCHC_OK && problems->errors != errors)
		rc = CCHC_INVALID;
	return rc;
}
