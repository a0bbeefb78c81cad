package io.replicator.daemon;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Where the source is at a moment.
 *
 * @param nextTransaction the next transaction id to be given out
 * @param retainedBytes WAL the slot holds back; null while there is no slot
 */
record SourceFigures(
        Lsn written, long nextTransaction, @Nullable Long retainedBytes) {
    static SourceFigures read(Database source, String slot) {
        try (Connection connection = source.borrow();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT pg_current_wal_lsn(), txid_snapshot_xmax(txid_current_snapshot()),
                               (SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
                                FROM pg_replication_slots WHERE slot_name = ?)""")) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long retained = row.getLong(3);
                return new SourceFigures(Lsn.parse(row.getString(1)), row.getLong(2), row.wasNull() ? null : retained);
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "reading the source's position", e);
        }
    }
}
