-- After the units are there: every figure of the country, and the rollups, in bulk; then the
-- triggers that keep them.
WITH RECURSIVE up AS (
	SELECT id AS unit, parent AS above FROM unit WHERE parent IS NOT NULL
	UNION ALL
	SELECT up.unit, u.parent FROM up JOIN unit u ON u.id = up.above
	WHERE u.parent IS NOT NULL)
INSERT INTO above SELECT unit, above FROM up;
INSERT INTO figure
	SELECT u.id, p, r, (u.id * 31 + r * 7 + p) % 1000
	FROM unit u, generate_series(0, 3) p, generate_series(0, 116) r
	WHERE u.level = 3 ORDER BY u.id, p, r;
ANALYZE;
CREATE TEMP TABLE step AS
	SELECT u.parent AS unit, f.period, f.row, sum(f.value) AS sum, count(*) AS n
	FROM figure f JOIN unit u ON u.id = f.unit GROUP BY 1, 2, 3;
INSERT INTO rollup
	SELECT x.unit, w.whole, x.row, sum(x.sum), sum(x.n)
	FROM (SELECT unit, period, row, sum, n FROM step
	      UNION ALL
	      SELECT a.above, s.period, s.row, s.sum, s.n
	      FROM step s JOIN above a ON a.unit = s.unit) x
	JOIN within w USING (period) GROUP BY 1, 2, 3 ORDER BY 2, 1, 3;
CREATE TRIGGER inserted AFTER INSERT ON figure REFERENCING NEW TABLE AS now_there
	FOR EACH STATEMENT EXECUTE FUNCTION rollup_inserted();
CREATE TRIGGER updated AFTER UPDATE ON figure
	REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there
	FOR EACH STATEMENT EXECUTE FUNCTION rollup_updated();
VACUUM ANALYZE;
CHECKPOINT;
