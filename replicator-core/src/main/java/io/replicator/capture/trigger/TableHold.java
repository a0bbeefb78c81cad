package io.replicator.capture.trigger;

import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;

/** Keeps tables from being rewritten until the snapshot transaction ends. */
final class TableHold {
    /** Far below deadlock_timeout, so that no statement of the application is ended for a deadlock with us. */
    private static final long LOCK_TIMEOUT_MILLIS = 50;

    private static final long JOIN_TIMEOUT_MILLIS = 20;

    private TableHold() {}

    /**
     * Locks the tables as a reader does.
     *
     * @return false when one of them is being rewritten, is gone, or was rewritten since the snapshot was taken, under
     *     which it would be read with too few rows
     */
    static boolean hold(Connection session, Collection<WindowTables.Entry> entries) throws SQLException {
        return entries.isEmpty() || (lock(session, entries, LOCK_TIMEOUT_MILLIS) && unchanged(session, entries));
    }

    /**
     * Locks a table as a reader does that another session of ours holds already, so that only a writer who waits for that
     * one can be in the way: waiting for him would be waiting for ourselves.
     *
     * @return false when somebody is in the way
     */
    static boolean join(Connection session, WindowTables.Entry entry) throws SQLException {
        return lock(session, List.of(entry), JOIN_TIMEOUT_MILLIS);
    }

    private static boolean lock(Connection session, Collection<WindowTables.Entry> entries, long timeoutMillis)
            throws SQLException {
        StringJoiner names = new StringJoiner(", ");
        entries.forEach(entry -> names.add("ONLY " + entry.table().name().quoted()));
        Savepoint savepoint = session.setSavepoint();
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + timeoutMillis);
            statement.execute("LOCK TABLE " + names + " IN ACCESS SHARE MODE");
            statement.execute("SET LOCAL lock_timeout = 0");
            session.releaseSavepoint(savepoint);
            return true;
        } catch (SQLException e) {
            session.rollback(savepoint);
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE) || SqlStates.has(e, SqlStates.UNDEFINED_TABLE)) {
                return false;
            }
            throw e;
        }
    }

    private static boolean unchanged(Connection session, Collection<WindowTables.Entry> entries) throws SQLException {
        Long[] oids = entries.stream()
                .map(entry -> Integer.toUnsignedLong(entry.table().oid()))
                .toArray(Long[]::new);
        try (PreparedStatement statement = session.prepareStatement("""
                SELECT NOT EXISTS (SELECT FROM pg_class c
                                   WHERE c.oid = ANY (?::oid[])
                                     AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid))""")) {
            statement.setArray(1, session.createArrayOf("int8", oids));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
