package io.replicator.capture.trigger;

import io.replicator.capture.ChangeSink;
import io.replicator.capture.ChangeSource;
import io.replicator.capture.DurablePosition;
import io.replicator.catalog.BinaryForms;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.TxidSnapshot;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one window after the other. {@link #run} is the one thread that does it; a full pipeline makes it wait with its
 * snapshot open.
 */
public final class TriggerStream implements ChangeSource {
    private static final Logger LOGGER = LoggerFactory.getLogger(TriggerStream.class);
    private static final long BUSY_PAUSE_MILLIS = 20;
    private static final long IDLE_PAUSE_MILLIS = 100;
    private static final long OFFER_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long PURGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Database source;
    private final String migration;
    private final TableFilter filter;
    private final BinaryForms binary;
    private final StaleTables stale;
    private final Map<QualifiedName, Position> rereadAt = new HashMap<>();
    private final AtomicReference<WindowPoint.@Nullable Request> pointRequest = new AtomicReference<>();
    private final Set<QualifiedName> ignored = new HashSet<>();
    private final Predicate<QualifiedName> postponed;
    private final int readers;
    private final DriftWatch watch = new DriftWatch();
    private volatile boolean stopped;
    private volatile long backlogRows;
    private long lastPurge = System.nanoTime();
    private @Nullable SourceState first;
    private long lastBeat;

    /**
     * @param binary which columns' values are sent in binary form
     * @param postponed tables that are read whole at points somebody asks for, and whose changes are passed over else
     * @param readers how many sessions may read a large window
     * @param lastBeat the last heartbeat that the target holds; 0 when it holds none
     */
    public TriggerStream(
            Database source,
            String migration,
            TableFilter filter,
            BinaryForms binary,
            StaleTables stale,
            Predicate<QualifiedName> postponed,
            int readers,
            long lastBeat) {
        this.source = source;
        this.migration = migration;
        this.filter = filter;
        this.binary = binary;
        this.stale = stale;
        this.postponed = postponed;
        this.readers = readers;
        this.lastBeat = lastBeat;
    }

    /**
     * Asks for an exact window whose snapshot the asker can import; the asker releases it, or cancels the future when he
     * waits no longer.
     */
    public CompletableFuture<WindowPoint> requestPoint() {
        WindowPoint.Request request = new WindowPoint.Request();
        if (!pointRequest.compareAndSet(null, request)) {
            throw new ReplicatorException(ErrorCode.NOT_COMPARABLE, "another comparison is waiting for a window");
        }
        return request.answer;
    }

    @Override
    public Long backlogRows() {
        return backlogRows;
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void run(Position start, ChangeSink sink, DurablePosition durable) {
        TxidSnapshot previous = snapshot(start);
        ChangeSink blocking = change -> offer(sink, change);
        try (Connection session = source.open("window");
                Connection purge = source.open("purge")) {
            WindowTables tables = WindowTables.read(session, filter, binary);
            while (!stopped) {
                Outcome outcome = window(session, tables, previous, blocking);
                previous = outcome.snapshot();
                tables = outcome.reload() ? WindowTables.read(session, filter, binary) : tables;
                settleStale(durable.durable());
                purge(purge, durable.durable());
                if (!stopped && !outcome.reload()) {
                    Thread.sleep(outcome.busy() ? BUSY_PAUSE_MILLIS : IDLE_PAUSE_MILLIS);
                }
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "reading changes from the source", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!stopped) {
                throw new ReplicatorException(ErrorCode.INTERRUPTED, "reading changes was interrupted", e);
            }
        }
    }

    /**
     * How a window went.
     *
     * @param snapshot where the next one begins
     * @param reload whether tables or triggers changed, so that nothing was read
     */
    private record Outcome(TxidSnapshot snapshot, boolean busy, boolean reload) {}

    private Outcome window(Connection session, WindowTables tables, TxidSnapshot previous, ChangeSink sink)
            throws SQLException, InterruptedException {
        WindowPoint.Request request = pointRequest.get();
        if (request != null && request.cancelled()) {
            pointRequest.set(null);
            request = null;
        }
        if (request != null) {
            useTransactionId(session);
        }
        session.setAutoCommit(false);
        try {
            try (Statement statement = session.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            }
            SourceState state = SourceState.read(session, migration);
            SourceState known = first;
            first = known == null ? state : known;
            state.requireSameServer(known == null ? state : known, lastBeat);
            Set<QualifiedName> escaped = unread();
            boolean wanted = state.beat() != lastBeat || request != null;
            WindowReader reader = new WindowReader(session, tables, previous, state, sink);
            Backlog backlog = new Backlog(Backlog.LEAST_LOG_ROWS);
            backlogRows = reader.find(whole(tables, escaped, request != null), postponed);
            if (!wanted && reader.idle()) {
                return new Outcome(previous, false, false);
            }
            List<CaptureDrift.Drift> drift = watch.look(session, state.snapshot(), ignored::contains);
            if (!drift.isEmpty()) {
                session.rollback();
                session.setAutoCommit(true);
                repair(session, drift);
                return new Outcome(previous, true, true);
            }
            WindowReader.Result result = reader.read(source, migration, backlog, readers, request);
            if (result == WindowReader.Result.BEGUN) {
                session.rollback();
                session.setAutoCommit(true);
                sendPieces(session, backlog, previous, state, sink);
            }
            return switch (result) {
                case RETRY -> new Outcome(previous, true, false);
                case SENT, BEGUN -> {
                    escaped.forEach(table -> rereadAt.put(table, new Position.Window(state.snapshot())));
                    if (result == WindowReader.Result.SENT) {
                        lastBeat = state.beat();
                        keep(state, request);
                    }
                    yield new Outcome(state.snapshot(), reader.rows() > 0, false);
                }
            };
        } finally {
            if (!session.isClosed() && !session.getAutoCommit()) {
                session.rollback();
                session.setAutoCommit(true);
            }
        }
    }

    /** The window's heartbeat stays behind: only the next window is exact. */
    private void sendPieces(
            Connection session, Backlog backlog, TxidSnapshot previous, SourceState state, ChangeSink sink)
            throws SQLException, InterruptedException {
        LOGGER.info("a backlog of {} change-log rows is worked off in pieces", backlogRows);
        backlog.send(session, previous, sink, rows -> backlogRows = Math.max(0, backlogRows - rows));
        sink.offer(new Change.Commit(new Position.Window(state.snapshot())));
    }

    /** On an idle source two windows would end at the same snapshot, and the target seem to be at the later one. */
    private static void useTransactionId(Connection session) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("SELECT txid_current()");
        }
    }

    private void keep(SourceState state, WindowPoint.@Nullable Request request) throws InterruptedException {
        if (request != null) {
            pointRequest.set(null);
            if (!request.keep()) {
                LOGGER.warn(
                        "nobody released the snapshot of window {}",
                        state.snapshot().text());
            }
        }
    }

    /** What is read whole: stale tables, and at a point somebody waits for those whose changes are passed over. */
    private Set<QualifiedName> whole(WindowTables tables, Set<QualifiedName> stale, boolean point) {
        Set<QualifiedName> whole = new HashSet<>(stale);
        if (point) {
            for (CapturedTable table : tables.captured()) {
                if (postponed.test(table.name())) {
                    whole.add(table.name());
                }
            }
        }
        return whole;
    }

    /** A table that escaped its triggers is remembered first, then its triggers are mended, then it is read whole. */
    private void repair(Connection session, List<CaptureDrift.Drift> drift) throws SQLException, InterruptedException {
        watch.forget();
        Catalog catalog = CatalogReader.read(session, filter);
        for (CaptureDrift.Drift one : drift) {
            if (one.dropped()) {
                LOGGER.warn("table {} is left out: {}", one.table(), one.detail());
                CaptureDrift.forget(session, one.table());
            } else if (catalog.table(one.table()) == null) {
                ignored.add(one.table());
            } else {
                LOGGER.warn("table {} is read again: {}", one.table(), one.detail());
                mark(one.table(), one.detail());
            }
        }
        Set<QualifiedName> marked = unread();
        CaptureInstaller.install(
                source,
                catalog,
                table -> {
                    if (!marked.contains(table)) {
                        mark(table, "its capture triggers were installed anew");
                    }
                },
                line -> LOGGER.info("{}", line));
    }

    private void mark(QualifiedName table, String reason) {
        rereadAt.remove(table);
        stale.mark(table, reason);
    }

    /** The stale tables that no window has brought yet; one on its way to the target need not be read again. */
    private Set<QualifiedName> unread() {
        Set<QualifiedName> unread = new HashSet<>(stale.stale().keySet());
        unread.removeAll(rereadAt.keySet());
        return unread;
    }

    private void settleStale(Position durable) {
        Iterator<Map.Entry<QualifiedName, Position>> entries =
                rereadAt.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<QualifiedName, Position> entry = entries.next();
            if (durable.reaches(entry.getValue())) {
                stale.clear(entry.getKey());
                entries.remove();
            }
        }
    }

    private void purge(Connection session, Position durable) {
        if (System.nanoTime() - lastPurge >= PURGE_NANOS) {
            SegmentPurge.purge(session, durable.text());
            lastPurge = System.nanoTime();
        }
    }

    private boolean offer(ChangeSink sink, Change change) {
        while (!sink.offer(change)) {
            if (stopped) {
                throw new ReplicatorException(ErrorCode.INTERRUPTED, "stopped inside a window; it is read again");
            }
            LockSupport.parkNanos(OFFER_PAUSE_NANOS);
        }
        return true;
    }

    private static TxidSnapshot snapshot(Position position) {
        return switch (position) {
            case Position.Window(TxidSnapshot snapshot) -> snapshot;
            case Position.Wal wal -> throw new IllegalArgumentException("not a snapshot: " + wal);
        };
    }
}
