package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens as many lanes as are wanted, at the positions the target holds. After a death they may stand at different ones,
 * and what comes again must find the lanes it had: then as many as there were go on, by the spread recorded then, until
 * all stand at one position. Windows do no harm when they come again, so that there the first position counts for all.
 */
public final class LaneFleet implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final Database target;
    private final Migration migration;
    private final int wanted;
    private final ByteBudget budget;
    private final Connection connection;
    private final KeySpreads spreads;
    private final LaneGroup group;
    private final DiskWatch disk;
    private final List<Position> starts = new ArrayList<>();
    private volatile List<Lane> lanes = List.of();
    private boolean catchingUp;

    /**
     * @param positions every lane's, at least one
     * @param wanted the number of lanes to work with
     */
    public LaneFleet(
            Database target,
            Migration migration,
            SortedMap<Integer, Position> positions,
            int wanted,
            ByteBudget budget,
            ApplyStatistics statistics,
            HeartbeatListener heartbeats) {
        this.target = target;
        this.migration = migration;
        this.wanted = wanted;
        this.budget = budget;
        Position first = first(positions);
        this.group = new LaneGroup(first, statistics, heartbeats);
        this.connection = target.open("router");
        this.disk = watch(target, migration);
        try {
            this.spreads = new KeySpreads(connection, migration);
            boolean together = positions.values().stream().allMatch(first::equals);
            catchingUp = !together && first instanceof Position.Wal;
            if (!catchingUp && !(together && positions.size() == wanted)) {
                LaneProgress.replace(connection, migration, wanted, first);
            }
            open(catchingUp ? positions : together(wanted, first));
            disk.start();
            statistics.startAt(first);
        } catch (SQLException e) {
            close();
            throw SqlStates.wrap(
                    ErrorCode.APPLY_FAILED, "opening the lanes of migration '" + migration.name() + "'", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private DiskWatch watch(Database target, Migration owned) {
        try {
            return new DiskWatch(target, owned, group);
        } catch (RuntimeException e) {
            closeConnection();
            throw e;
        }
    }

    /** The position up to which every lane has applied. */
    public static Position first(SortedMap<Integer, Position> positions) {
        return Collections.min(positions.values(), LaneFleet::compare);
    }

    private static int compare(Position left, Position right) {
        return left.equals(right) ? 0 : left.reaches(right) ? 1 : -1;
    }

    private static SortedMap<Integer, Position> together(int lanes, Position position) {
        SortedMap<Integer, Position> positions = new TreeMap<>();
        for (int lane = 0; lane < lanes; lane++) {
            positions.put(lane, position);
        }
        return positions;
    }

    private void open(SortedMap<Integer, Position> positions) {
        starts.clear();
        List<Lane> opened = new ArrayList<>();
        try {
            for (Map.Entry<Integer, Position> entry : positions.entrySet()) {
                int number = entry.getKey();
                starts.add(entry.getValue());
                opened.add(
                        new Lane(number, new LaneSession(target, migration, number, entry.getValue()), group, budget));
            }
        } finally {
            lanes = List.copyOf(opened);
        }
        lanes.forEach(Lane::start);
    }

    LaneGroup group() {
        return group;
    }

    /** The router's own connection, in autocommit mode. */
    Connection connection() {
        return connection;
    }

    int lanes() {
        return lanes.size();
    }

    Lane lane(int number) {
        return lanes.get(number);
    }

    /** Where a lane stood when it was opened. */
    Position start(int lane) {
        return starts.get(lane);
    }

    /** Where the first of all lanes stood when they were opened. */
    Position position() {
        return Collections.min(starts, LaneFleet::compare);
    }

    Position lastStart() {
        return Collections.max(starts, LaneFleet::compare);
    }

    /** Whether the lanes were opened at different positions and have not stood at one since. */
    boolean catchingUp() {
        return catchingUp;
    }

    /** To be called when all lanes have committed up to one position and have no orders left. */
    void caughtUp(Position position) throws SQLException {
        catchingUp = false;
        stop();
        LaneProgress.replace(connection, migration, wanted, position);
        open(together(wanted, position));
    }

    /**
     * How a table's rows are spread from now on.
     *
     * @param known how they were spread so far in this run; null when there was no change of the table
     */
    KeySpread spread(TableMapping mapping, @Nullable KeySpread known) throws SQLException {
        if (lanes.size() == 1) {
            return KeySpread.ONE_LANE;
        }
        KeySpread recorded = catchingUp ? spreads.of(mapping.relation().name()) : null;
        if (recorded != null) {
            return recorded;
        }
        KeySpread spread = KeySpread.of(mapping);
        if (known == null) {
            spreads.put(mapping.relation().name(), spread);
        } else {
            spreads.remember(mapping.relation().name(), spread);
        }
        return spread;
    }

    void abort() {
        lanes.forEach(Lane::abort);
        disk.abort();
    }

    private void stop() {
        lanes.forEach(Lane::stop);
        try {
            for (Lane lane : lanes) {
                if (!lane.join(STOP_LIMIT)) {
                    lane.abort();
                    lane.join(STOP_LIMIT);
                }
            }
        } catch (InterruptedException _) {
            lanes.forEach(Lane::abort);
            Thread.currentThread().interrupt();
        }
        closeLanes();
    }

    /** One that fails keeps no other one open. */
    private void closeLanes() {
        List<Lane> closing = lanes;
        lanes = List.of();
        RuntimeException failed = null;
        for (Lane lane : closing) {
            try {
                lane.close();
            } catch (RuntimeException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void close() {
        try {
            stop();
        } finally {
            try {
                disk.close();
            } finally {
                closeConnection();
            }
        }
    }

    private void closeConnection() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new ReplicatorException(ErrorCode.CONNECTION_FAILED, "closing the router's connection", e);
        }
    }
}
