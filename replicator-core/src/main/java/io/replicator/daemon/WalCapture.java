package io.replicator.daemon;

import io.replicator.capture.ChangeSource;
import io.replicator.capture.SourceSchema;
import io.replicator.capture.wal.Publication;
import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.capture.wal.WalStream;
import io.replicator.catalog.BinaryForms;
import io.replicator.catalog.Catalog;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import io.replicator.snapshot.ExportedSnapshot;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Capture from the write-ahead log: the publication first, then the slot with its exported snapshot. */
final class WalCapture implements Capture {
    private static final int FIRST_WITH_BINARY = 14;

    private final Ends ends;
    private final LongSupplier ownerEpoch;
    /** The server may still be dropping the one before. */
    private final AtomicInteger temporarySlots = new AtomicInteger();

    /** @param ownerEpoch makes the names of temporary slots differ from those of a daemon that just died */
    WalCapture(Ends ends, LongSupplier ownerEpoch) {
        this.ends = ends;
        this.ownerEpoch = ownerEpoch;
    }

    @Override
    public String word() {
        return "wal";
    }

    @Override
    public void install(Catalog catalog, Steps steps) {
        if (ends.config().copy().from() != null) {
            throw new ReplicatorException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "copy.from goes with capture: trigger; by wal the rows are read under the slot's snapshot on the source");
        }
        try (Connection source = ends.source().open("prepare")) {
            ReplicationSlot.drop(source, ends.names().slot());
            Publication.create(
                    source,
                    ends.names().publication(),
                    catalog,
                    SourceSchema.HEARTBEAT,
                    () -> steps.tell(
                            "creating the publication waits for a vacuum, the building of an index or the like"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while creating the publication", e);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "preparing the source", e);
        }
    }

    @Override
    public LoadSnapshot begin(Steps steps) {
        try (Connection replication = ends.source().openReplication("slot")) {
            return keep(
                    SlotCreation.create(ends.source(), replication, ends.names().slot(), false, steps));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "creating the slot", e);
        }
    }

    @Override
    public boolean joinsSnapshots() {
        return false;
    }

    @Override
    public void requireSnapshots() {
        try (Connection source = ends.source().borrow()) {
            String taken = ReplicationSlot.taken(source);
            if (taken != null) {
                throw new ReplicatorException(
                        ErrorCode.PREFLIGHT_FAILED,
                        "the copy's snapshot needs a replication slot and a WAL sender for a moment, but " + taken
                                + " on the source are taken: drop a slot that nobody needs, or raise the setting and"
                                + " restart the server");
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "looking for a free replication slot on the source", e);
        }
    }

    @Override
    public LoadSnapshot again(Steps steps) {
        String slot = temporarySlot("_c");
        try (Connection replication = ends.source().openReplication("slot")) {
            return keep(SlotCreation.create(ends.source(), replication, slot, true, steps));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "taking a new snapshot", e);
        }
    }

    private LoadSnapshot keep(ReplicationSlot.Created created) {
        return ExportedSnapshot.keep(ends.source(), created.snapshot(), new Position.Wal(created.consistentPoint()));
    }

    /** @param purpose short, because the name may be of 63 characters */
    private String temporarySlot(String purpose) {
        return ends.names().slot() + purpose + ownerEpoch.getAsLong() + "_" + temporarySlots.incrementAndGet();
    }

    /** A start behind {@code confirmed_flush_lsn} would be moved forward silently, losing what lies between. */
    @Override
    public void requireStart(Position position) {
        String slot = ends.names().slot();
        try (Connection source = ends.source().open("slot check")) {
            ReplicationSlot.State state = ReplicationSlot.find(source, slot);
            if (state == null) {
                throw new ReplicatorException(
                        ErrorCode.SLOT_LOST, "replication slot " + slot + " does not exist on the source any more");
            }
            if (state.lost()) {
                throw new ReplicatorException(
                        ErrorCode.SLOT_LOST, "the source removed WAL that replication slot " + slot + " needs");
            }
            if (!position.reaches(new Position.Wal(state.confirmedFlush()))) {
                throw new ReplicatorException(
                        ErrorCode.STATE_MISMATCH,
                        "the target is at " + position + ", but slot " + slot + " was acknowledged up to "
                                + state.confirmedFlush() + ": the changes between are gone, the target was restored to"
                                + " an older state");
            }
            ReplicationSlot.terminateReaders(source, slot);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "checking replication slot " + slot, e);
        }
    }

    @Override
    public ChangeSource source() {
        Catalog source = ends.sourceCatalog();
        boolean binary = source.version().atLeast(FIRST_WITH_BINARY)
                && BinaryForms.of(ends.targetCatalog()).agree(source.tables());
        return WalStream.of(ends.source(), ends.names().slot(), ends.names().publication(), binary);
    }

    @Override
    public boolean readsAhead() {
        return true;
    }

    @Override
    public ChangeSource ahead() {
        return WalStream.alone(ends.source(), ends.names().slot(), ends.names().publication(), false);
    }

    @Override
    public ConsistentPoint point(ChangeSource running, Duration limit) throws InterruptedException {
        Connection replication = ends.source().openReplication("verify");
        try {
            ReplicationSlot.Created created =
                    SlotCreation.createWithin(limit, ends.source(), replication, temporarySlot("_v"));
            return new SlotPoint(replication, created);
        } catch (ReplicatorException | InterruptedException e) {
            close(replication);
            throw e;
        }
    }

    private static void close(Connection replication) {
        try {
            replication.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing a replication session", e);
        }
    }

    @Override
    public void finish() {
        try (Connection source = ends.source().open("finish")) {
            ReplicationSlot.drop(source, ends.names().slot());
            Publication.drop(source, ends.names().publication());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "dropping the slot on the source", e);
        }
    }

    /** The consistent point of a temporary slot, which goes with its session. */
    private record SlotPoint(Connection replication, ReplicationSlot.Created created) implements ConsistentPoint {
        @Override
        public Position position() {
            return new Position.Wal(created.consistentPoint());
        }

        @Override
        public void importInto(Connection session) throws SQLException {
            ExportedSnapshot.importInto(session, created.snapshot());
        }

        @Override
        public void close() {
            WalCapture.close(replication);
        }
    }
}
