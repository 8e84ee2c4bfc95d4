#include "app/encoded.h"

#include <stdlib.h>
#include <string.h>

#include "app/cells.h"

static void empty_sheet(struct cchc_encoded_sheet *sheet)
{
	for (uint32_t i = 0; i < sheet->places; i++)
		free(sheet->unit[i].bytes);
	free(sheet->unit);
	*sheet = (struct cchc_encoded_sheet){0};
}

void cchc_encoded_fini(struct cchc_encoded *encoded)
{
	for (size_t i = 0; i < CCHC_SHEETS; i++)
		empty_sheet(&encoded->sheet[i]);
}

/* NULL without memory: then nothing is kept. */
static struct cchc_encoded_sheet *sheet_for(struct cchc_encoded *encoded,
					    const struct cchc_cells_ask *ask,
					    const struct cchc_shape *shape)
{
	struct cchc_encoded_sheet *sheet;
	struct cchc_encoded_unit *unit;

	for (size_t i = 0; i < CCHC_SHEETS; i++) {
		sheet = &encoded->sheet[i];
		if (sheet->unit && cchc_period_equal(sheet->period, ask->period) &&
		    sheet->scope == ask->scope)
			return sheet;
	}
	unit = calloc((size_t)shape->places + 1, sizeof(*unit));
	if (!unit)
		return NULL;
	sheet = &encoded->sheet[encoded->next++ % CCHC_SHEETS];
	empty_sheet(sheet);
	*sheet =
		(struct cchc_encoded_sheet){ask->period, ask->scope, shape->places, unit};
	return sheet;
}

/* NULL where nothing is kept: some rows only, no figures yet, nothing below the unit. */
static struct cchc_encoded_unit *unit_for(struct cchc_encoded *encoded,
					  const struct cchc_cells_ask *ask,
					  uint64_t *changed)
{
	const struct cchc_view_period *p = cchc_view_find(ask->form->view, ask->period);
	struct cchc_encoded_sheet *sheet;
	uint32_t node;

	if (!p || ask->rows)
		return NULL;
	node = cchc_tree_find(p->shape->tree, ask->unit->id);
	if (node == CCHC_NO_NODE || p->shape->place[node] == CCHC_NO_NODE)
		return NULL;
	*changed = p->changed[node];
	sheet = sheet_for(encoded, ask, p->shape);
	return sheet ? &sheet->unit[p->shape->place[node]] : NULL;
}

/* Without memory the old bytes are gone and none are kept. */
static void keep(struct cchc_encoded_unit *unit, const struct cchc_wire_piece *piece,
		 uint64_t changed)
{
	free(unit->bytes);
	unit->bytes = malloc(piece->len);
	if (!unit->bytes)
		return;
	memcpy(unit->bytes, piece->bytes, piece->len);
	unit->len = piece->len;
	unit->changed = changed;
}

enum cchc_rc cchc_encoded_cells(struct cchc_encoded *encoded,
				const struct cchc_cells_ask *ask,
				struct cchc_arena *arena, struct cchc_wire_piece *piece)
{
	uint64_t changed = 0;
	struct cchc_encoded_unit *unit = unit_for(encoded, ask, &changed);
	Cchc__UnitCells *cells;
	uint8_t *bytes;
	enum cchc_rc rc;

	if (unit && unit->bytes && unit->changed == changed) {
		*piece = (struct cchc_wire_piece){unit->bytes, unit->len};
		return CCHC_OK;
	}
	rc = cchc_cells_pack(ask, arena, &cells);
	if (rc == CCHC_OK)
		rc = cchc_wire_encode(arena, &cells->base, &bytes, &piece->len);
	if (rc != CCHC_OK)
		return rc;
	piece->bytes = bytes;
	if (unit)
		keep(unit, piece, changed);
	return CCHC_OK;
}
