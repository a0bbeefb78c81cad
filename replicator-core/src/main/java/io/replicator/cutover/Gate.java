package io.replicator.cutover;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The gate on the source. Its row changes in the transaction that is the point of no return, and decides alone. */
public final class Gate {
    /** The gate's states. */
    public enum State {
        OPEN,
        MOVED
    }

    private Gate() {}

    /**
     * Asks the source, and waits for a transaction that is about to move the gate and whose session was lost: its commit may
     * still come.
     *
     * @throws ReplicatorException {@code GATE_UNKNOWN} when it cannot be asked: then nothing may be done
     */
    public static State read(Database source, String migration) {
        try (Connection connection = source.open("gate");
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT state = 'moved' FROM replicator.gate WHERE migration = ?")) {
            connection.setAutoCommit(false);
            hold(connection);
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1) ? State.MOVED : State.OPEN;
            }
        } catch (SQLException e) {
            if ("42P01".equals(e.getSQLState()) || "3F000".equals(e.getSQLState())) {
                return State.OPEN;
            }
            throw unknown(migration, e);
        } catch (ReplicatorException e) {
            throw unknown(migration, e);
        }
    }

    private static void hold(Connection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '5s'");
            statement.execute("LOCK TABLE replicator.gate IN SHARE MODE");
        }
    }

    /**
     * Opens the gate for a cutover that begins: what an earlier one left there, which was undone all the same, must not decide
     * what becomes of this one.
     */
    public static void open(Database source, String migration) {
        try (Connection connection = source.open("gate");
                PreparedStatement statement = connection.prepareStatement("""
                        UPDATE replicator.gate SET state = 'open', changed_at = clock_timestamp()
                        WHERE migration = ? AND state <> 'open'""")) {
            statement.setString(1, migration);
            statement.execute();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "opening the gate on the source", e);
        }
    }

    /** Sets the gate to moved inside the caller's transaction. */
    static void move(Connection source, String migration) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement("""
                INSERT INTO replicator.gate (migration, state) VALUES (?, 'moved')
                ON CONFLICT (migration) DO UPDATE SET state = 'moved', changed_at = clock_timestamp()""")) {
            statement.setString(1, migration);
            statement.execute();
        }
    }

    private static ReplicatorException unknown(String migration, Exception cause) {
        return new ReplicatorException(
                ErrorCode.GATE_UNKNOWN,
                "the gate of migration '" + migration + "' on the source cannot be read: " + cause.getMessage(),
                cause);
    }
}
