package io.replicator.progress;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far each lane has applied. A lane's row is written in the transaction that holds the lane's data, so that both
 * are there or neither is.
 */
public final class LaneProgress {
    private LaneProgress() {}

    /** The positions by lane, as text; empty before the stream was prepared. */
    public static SortedMap<Integer, String> read(Connection target, String migration) throws SQLException {
        SortedMap<Integer, String> positions = new TreeMap<>();
        try (PreparedStatement statement =
                target.prepareStatement("SELECT lane, position FROM replicator.lane WHERE migration = ?")) {
            statement.setString(1, migration);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    positions.put(rows.getInt(1), rows.getString(2));
                }
            }
        }
        return positions;
    }

    /** The positions from which new lanes may start: behind the commits that cut off lanes have left. */
    public static SortedMap<Integer, String> readSettled(Connection target, String migration) throws SQLException {
        settle(target, migration);
        return read(target, migration);
    }

    /**
     * Waits for the commits of lanes that are gone. A lane that was cut off may have sent its COMMIT, and the server may
     * carry it out later; its transaction holds the lane's row by then. What {@link #read} says afterwards is final.
     */
    static void settle(Connection target, String migration) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT lane FROM replicator.lane WHERE migration = ? FOR NO KEY UPDATE")) {
            statement.setString(1, migration);
            statement.execute();
        }
    }

    /** Gives a new lane its first position. */
    public static void create(Connection target, Migration migration, int lane, Position start) throws SQLException {
        MigrationStore.execute(
                target,
                "INSERT INTO replicator.lane (migration, lane, position, owner_epoch) VALUES (?, ?, ?, ?)",
                migration.name(),
                lane,
                start.text(),
                migration.ownerEpoch());
    }

    /**
     * Puts a number of lanes, all at one position, in the place of those there are. For an owner whose lanes have
     * no transaction open.
     *
     * @throws ReplicatorException {@code OWNERSHIP_LOST} when the rows belong to another owner
     */
    public static void replace(Connection target, Migration migration, int lanes, Position position)
            throws SQLException {
        target.setAutoCommit(false);
        try {
            deleteAll(target, migration);
            for (int lane = 0; lane < lanes; lane++) {
                create(target, migration, lane, position);
            }
            target.commit();
        } catch (SQLException | RuntimeException e) {
            target.rollback();
            throw e;
        } finally {
            target.setAutoCommit(true);
        }
    }

    private static void deleteAll(Connection target, Migration migration) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("DELETE FROM replicator.lane WHERE migration = ? AND owner_epoch = ?")) {
            statement.setString(1, migration.name());
            statement.setLong(2, migration.ownerEpoch());
            if (statement.executeUpdate() == 0) {
                throw new ReplicatorException(
                        ErrorCode.OWNERSHIP_LOST,
                        "migration '" + migration.name() + "' has no lanes under owner epoch "
                                + migration.ownerEpoch());
            }
        }
    }

    /** Moves a lane on inside the caller's transaction; for {@link #bind} and {@link #requireAdvanced}. */
    public static final String ADVANCE = """
            WITH durability AS (SELECT set_config('synchronous_commit', ?, true))
            UPDATE replicator.lane SET position = ?, updated_at = clock_timestamp()
            FROM durability
            WHERE migration = ? AND lane = ? AND position = ? AND owner_epoch = ?""";

    /**
     * Sets the parameters of {@link #ADVANCE}.
     *
     * @param first the index of the first of them
     * @param safely whether the transaction's commit shall wait for the disk
     * @return the index behind the last of them
     */
    public static int bind(
            PreparedStatement prepared,
            int first,
            Migration migration,
            int lane,
            Position from,
            Position to,
            boolean safely)
            throws SQLException {
        int next = first;
        prepared.setString(next++, safely ? "on" : "off");
        prepared.setString(next++, to.text());
        prepared.setString(next++, migration.name());
        prepared.setInt(next++, lane);
        prepared.setString(next++, from.text());
        prepared.setLong(next++, migration.ownerEpoch());
        return next;
    }

    /**
     * Looks at what {@link #ADVANCE} did.
     *
     * @throws ReplicatorException {@code OWNERSHIP_LOST} when the row does not hold {@code from} under this epoch; the
     *     caller must roll back
     */
    public static void requireAdvanced(long affected, Migration migration, int lane, Position from) {
        if (affected != 1) {
            throw new ReplicatorException(
                    ErrorCode.OWNERSHIP_LOST,
                    "lane " + lane + " of migration '" + migration.name() + "' is no longer at " + from
                            + " under owner epoch " + migration.ownerEpoch());
        }
    }
}
