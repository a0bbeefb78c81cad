package io.replicator.daemon;

import io.replicator.capture.trigger.CaptureTeardown;
import io.replicator.capture.wal.Publication;
import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.ControlSchema;
import io.replicator.progress.OwnershipLock;
import io.replicator.schema.ExistingSchema;
import io.replicator.schema.Suspensions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes everything of ours from both ends. Triggers that refuse writes after a switch go too: the old source takes
 * writes again.
 */
public final class Teardown {
    private final Ends ends;
    private final List<String> removed = new ArrayList<>();

    public Teardown(Ends ends) {
        this.ends = ends;
    }

    /**
     * Removes what there is; nothing is an error.
     *
     * @param dryRun only lists
     * @return what was removed, one line each
     */
    public List<String> run(boolean dryRun) {
        try (OwnershipLock _ = OwnershipLock.take(ends.target(), ends.config().name())) {
            source(dryRun);
            target(dryRun);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STATE_MISMATCH, "removing replicator's objects", e);
        }
        return removed;
    }

    private void source(boolean dryRun) throws SQLException {
        try (Connection source = ends.source().open("teardown")) {
            String slot = ends.names().slot();
            if (ReplicationSlot.find(source, slot) != null) {
                removed.add("source: replication slot " + slot);
                if (!dryRun) {
                    ReplicationSlot.drop(source, slot);
                }
            }
            if (exists(
                    source,
                    "SELECT FROM pg_publication WHERE pubname = ?",
                    ends.names().publication())) {
                removed.add("source: publication " + ends.names().publication());
                if (!dryRun) {
                    Publication.drop(source, ends.names().publication());
                }
            }
            if (hasSchema(source)) {
                removed.addAll(CaptureTeardown.remove(ends.source(), dryRun));
                removed.addAll(CaptureTeardown.removeRefusal(ends.source(), dryRun));
            }
            schema(source, "source", dryRun);
        }
    }

    private void target(boolean dryRun) throws SQLException {
        try (Connection target = ends.target().open("teardown")) {
            if (hasSchema(target) && !dryRun) {
                Suspensions.restore(target, ends.config().name());
                if (TargetSchema.of(ends) instanceof ExistingSchema existing) {
                    existing.restore();
                }
            }
            schema(target, "target", dryRun);
        }
    }

    /** Drops the schema, or only this migration's rows when the schema serves another one too. */
    private void schema(Connection connection, String side, boolean dryRun) throws SQLException {
        if (!hasSchema(connection)) {
            return;
        }
        String table = side.equals("source") ? "heartbeat" : "migration";
        String column = side.equals("source") ? "migration" : "name";
        boolean shared = exists(
                connection,
                "SELECT FROM replicator." + table + " WHERE " + column + " <> ?",
                ends.config().name());
        removed.add(side + (shared ? ": this migration's rows in schema " : ": schema ") + ControlSchema.NAME);
        if (dryRun) {
            return;
        }
        if (shared) {
            deleteOwnRows(connection);
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP SCHEMA " + Identifiers.quote(ControlSchema.NAME) + " CASCADE");
        }
    }

    private void deleteOwnRows(Connection connection) throws SQLException {
        List<String> deletes = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT format('DELETE FROM %I.%I WHERE %I = ?', n.nspname, c.relname, a.attname)
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
                        WHERE n.nspname = 'replicator' AND c.relkind = 'r'
                          AND (a.attname = 'migration' OR c.relname = 'migration' AND a.attname = 'name')
                        ORDER BY c.relname = 'migration'""")) {
            while (row.next()) {
                deletes.add(row.getString(1));
            }
        }
        for (String delete : deletes) {
            try (PreparedStatement statement = connection.prepareStatement(delete)) {
                statement.setString(1, ends.config().name());
                statement.execute();
            }
        }
    }

    private static boolean hasSchema(Connection connection) throws SQLException {
        return exists(connection, "SELECT FROM pg_namespace WHERE nspname = ?", ControlSchema.NAME);
    }

    private static boolean exists(Connection connection, String query, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT EXISTS (" + query + ")")) {
            statement.setString(1, value);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
