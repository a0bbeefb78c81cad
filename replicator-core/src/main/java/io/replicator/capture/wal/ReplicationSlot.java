package io.replicator.capture.wal;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Logical replication slots on the source (PostgreSQL documentation, section 47.2.2).
 *
 * <p>Creating one waits for every transaction that is running; {@link #blockers} names them.
 */
public final class ReplicationSlot {
    private ReplicationSlot() {}

    /**
     * A slot that was just created.
     *
     * @param consistentPoint the snapshot sees exactly the transactions whose commit record starts before it
     * @param snapshot the exported snapshot's name, valid until the replication session runs its next command
     */
    public record Created(String name, Lsn consistentPoint, String snapshot) {}

    /**
     * A slot as the server shows it.
     *
     * @param activePid the walsender that streams from it; 0 for none
     * @param lost whether the server removed WAL the slot needs
     */
    public record State(Lsn confirmedFlush, int activePid, boolean lost) {}

    /** Creates a slot and exports its snapshot; a temporary one goes with the session. */
    public static Created create(Connection replication, String slot, boolean temporary) {
        try (Statement statement = replication.createStatement();
                ResultSet row = statement.executeQuery("CREATE_REPLICATION_SLOT " + Identifiers.quote(slot)
                        + (temporary ? " TEMPORARY" : "") + " LOGICAL pgoutput EXPORT_SNAPSHOT")) {
            row.next();
            return new Created(slot, Lsn.parse(row.getString("consistent_point")), row.getString("snapshot_name"));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "creating replication slot " + slot + " on the source", e);
        }
    }

    public static @Nullable State find(Connection source, String slot) {
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT confirmed_flush_lsn, coalesce(active_pid, 0), to_jsonb(s) ->> 'wal_status'
                FROM pg_replication_slots s
                WHERE slot_name = ? AND database = current_database()""")) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                String confirmed = row.getString(1);
                return new State(
                        confirmed == null ? Lsn.ZERO : Lsn.parse(confirmed),
                        row.getInt(2),
                        "lost".equals(row.getString(3)));
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "looking for replication slot " + slot + " on the source", e);
        }
    }

    /** How many bytes of the log lie behind a position. */
    static long waiting(Connection source, Lsn from) throws SQLException {
        try (PreparedStatement statement =
                source.prepareStatement("SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), ?::pg_lsn)::bigint")) {
            statement.setString(1, from.toString());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** How many slots may still be created and streamed from. */
    static long free(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT least(current_setting('max_replication_slots')::bigint
                                       - (SELECT count(*) FROM pg_replication_slots),
                                     current_setting('max_wal_senders')::bigint
                                       - (SELECT count(*) FROM pg_stat_replication))""")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The setting that leaves no room for another slot, as {@code all 10 max_replication_slots}; null for none. */
    public static @Nullable String taken(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT 'all ' || wanted.setting || ' ' || name
                        FROM (SELECT 'max_replication_slots' AS name, count(*) AS number FROM pg_replication_slots
                              UNION ALL SELECT 'max_wal_senders', count(*) FROM pg_stat_replication) used
                        JOIN pg_settings wanted USING (name)
                        WHERE used.number >= wanted.setting::bigint""")) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** Ends the sessions that read from the slot or a copy of it, if there are any: for the owner of the migration only. */
    public static void terminateReaders(Connection source, String slot) {
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                WHERE active_pid IS NOT NULL
                  AND (slot_name = ? OR temporary AND slot_name ~ ('^' || ? || '[0-9]+$'))""")) {
            statement.setString(1, slot);
            statement.setString(2, slot + SlotCopy.SUFFIX);
            statement.execute();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "ending the old stream of slot " + slot, e);
        }
    }

    /** Drops the slot if it exists; what reads from it is ended first. */
    public static boolean drop(Connection source, String slot) {
        for (int attempt = 0; ; attempt++) {
            if (find(source, slot) == null) {
                return false;
            }
            terminateReaders(source, slot);
            try (PreparedStatement statement = source.prepareStatement("SELECT pg_drop_replication_slot(?)")) {
                statement.setString(1, slot);
                statement.execute();
                return true;
            } catch (SQLException e) {
                if (!SqlStates.has(e, SqlStates.OBJECT_IN_USE) || attempt == 50) {
                    throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "dropping replication slot " + slot, e);
                }
                pause(slot);
            }
        }
    }

    /** The oldest transactions that a slot creation waits for, one line each; empty when there are none. */
    public static String blockers(Connection source) {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT coalesce(string_agg(format('%s, open for %s s)', who,
                                   extract(epoch FROM clock_timestamp() - since)::int), ', '), '')
                        FROM (SELECT format('pid %s (%s', pid, application_name) AS who, xact_start AS since
                              FROM pg_stat_activity
                              WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
                              UNION ALL
                              SELECT format('prepared transaction %L (%s', gid, owner), prepared FROM pg_prepared_xacts
                              ORDER BY 2 LIMIT 3) oldest""")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "looking for running transactions on the source", e);
        }
    }

    private static void pause(String slot) {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while dropping slot " + slot, e);
        }
    }
}
