package io.replicator.capture.trigger;

import io.replicator.capture.ChangeSink;
import io.replicator.capture.SourceSchema;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.SourceTransaction;
import io.replicator.change.Tuple;
import io.replicator.change.TxidSnapshot;
import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.QualifiedName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads one window and sends it on as one source transaction: inside one snapshot transaction, by several sessions when
 * it is large. The large tables of a huge one follow in pieces.
 */
final class WindowReader {
    private static final Relation HEARTBEAT = new Relation(
            0,
            SourceSchema.HEARTBEAT,
            ReplicaIdentity.DEFAULT,
            List.of(new RelationColumn("migration", 25, -1, true), new RelationColumn("beat", 20, -1, false)));
    private static final int OBJECT_OVERHEAD = 96;

    private final Connection session;
    private final WindowTables tables;
    private final TxidSnapshot previous;
    private final SourceState state;
    private final ChangeSink sink;
    private final List<WindowTask> tasks = new ArrayList<>();
    private long rows;

    /** What became of a window. */
    enum Result {
        /** A table is being rewritten; nothing was sent. */
        RETRY,
        /** Sent as of the snapshot. */
        SENT,
        /** Sent but for the backlog's pieces and the end. */
        BEGUN
    }

    WindowReader(Connection session, WindowTables tables, TxidSnapshot previous, SourceState state, ChangeSink sink) {
        this.session = session;
        this.tables = tables;
        this.previous = previous;
        this.state = state;
        this.sink = sink;
    }

    /** The rows sent. */
    long rows() {
        return rows;
    }

    /** Whether nothing was touched. */
    boolean idle() {
        return tasks.isEmpty();
    }

    /**
     * Finds what the window touches.
     *
     * @param stale tables that are read whole
     * @param postponed tables whose changes are passed over unless they are read whole
     * @return the number of its log rows
     */
    long find(Set<QualifiedName> stale, Predicate<QualifiedName> postponed) throws SQLException {
        long logRows = 0;
        for (QualifiedName name : stale) {
            WindowTables.Entry entry = tables.byName(name);
            if (entry != null) {
                tasks.add(WindowTask.whole(entry));
            }
        }
        if (tables.captured().isEmpty()) {
            return logRows;
        }
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(WindowSql.touched(tables.captured(), previous))) {
            while (row.next()) {
                WindowTables.Entry entry = tables.byId(row.getInt(1));
                logRows += row.getLong(2);
                if (entry != null
                        && !stale.contains(entry.table().name())
                        && !postponed.test(entry.table().name())) {
                    tasks.add(row.getBoolean(3) ? WindowTask.whole(entry) : WindowTask.touched(entry, row.getLong(2)));
                }
            }
        }
        return logRows;
    }

    /**
     * Sends the window.
     *
     * @param backlog takes over the tables that are too large for one transaction
     * @param readers how many sessions may read
     * @param point what wants to know of an exact window before it is sent
     */
    Result read(Database source, String migration, Backlog backlog, int readers, WindowPoint.@Nullable Request point)
            throws SQLException, InterruptedException {
        if (!TableHold.hold(session, tasks.stream().map(WindowTask::entry).toList())) {
            return Result.RETRY;
        }
        List<WindowTask> now = backlog.takeOver(session, tasks);
        if (point != null && !backlog.pending()) {
            point.answer.complete(new WindowPoint(
                    new Position.Window(state.snapshot()), ParallelRead.export(session), point.released));
        }
        sink.offer(new Change.Begin(new SourceTransaction(state.snapshot().xmax(), Lsn.ZERO, Instant.now())));
        rows = ParallelRead.read(source, session, previous, now, readers, sink);
        if (backlog.pending()) {
            return Result.BEGUN;
        }
        if (state.beat() > 0) {
            sink.offer(new Change.Upsert(HEARTBEAT, beat(migration), OBJECT_OVERHEAD));
        }
        sink.offer(new Change.Commit(new Position.Window(state.snapshot())));
        return Result.SENT;
    }

    private Tuple beat(String migration) {
        byte[] name = migration.getBytes(StandardCharsets.UTF_8);
        byte[] number = Long.toString(state.beat()).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer fields = ByteBuffer.allocate(8 + name.length + number.length);
        fields.putInt(name.length).put(name).putInt(number.length).put(number).flip();
        return WindowRows.tuple(fields, new byte[] {Tuple.TEXT, Tuple.TEXT});
    }
}
