package io.replicator.capture.trigger;

import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Collection;
import java.util.StringJoiner;

/** Keeps tables from being rewritten until the snapshot transaction ends. */
final class TableHold {
    private static final long LOCK_TIMEOUT_MILLIS = 1_000;

    private TableHold() {}

    /**
     * Locks the tables as a reader does.
     *
     * @return false when one of them is being rewritten, is gone, or was rewritten since the snapshot was taken, under
     *     which it would be read with too few rows
     */
    static boolean hold(Connection session, Collection<WindowTables.Entry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return true;
        }
        StringJoiner names = new StringJoiner(", ");
        entries.forEach(entry -> names.add("ONLY " + entry.table().name().quoted()));
        Savepoint savepoint = session.setSavepoint();
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            statement.execute("LOCK TABLE " + names + " IN ACCESS SHARE MODE");
            statement.execute("SET LOCAL lock_timeout = 0");
            session.releaseSavepoint(savepoint);
        } catch (SQLException e) {
            session.rollback(savepoint);
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE) || SqlStates.has(e, SqlStates.UNDEFINED_TABLE)) {
                return false;
            }
            throw e;
        }
        return unchanged(session, entries);
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
