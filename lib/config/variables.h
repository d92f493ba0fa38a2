/* ${NAME} in documents: filled in from the settings' variables, then from the environment. */
#ifndef CONFIG_VARIABLES_H
#define CONFIG_VARIABLES_H

#include <stddef.h>

#include <jansson.h>

#include "base/problem.h"

/* Fills in every ${NAME} in every string of 'root', keys and comments excepted; $${ stands for a
 * plain ${. What is filled in is not looked at again. 'variables' is an object of strings or NULL.
 * An unknown name, and a ${ that nothing ends, is a problem and stays as it is. Returns how many
 * problems there were. */
size_t variables_expand(json_t *root, const json_t *variables, struct problems *problems);

#endif
