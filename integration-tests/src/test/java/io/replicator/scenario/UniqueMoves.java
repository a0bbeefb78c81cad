package io.replicator.scenario;

import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives the values of unique, deferrable unique and exclusion constraints of {@code t (id, u, d, r, filler)}, and its keys,
 * to other rows.
 */
final class UniqueMoves {
    static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE,"
            + " d int UNIQUE DEFERRABLE INITIALLY DEFERRED, r int4range, filler text, EXCLUDE USING gist (r WITH &&))";

    private static final int COUNT = 20_000;
    static final String ROWS = "INSERT INTO t SELECT n, n, n, int4range(n, n + 1), repeat('x', 400)"
            + " FROM generate_series(1, " + COUNT + ") AS n";

    private static final int BLOCK = 2_000;

    private final TestDatabase database;
    private final SplittableRandom random;
    private int next = COUNT;

    UniqueMoves(TestDatabase database, long seed) {
        this.database = database;
        this.random = new SplittableRandom(seed);
    }

    /** Of all rows, so that their keys are read in several batches, and of blocks of rows. */
    void once() throws SQLException {
        database.execute("UPDATE t SET d = d % " + COUNT + " + 1");
        for (int block = 0; block < 3; block++) {
            moveBlock();
        }
    }

    void run(AtomicBoolean stopped) {
        try {
            while (!stopped.get()) {
                moveBlock();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("moving unique values", e);
        }
    }

    private void moveBlock() throws SQLException {
        reverse("u");
        reverse("id");
        exchangeRanges();
        rotateDeferred();
        replaceRow();
    }

    /** Values of a column change places within a block, by way of negative ones. */
    private void reverse(String column) throws SQLException {
        int first = random.nextInt(1, COUNT - BLOCK);
        int last = first + random.nextInt(BLOCK);
        database.transaction(
                "UPDATE t SET " + column + " = -" + column + " WHERE " + column + " BETWEEN " + first + " AND " + last,
                "UPDATE t SET " + column + " = " + (first + last) + " + " + column + " WHERE " + column + " < 0");
    }

    private void exchangeRanges() throws SQLException {
        int first = random.nextInt(1, COUNT - BLOCK);
        int last = first + random.nextInt(BLOCK);
        String block = " BETWEEN " + first + " AND " + last;
        database.transaction(
                "CREATE TEMPORARY TABLE held ON COMMIT DROP AS SELECT id, lead(r, 1, r) OVER (ORDER BY id DESC) AS r,"
                        + " first_value(r) OVER (ORDER BY id DESC) AS last FROM t WHERE id" + block,
                "UPDATE held SET r = last WHERE id = (SELECT min(id) FROM held)",
                "UPDATE t SET r = NULL WHERE id" + block,
                "UPDATE t SET r = held.r FROM held WHERE held.id = t.id");
    }

    private void rotateDeferred() throws SQLException {
        int first = random.nextInt(1, COUNT - BLOCK);
        int length = random.nextInt(2, BLOCK);
        database.execute("UPDATE t SET d = " + first + " + (d - " + first + " + 1) % " + length + " WHERE d BETWEEN "
                + first + " AND " + (first + length - 1));
    }

    /** A row goes, and a new one has its unique values. */
    private void replaceRow() throws SQLException {
        next++;
        int gone = random.nextInt(1, COUNT);
        database.transaction(
                "CREATE TEMPORARY TABLE held ON COMMIT DROP AS SELECT * FROM t WHERE u = " + gone,
                "DELETE FROM t WHERE u = " + gone,
                "INSERT INTO t SELECT " + next + ", u, d, r, filler FROM held");
    }
}
