package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The writers' count of their commits, kept by each transaction in the database it writes to. What a client was told
 * and what the database holds can thus be compared, also after a lost connection or on another server.
 */
public final class Ledger {
    private static final String ROW_LOCK_LIMIT = "5s";

    private Ledger() {}

    /** Creates the table {@code public.writer_ledger} unless it is there. */
    public static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                CREATE TABLE IF NOT EXISTS public.writer_ledger (
                    writer text PRIMARY KEY,
                    committed bigint NOT NULL)\
                """);
        }
    }

    /** The sum over all writers. */
    public static long total(Connection connection) throws SQLException {
        Long total = Sql.number(connection, "SELECT sum(committed)::bigint FROM public.writer_ledger");
        return total == null ? 0 : total;
    }

    /** Counts the transaction under way. */
    static void count(Connection connection, String writer) throws SQLException {
        int rows = Sql.update(
                connection, "UPDATE public.writer_ledger SET committed = committed + 1 WHERE writer = ?", writer);
        if (rows != 1) {
            throw new SQLException("the ledger's row of " + writer + " is missing", "P0002");
        }
    }

    /** Makes the writer's row. */
    static void enter(Connection connection, String writer) throws SQLException {
        Sql.update(
                connection,
                "INSERT INTO public.writer_ledger (writer, committed) VALUES (?, 0) ON CONFLICT DO NOTHING",
                writer);
    }

    /**
     * The writer's count; waits for a transaction of a lost connection that is still being committed. Needs a
     * transaction, which the caller ends.
     *
     * @return -1 when the row is missing
     */
    static long committed(Connection connection, String writer) throws SQLException {
        Sql.text(connection, "SELECT set_config('lock_timeout', ?, true)", ROW_LOCK_LIMIT);
        Long committed = Sql.number(
                connection, "SELECT committed FROM public.writer_ledger WHERE writer = ? FOR UPDATE", writer);
        return committed == null ? -1 : committed;
    }
}
