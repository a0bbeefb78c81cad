package io.replicator.daemon;

import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Creates slots and says whom the creation waits for: every transaction that was running when it began. */
final class SlotCreation {
    private SlotCreation() {}

    /** Creates a slot however long it takes; an interrupt of the thread gives up. */
    static ReplicationSlot.Created create(
            Database source, Connection replication, String slot, boolean temporary, Steps steps) {
        CompletableFuture<ReplicationSlot.Created> creation = begin(replication, slot, temporary);
        while (true) {
            try {
                return await(creation, slot, Duration.ofSeconds(2));
            } catch (TimeoutException _) {
                steps.tell("creating the slot waits for running transactions: " + blockers(source));
            } catch (InterruptedException e) {
                abort(replication);
                Thread.currentThread().interrupt();
                throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while creating slot " + slot, e);
            }
        }
    }

    /**
     * Creates a temporary slot within a limit.
     *
     * @throws ReplicatorException {@code NOT_COMPARABLE} naming the transactions that keep it from being created
     */
    static ReplicationSlot.Created createWithin(Duration limit, Database source, Connection replication, String slot)
            throws InterruptedException {
        try {
            return await(begin(replication, slot, true), slot, limit);
        } catch (TimeoutException e) {
            String blockers = blockers(source);
            end(source, replication, slot);
            throw new ReplicatorException(
                    ErrorCode.NOT_COMPARABLE,
                    "no snapshot of the source could be had within " + limit.toSeconds()
                            + " s, running transactions are in the way: " + blockers,
                    e);
        } catch (InterruptedException e) {
            end(source, replication, slot);
            throw e;
        }
    }

    private static CompletableFuture<ReplicationSlot.Created> begin(
            Connection replication, String slot, boolean temporary) {
        CompletableFuture<ReplicationSlot.Created> creation = new CompletableFuture<>();
        Thread.ofVirtual().name("replicator-slot").start(() -> {
            try {
                creation.complete(ReplicationSlot.create(replication, slot, temporary));
            } catch (RuntimeException e) {
                creation.completeExceptionally(e);
            }
        });
        return creation;
    }

    private static ReplicationSlot.Created await(
            CompletableFuture<ReplicationSlot.Created> creation, String slot, Duration limit)
            throws InterruptedException, TimeoutException {
        try {
            return creation.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ReplicatorException known
                    ? known
                    : new ReplicatorException(ErrorCode.SLOT_FAILED, "creating slot " + slot + " failed", e);
        }
    }

    private static String blockers(Database source) {
        try (Connection connection = source.open("blockers")) {
            return ReplicationSlot.blockers(connection);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "looking for running transactions on the source", e);
        }
    }

    /** A server that waits for a transaction does not look at its connection: it would keep the slot as long. */
    private static void end(Database source, Connection replication, String slot) {
        try (Connection session = source.open("teardown")) {
            ReplicationSlot.terminateReaders(session, slot);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "ending the creation of slot " + slot, e);
        } finally {
            abort(replication);
        }
    }

    private static void abort(Connection replication) {
        try {
            replication.abort(Runnable::run);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "aborting the replication session", e);
        }
    }
}
