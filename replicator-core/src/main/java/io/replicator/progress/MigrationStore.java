package io.replicator.progress;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads and moves a migration's row. Works on the caller's connection, in the caller's transaction. */
public final class MigrationStore {
    private MigrationStore() {}

    public static @Nullable Migration find(Connection target, String name) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT phase, interrupted_phase, failure, capture, source_system_identifier, source_timeline,
                       source_database, owner_epoch, changed_at
                FROM replicator.migration WHERE name = ?""")) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                String database = row.getString(7);
                return new Migration(
                        name,
                        Phase.ofWord(row.getString(1)),
                        Phase.ofWord(row.getString(2)),
                        row.getString(3),
                        row.getString(4),
                        database == null ? null : new SourceIdentity(row.getLong(5), row.getInt(6), database),
                        row.getLong(8),
                        row.getObject(9, OffsetDateTime.class).toInstant());
            }
        }
    }

    /**
     * Makes the caller the owner: creates the row if there is none, takes the next epoch, and carries it to all lanes
     * and tables. Waits for a transaction of the former owner that is just committing. Only for the holder of the
     * {@link OwnershipLock}; the connection is in autocommit mode.
     */
    public static Migration takeOwnership(Connection target, String name, String capture, String host, long pid)
            throws SQLException {
        target.setAutoCommit(false);
        try {
            execute(target, """
                    INSERT INTO replicator.migration (name, phase, interrupted_phase, capture)
                    VALUES (?, 'created', 'created', ?) ON CONFLICT (name) DO NOTHING""", name, capture);
            execute(target, """
                    UPDATE replicator.migration SET owner_epoch = owner_epoch + 1, owner_host = ?, owner_pid = ?
                    WHERE name = ?""", host, pid, name);
            LaneProgress.settle(target, name);
            execute(target, """
                    UPDATE replicator.lane l SET owner_epoch = m.owner_epoch
                    FROM replicator.migration m WHERE m.name = l.migration AND m.name = ?""", name);
            execute(target, """
                    UPDATE replicator.table_progress t SET owner_epoch = m.owner_epoch
                    FROM replicator.migration m WHERE m.name = t.migration AND m.name = ?""", name);
            execute(target, """
                    UPDATE replicator.copy_range t SET owner_epoch = m.owner_epoch
                    FROM replicator.migration m WHERE m.name = t.migration AND m.name = ?""", name);
            Migration migration = Objects.requireNonNull(find(target, name));
            target.commit();
            return migration;
        } catch (SQLException | RuntimeException e) {
            target.rollback();
            throw e;
        } finally {
            target.setAutoCommit(true);
        }
    }

    /**
     * Moves the migration on.
     *
     * @param detail why, kept in the history, and for {@code FAILED} as the migration's failure
     * @throws ReplicatorException {@code PHASE_INVALID} when {@code next} may not follow; {@code OWNERSHIP_LOST} when
     *     the row is no longer as {@code current} says
     */
    public static Migration transition(Connection target, Migration current, Phase next, @Nullable String detail)
            throws SQLException {
        if (!current.phase().mayFollow(next, current.interrupted())) {
            throw new ReplicatorException(
                    ErrorCode.PHASE_INVALID,
                    "migration '" + current.name() + "' is " + current.phase().word() + " and cannot become "
                            + next.word());
        }
        Phase interrupted = next.interrupts() ? current.effectivePhase() : next;
        int changed = execute(
                target,
                """
                WITH moved AS (
                    UPDATE replicator.migration
                    SET phase = ?, interrupted_phase = ?, failure = ?, changed_at = clock_timestamp()
                    WHERE name = ? AND phase = ? AND owner_epoch = ? RETURNING name, phase)
                INSERT INTO replicator.phase_history (migration, phase, detail) SELECT name, phase, ? FROM moved""",
                next.word(),
                interrupted.word(),
                next == Phase.FAILED ? detail : null,
                current.name(),
                current.phase().word(),
                current.ownerEpoch(),
                detail);
        requireOne(changed, current.name(), "phase " + next.word());
        return Objects.requireNonNull(find(target, current.name()));
    }

    /**
     * Keeps the ownership until the open transaction ends.
     *
     * @throws ReplicatorException {@code OWNERSHIP_LOST} when somebody else has become the owner
     */
    public static void requireOwner(Connection target, Migration current) throws SQLException {
        int owned = execute(
                target,
                "UPDATE replicator.migration SET owner_epoch = owner_epoch WHERE name = ? AND owner_epoch = ?",
                current.name(),
                current.ownerEpoch());
        requireOne(owned, current.name(), "ownership");
    }

    /** Records who the source is, once. */
    public static Migration recordSource(Connection target, Migration current, SourceIdentity source)
            throws SQLException {
        int changed = execute(
                target,
                """
                UPDATE replicator.migration
                SET source_system_identifier = ?, source_timeline = ?, source_database = ?
                WHERE name = ? AND source_database IS NULL AND owner_epoch = ?""",
                source.systemIdentifier(),
                source.timeline(),
                source.database(),
                current.name(),
                current.ownerEpoch());
        requireOne(changed, current.name(), "the source's identity");
        return Objects.requireNonNull(find(target, current.name()));
    }

    static void requireOne(int changed, String migration, String what) {
        if (changed != 1) {
            throw new ReplicatorException(
                    ErrorCode.OWNERSHIP_LOST,
                    "migration '" + migration + "': " + what + " was changed by somebody else");
        }
    }

    static int execute(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null) {
                    statement.setNull(i + 1, Types.VARCHAR);
                } else {
                    statement.setObject(i + 1, values[i]);
                }
            }
            return statement.executeUpdate();
        } catch (SQLException e) {
            if (SqlStates.has(e, "42P01")) {
                throw new ReplicatorException(
                        ErrorCode.MIGRATION_MISSING, "the target holds no schema replicator: nothing was started", e);
            }
            throw e;
        }
    }
}
