-- The same work in PostgreSQL, as its experts would do it: figures, a journal and the marks of
-- what was seen change in one transaction, and the rollups are kept by statement-level triggers
-- that see all changed rows at once and touch each rollup cell once, in one order, so that
-- writers wait for each other and never deadlock.
--
-- Simpler than the daemon's, in PostgreSQL's favour: every row is a sum over units and time,
-- nothing is judged by rules, nothing is published, nothing is encrypted.

CREATE TABLE unit (id int PRIMARY KEY, parent int, level int);
CREATE TABLE above (unit int, above int, PRIMARY KEY (unit, above));
-- quarters 0..3 count in themselves, the half-year, nine months, and the year
CREATE TABLE within (period int, whole int, PRIMARY KEY (period, whole));
INSERT INTO within VALUES (0,0),(0,4),(0,5),(0,6),(1,1),(1,4),(1,5),(1,6),
	(2,2),(2,5),(2,6),(3,3),(3,6);

CREATE TABLE figure (
	unit int, period int, row int, value bigint NOT NULL,
	PRIMARY KEY (unit, period, row)) WITH (fillfactor = 85);
CREATE TABLE rollup (
	unit int, period int, row int, sum bigint NOT NULL, n bigint NOT NULL,
	PRIMARY KEY (period, unit, row)) WITH (fillfactor = 50);
CREATE TABLE journal (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	received timestamptz NOT NULL DEFAULT now(),
	sender int NOT NULL, seq bigint NOT NULL, unit int NOT NULL, period int NOT NULL,
	row int[] NOT NULL, value bigint[] NOT NULL);
CREATE TABLE mark (sender int PRIMARY KEY, seq bigint NOT NULL) WITH (fillfactor = 50);

CREATE FUNCTION rollup_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO rollup AS r (unit, period, row, sum, n)
	SELECT a.above, w.whole, c.row, sum(c.value), count(*)
	FROM now_there c JOIN above a USING (unit) JOIN within w USING (period)
	GROUP BY w.whole, a.above, c.row ORDER BY w.whole, a.above, c.row
	ON CONFLICT (period, unit, row)
	DO UPDATE SET sum = r.sum + excluded.sum, n = r.n + excluded.n;
	RETURN NULL;
END $$;

CREATE FUNCTION rollup_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO rollup AS r (unit, period, row, sum, n)
	SELECT a.above, w.whole, c.row, sum(c.value), 0
	FROM (SELECT b.unit, b.period, b.row, b.value - o.value AS value
	      FROM now_there b JOIN was_there o USING (unit, period, row)
	      WHERE b.value <> o.value) c
	JOIN above a USING (unit) JOIN within w USING (period)
	GROUP BY w.whole, a.above, c.row ORDER BY w.whole, a.above, c.row
	ON CONFLICT (period, unit, row) DO UPDATE SET sum = r.sum + excluded.sum;
	RETURN NULL;
END $$;

-- One round trip a transaction: any number of messages as arrays. Of the sender's messages only
-- those above its mark count.
CREATE FUNCTION push(a_sender int, a_seq bigint, a_unit int[], a_period int[], a_row int[],
	a_value bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	seen bigint;
BEGIN
	SELECT seq INTO seen FROM mark WHERE sender = a_sender FOR UPDATE;
	IF seen >= a_seq THEN RETURN; END IF;
	INSERT INTO journal (sender, seq, unit, period, row, value)
	SELECT a_sender, a_seq, u, p, array_agg(r), array_agg(v)
	FROM unnest(a_unit, a_period, a_row, a_value) AS t(u, p, r, v) GROUP BY u, p;
	INSERT INTO mark VALUES (a_sender, a_seq)
	ON CONFLICT (sender) DO UPDATE SET seq = excluded.seq;
	INSERT INTO figure
	SELECT u, p, r, v FROM unnest(a_unit, a_period, a_row, a_value) AS t(u, p, r, v)
	ORDER BY u, p, r
	ON CONFLICT (unit, period, row) DO UPDATE SET value = excluded.value;
END $$;
