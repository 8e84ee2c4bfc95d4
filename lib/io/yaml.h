#ifndef CCHC_IO_YAML_H
#define CCHC_IO_YAML_H

#include "base/arena.h"
#include "base/node.h"
#include "base/rc.h"

/* libyaml -> struct cchc_node. Reports malformed YAML, duplicate keys, aliases and
 * anchors, depth above 16, non-scalar keys, text that is not clean UTF-8, a second
 * document and files above 1 MiB, each as file:line:column. */

/* file: name for messages, copied into the arena. *root is NULL for an empty document.
 * CCHC_INVALID when a problem was reported; then *root is NULL, but where the only
 * problems are keys given twice, the tree: who reads it finds the file's other mistakes
 * too. CCHC_NOMEM at the arena's cap. */
CCHC_NODISCARD enum cchc_rc cchc_yaml_parse(struct cchc_arena *arena, const char *file,
					    const void *bytes, size_t len,
					    struct cchc_problems *problems,
					    struct cchc_node **root);

#endif
