/* One way to print rows: for people, for jq, for cut. */
#ifndef BTNS_OUT_H
#define BTNS_OUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct btns_err;

enum out_format { OUT_TABLE, OUT_JSON, OUT_TSV };

struct out_col {
	const char	*key;		/* of JSON, and TSV's order: stable */
	const char	*title;		/* table heading, NULL: not in tables */
	int		 width;		/* in the table; the last one's is 0 */
};

/*
 * A writer of rows.  Rows leave as they are filled, so that memory doesn't
 * grow; the first failure sticks, and out_end() reports it.
 */
struct out {
	enum out_format	 fmt;
	const struct out_col *col;
	size_t		 ncol, at, nrow;
	unsigned	 columns;	/* of a screen too narrow for a table */
	size_t		 used;		/* of those, by the line begun */
	void		*json;		/* the row being filled */
	int		 failed;
};

/* Their names, as enum out_format has them; ends with NULL. */
extern const char *const out_formats[];

/* "table", "json", "tsv" to the format; -1 for anything else. */
int	 out_format_parse(const char *);

/*
 * Rows go to standard output; col stays the caller's.  Where a screen is too
 * narrow for a table, each value stands behind its title.
 */
void	 out_begin(struct out *, enum out_format, const struct out_col *,
	    size_t ncol);
/* Values, column by column.  NULL: absent, null in JSON, - elsewhere. */
void	 out_str(struct out *, const char *);
void	 out_int(struct out *, int64_t);
void	 out_bool(struct out *, int);		/* yes, no; true, false */
/*
 * A value that reads otherwise in a table than in JSON and TSV: an age
 * beside a time, a key cut short beside the whole.
 */
void	 out_both(struct out *, const char *table, const char *whole);
/* Flush; -1 if a row or a write failed. */
int	 out_end(struct out *, struct btns_err *);

/*
 * What makes the words after it red, yellow, and plain again; "" where it goes
 * to no terminal, or NO_COLOR is set.  Words say all that a colour says.
 */
const char *out_red(FILE *);
const char *out_yellow(FILE *);
const char *out_plain(FILE *);

/* Four groups of four, twice a line, as people read them out. */
void	 hex_groups(char *out, size_t size, const char *hex, size_t digits);

/*
 * Print text that others chose: bytes that could steer a terminal, and
 * what isn't UTF-8, come out as \xNN.
 */
void	 out_text(FILE *, const char *);

/* The same into a buffer; cut where it is full. */
void	 out_escape(char *, size_t, const char *);

#endif
