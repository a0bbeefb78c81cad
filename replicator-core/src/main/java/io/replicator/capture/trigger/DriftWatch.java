package io.replicator.capture.trigger;

import io.replicator.change.TxidSnapshot;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides in every window whether {@link CaptureDrift} has to compare everything, which takes a tenth of a second for
 * some thousand tables.
 *
 * <p>It has to when a catalog row of a captured table is there that the last comparison did not see. Every row version
 * that a later snapshot sees and an earlier one did not was written by a transaction, or a subtransaction of one, that
 * was running at the earlier snapshot or began after it: its {@code xmin} is not below the earlier snapshot's. What
 * vanished without a new version took a trigger along, and the number of our triggers tells.
 */
final class DriftWatch {
    private static final String RECENT = """
            WITH since AS (SELECT age(?::text::xid) AS age),
            recent AS (
                SELECT oid AS relid, xmin AS version FROM pg_class
                WHERE age(xmin) BETWEEN 0 AND (SELECT age FROM since)
                UNION ALL SELECT attrelid, xmin FROM pg_attribute
                WHERE age(xmin) BETWEEN 0 AND (SELECT age FROM since)
                UNION ALL SELECT tgrelid, xmin FROM pg_trigger
                WHERE age(xmin) BETWEEN 0 AND (SELECT age FROM since)
                UNION ALL SELECT srrelid, xmin FROM pg_subscription_rel
                WHERE age(xmin) BETWEEN 0 AND (SELECT age FROM since)
                UNION ALL SELECT 0::oid, xmin FROM pg_inherits
                WHERE age(xmin) BETWEEN 0 AND (SELECT age FROM since)
                UNION ALL SELECT 0::oid, xmin FROM pg_namespace
                WHERE age(xmin) BETWEEN 0 AND (SELECT age FROM since))
            SELECT (SELECT count(*) FROM pg_trigger WHERE tgname >= 'replicator_' AND tgname < 'replicator`'),
                   ARRAY(SELECT DISTINCT relid || ' ' || version FROM recent)""";

    private final Set<String> captured = new HashSet<>();
    private @Nullable TxidSnapshot compared;
    private Versions known = new Versions(0, Set.of());

    /**
     * @param triggers the number of our triggers
     * @param recent relation and {@code xmin} of rows that are not much older than the last comparison
     */
    private record Versions(long triggers, Set<String> recent) {}

    /** The next look compares everything. */
    void forget() {
        compared = null;
    }

    /**
     * What is no longer as it was installed, as of the transaction's snapshot.
     *
     * @param ignored tables that do not count
     */
    List<CaptureDrift.Drift> look(Connection session, TxidSnapshot snapshot, Predicate<QualifiedName> ignored) {
        try {
            TxidSnapshot since = compared;
            Versions versions = read(session, since == null ? snapshot : since);
            List<CaptureDrift.Drift> drifts = since != null && explains(versions)
                    ? List.of()
                    : CaptureDrift.find(session).stream()
                            .filter(drift -> !ignored.test(drift.table()))
                            .toList();
            if (since == null) {
                readCaptured(session);
            }
            compared = drifts.isEmpty() ? snapshot : null;
            known = versions;
            return drifts;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "looking for changes of captured tables", e);
        }
    }

    /** Whether what was seen last explains what is there now. */
    private boolean explains(Versions versions) {
        if (versions.triggers() != known.triggers()) {
            return false;
        }
        for (String version : versions.recent()) {
            String relation = version.substring(0, version.indexOf(' '));
            if ((relation.equals("0") || captured.contains(relation))
                    && !known.recent().contains(version)) {
                return false;
            }
        }
        return true;
    }

    private void readCaptured(Connection session) throws SQLException {
        captured.clear();
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT relid FROM replicator.captured_table")) {
            while (row.next()) {
                captured.add(row.getString(1));
            }
        }
    }

    private static Versions read(Connection session, TxidSnapshot since) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(RECENT)) {
            statement.setString(1, Long.toString(since.xmin() & 0xFFFF_FFFFL));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Array recent = row.getArray(2);
                Set<String> versions = Set.of((String[]) recent.getArray());
                recent.free();
                return new Versions(row.getLong(1), versions);
            }
        }
    }
}
