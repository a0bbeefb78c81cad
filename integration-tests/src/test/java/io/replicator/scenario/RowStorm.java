package io.replicator.scenario;

import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Changes that move the rows of {@code t (id, u, v, filler)} and {@code spelled (name, n, v, filler)} between pages and
 * keys, give unique values to other rows, and spell keys anew.
 */
final class RowStorm {
    static final int ROWS = 40_000;

    private final TestDatabase database;
    private final SplittableRandom random;
    private int next = 1_000_000;

    RowStorm(TestDatabase database, long seed) {
        this.database = database;
        this.random = new SplittableRandom(seed);
    }

    void run(AtomicBoolean stopped) {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            while (!stopped.get()) {
                change(connection, statement);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("changing rows", e);
        }
    }

    private void change(Connection connection, Statement statement) throws SQLException {
        int id = random.nextInt(1, ROWS);
        int other = random.nextInt(1, ROWS);
        switch (random.nextInt(10)) {
            case 0, 1 ->
                statement.execute("UPDATE t SET v = v + 1, filler = repeat('z', " + random.nextInt(300)
                        + ") WHERE id % 500 = " + id % 500);
            case 2 -> insert(statement);
            case 3 -> statement.execute("DELETE FROM t WHERE id BETWEEN " + id + " AND " + (id + random.nextInt(20)));
            case 4 ->
                statement.execute(
                        "UPDATE t SET id = -id WHERE abs(id) BETWEEN " + id + " AND " + (id + random.nextInt(20)));
            case 5 -> swap(connection, statement, id, other);
            case 6 ->
                statement.execute("UPDATE spelled SET name = CASE WHEN v % 2 = 0 THEN upper(name::text) ELSE"
                        + " lower(name::text) END, v = v + 1 WHERE v < 3 AND name = E'na\\\\me\\t" + id + "'");
            case 7 ->
                statement.execute("UPDATE spelled SET n = round(n, " + random.nextInt(1, 6)
                        + "), v = v + 1 WHERE name IN (E'na\\\\me\\t" + id + "', E'na\\\\me\\t" + other + "')");
            case 8 -> statement.execute("DELETE FROM spelled WHERE name = E'na\\\\me\\t" + id + "'");
            default -> rollBackOrVacuum(connection, statement, id);
        }
    }

    private void insert(Statement statement) throws SQLException {
        next += 50;
        statement.execute("INSERT INTO t SELECT n, n, 0, repeat('w', 100) FROM generate_series(" + next + ", "
                + (next + random.nextInt(50)) + ") AS n");
        statement.execute("INSERT INTO spelled VALUES (E'New\\n" + next + "', 1.0, 0, 'new')");
    }

    /** So that the room of old row versions is used again, in pages that were copied long ago. */
    private void rollBackOrVacuum(Connection connection, Statement statement, int id) throws SQLException {
        if (random.nextInt(5) == 0) {
            statement.execute("VACUUM " + (random.nextBoolean() ? "t" : "spelled"));
            return;
        }
        connection.setAutoCommit(false);
        statement.execute("UPDATE t SET v = -1, id = id + 10000000 WHERE id % 1000 = " + id % 1000);
        connection.rollback();
        connection.setAutoCommit(true);
    }

    private static void swap(Connection connection, Statement statement, int id, int other) throws SQLException {
        connection.setAutoCommit(false);
        statement.execute("CREATE TEMPORARY TABLE IF NOT EXISTS held (id int, u int) ON COMMIT DELETE ROWS");
        statement.execute("INSERT INTO held SELECT id, u FROM t WHERE id IN (" + id + ", " + other + ")");
        statement.execute("UPDATE t SET u = NULL WHERE id IN (SELECT id FROM held)");
        statement.execute("UPDATE t SET u = h.u FROM held h WHERE t.id IN (SELECT id FROM held) AND h.id <> t.id");
        connection.commit();
        connection.setAutoCommit(true);
    }
}
