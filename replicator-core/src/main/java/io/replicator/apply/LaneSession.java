package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The connection of a lane: applies batches inside one open transaction and commits it together with the lane's
 * progress. Owned by the lane's thread.
 *
 * <p>The planner is kept to nested loops over the big table's index: the arrays have no statistics, and one wrong plan
 * would read a whole table per batch.
 */
final class LaneSession implements AutoCloseable {
    private static final List<Setting> SETTINGS = List.of(
            new Setting("synchronous_commit", "off", 10),
            new Setting("enable_hashjoin", "off", 10),
            new Setting("enable_mergejoin", "off", 10),
            new Setting("enable_seqscan", "off", 10),
            new Setting("jit", "off", 11),
            new Setting("plan_cache_mode", "force_custom_plan", 12));

    private static final RoundTrip.Part SAVEPOINT = new RoundTrip.Plain("SAVEPOINT replicator");
    private static final RoundTrip.Part RELEASE = new RoundTrip.Plain("RELEASE SAVEPOINT replicator");

    private final Connection connection;
    private final Migration migration;
    private final int lane;
    private final Statements statements;
    private final StagingTables staging;
    private final RowTypes types;
    private final RoundTrip trip;
    private final SetApplier sets;
    private final OrderedApplier ordered;
    private final Diagnosis diagnosis;
    private final TableCounters counters = new TableCounters();
    private Position position;

    LaneSession(Database target, Migration migration, int lane, Position position) {
        this.connection = target.open("lane " + lane);
        this.migration = migration;
        this.lane = lane;
        this.position = position;
        this.staging = new StagingTables(connection);
        this.types = new RowTypes(connection);
        try {
            int major = connection.getMetaData().getDatabaseMajorVersion();
            configure(major);
            CopyEncoder encoder = new CopyEncoder(connection);
            this.statements = new Statements(connection, major);
            this.trip = new RoundTrip(statements);
            this.sets = new SetApplier(statements, encoder, staging, types, trip);
            this.ordered = new OrderedApplier(connection, encoder, staging);
            this.diagnosis = new Diagnosis(connection, lane, sets, types, statements);
        } catch (SQLException e) {
            close();
            throw SqlStates.wrap(ErrorCode.APPLY_FAILED, "preparing the session of lane " + lane, e);
        }
    }

    private void configure(int major) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT set_config(?, ?, false)")) {
            ReplicaRole.assume(connection);
            for (Setting setting : SETTINGS) {
                if (major >= setting.sinceMajor()) {
                    statement.setString(1, setting.name());
                    statement.setString(2, setting.value());
                    statement.execute();
                }
            }
        }
        connection.setAutoCommit(false);
    }

    private record Setting(String name, String value, int sinceMajor) {}

    /** Applies a batch inside the open transaction; small parts of it wait until the commit or what comes before. */
    void apply(Batch batch) throws SQLException {
        for (TableChanges changes : batch.tables()) {
            try {
                apply(changes);
            } catch (SQLException e) {
                throw diagnosis.of(changes.mapping().table().name().toString(), e);
            }
            counters.add(changes);
        }
    }

    private void apply(TableChanges changes) throws SQLException {
        if (!changes.reducible()) {
            trip.send();
            ordered.apply(changes);
        } else if (changes.mapping().table().orderMatters()) {
            applyInEitherWay(changes);
        } else {
            sets.apply(changes);
        }
    }

    private void applyInEitherWay(TableChanges changes) throws SQLException {
        trip.send();
        int staged = staging.created();
        int typed = types.created();
        trip.add(SAVEPOINT);
        try {
            sets.apply(changes);
            trip.add(RELEASE);
            trip.send();
        } catch (SQLException e) {
            if (!SqlStates.has(e, SqlStates.UNIQUE_VIOLATION) && !SqlStates.has(e, SqlStates.EXCLUSION_VIOLATION)) {
                throw e;
            }
            sets.clear();
            try (Statement statement = connection.createStatement()) {
                statement.execute("ROLLBACK TO SAVEPOINT replicator; RELEASE SAVEPOINT replicator");
            }
            staging.forgetSince(staged);
            types.forgetSince(typed);
            ordered.apply(changes);
        }
    }

    /**
     * Empties the tables of one TRUNCATE, inside the open transaction. They are named as one set, without CASCADE, which
     * could reach tables the source did not empty; where another table refers to one of them they are emptied by DELETE.
     */
    void truncate(Change.Truncate truncate) throws SQLException {
        StringJoiner tables = new StringJoiner(", ");
        for (Relation relation : truncate.relations()) {
            tables.add("ONLY " + relation.name().quoted());
        }
        send();
        try (Statement statement = connection.createStatement()) {
            Savepoint savepoint = connection.setSavepoint();
            try {
                statement.execute("TRUNCATE " + tables + (truncate.restartIdentity() ? " RESTART IDENTITY" : ""));
                connection.releaseSavepoint(savepoint);
            } catch (SQLException e) {
                if (!SqlStates.has(e, SqlStates.FEATURE_NOT_SUPPORTED)) {
                    throw e;
                }
                connection.rollback(savepoint);
                for (Relation relation : truncate.relations()) {
                    statement.execute("DELETE FROM ONLY " + relation.name().quoted());
                }
            }
        } catch (SQLException e) {
            throw ApplyFailures.ofTables("TRUNCATE " + tables, e);
        }
    }

    /**
     * Commits the open transaction with the lane's progress, and with that of other lanes whose changes it contains. A
     * lane never moves back: after a restart one may be ahead of what comes again.
     */
    void commit(Flush flush, long beat, Map<Integer, Position> others) throws SQLException {
        Position next = later(position, flush.reached());
        try {
            if (!counters.isEmpty()) {
                trip.add(counters.addition(migration, lane));
            }
            if (beat > 0) {
                trip.add(new Beat(migration, beat));
            }
            trip.add(new Advance(migration, lane, position, next, flush.safely()));
            for (Map.Entry<Integer, Position> other : others.entrySet()) {
                Position from = other.getValue();
                Position to = later(from, flush.reached());
                trip.add(new Advance(migration, other.getKey(), from, to, flush.safely()));
            }
            trip.send();
        } catch (SQLException e) {
            throw diagnosis.of(null, e);
        }
        connection.commit();
        counters.clear();
        staging.committed();
        types.committed();
        position = next;
    }

    private void send() {
        try {
            trip.send();
        } catch (SQLException e) {
            throw diagnosis.of(null, e);
        }
    }

    /** Another lane's transaction has advanced this one's progress. */
    void stand(Position reached) {
        position = later(position, reached);
    }

    private static Position later(Position position, Position other) {
        return position.reaches(other) ? position : other;
    }

    /** Records how a table's rows are spread, inside the open transaction. */
    void write(QualifiedName table, KeySpread spread) throws SQLException {
        send();
        KeySpreads.write(connection, migration, table, spread);
    }

    void forgetStatements() throws SQLException {
        statements.clear();
    }

    Position position() {
        return position;
    }

    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "aborting the session of lane " + lane, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the session of lane " + lane, e);
        }
    }
}
