/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_print.h"

#include "cli/out.h"
#include "data/json.h"

enum err
token_put_table(struct table **t, struct buf *text, struct diag *d)
{
	struct fill fill = fill_for_stdout();
	enum err e;

	e = table_print(*t, &fill, text, d);
	table_free(t);
	return e;
}

enum cmd_exit
token_print_text(struct buf *text)
{
	enum cmd_exit end = out_write(text);

	buf_clear(text);
	return end;
}

enum cmd_exit
token_print_made(struct buf *text, enum err e, const struct diag *d)
{
	if (e == ERR_OK)
		return token_print_text(text);
	buf_clear(text);
	out_complain(NULL, d);
	return cmd_end(e);
}

enum cmd_exit
token_print_json(json_t *array)
{
	struct buf text = { 0 };
	enum cmd_exit end;
	struct diag d;
	enum err e;

	e = array == NULL ? diag_nomem(&d) : doc_json_dump(array, &text, &d);
	json_decref(array);
	if (e != ERR_OK) {
		out_complain(NULL, &d);
		end = CMD_FAILED;
	} else {
		end = out_write(&text);
	}
	buf_clear(&text);
	return end;
}

enum cmd_exit
token_print_element(const char *key, json_t *value)
{
	json_t *array = json_array(), *element = json_object();
	struct json_sink s = { value == NULL };

	json_put_number(&s, element, "schema", JSON_SCHEMA);
	json_put(&s, element, key, value);
	if (json_array_append_new(array, element) != 0)
		s.failed = true;
	if (s.failed) {
		json_decref(array);
		array = NULL;
	}
	return token_print_json(array);
}

enum cmd_exit
token_print_list(const char *key, json_t *list, const struct json_sink *s)
{
	if (!s->failed)
		return token_print_element(key, list);
	json_decref(list);
	return token_print_element(key, NULL);
}
