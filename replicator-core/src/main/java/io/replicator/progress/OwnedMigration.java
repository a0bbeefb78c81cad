package io.replicator.progress;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A migration this process owns: the lock, the owner epoch, the current row, and a session for control statements.
 * Thread-safe: one caller at a time uses the session.
 */
public final class OwnedMigration implements AutoCloseable {
    private final OwnershipLock lock;
    private final RequestBell bell;
    private final Connection session;
    private Migration migration;

    private OwnedMigration(OwnershipLock lock, RequestBell bell, Connection session, Migration migration) {
        this.lock = lock;
        this.bell = bell;
        this.session = session;
        this.migration = migration;
    }

    /** A question to the control session. */
    @FunctionalInterface
    public interface Query<T> {
        T run(Connection session, Migration migration) throws SQLException;
    }

    /** Statements for the control session. */
    @FunctionalInterface
    public interface Action {
        void run(Connection session, Migration migration) throws SQLException;
    }

    /**
     * Becomes the owner, creating schema and row where they are missing.
     *
     * @throws ReplicatorException {@code ALREADY_RUNNING} when another daemon is
     */
    public static OwnedMigration take(Database target, String name, String capture) {
        OwnershipLock lock = OwnershipLock.take(target, name);
        Connection session = null;
        try {
            session = target.open("control");
            ControlSchema.install(session);
            Migration migration = MigrationStore.takeOwnership(
                    session, name, capture, hostName(), ProcessHandle.current().pid());
            Requests.failLeftovers(session, name);
            return new OwnedMigration(lock, RequestBell.listen(lock.session()), session, migration);
        } catch (SQLException e) {
            closeAll(lock, session);
            throw SqlStates.wrap(ErrorCode.STATE_MISMATCH, "taking ownership of migration '" + name + "'", e);
        } catch (ReplicatorException e) {
            closeAll(lock, session);
            throw e;
        }
    }

    private static void closeAll(OwnershipLock lock, @Nullable Connection session) {
        try (lock) {
            if (session != null) {
                session.close();
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the control session", e);
        }
    }

    public synchronized Migration migration() {
        return migration;
    }

    /** Asks on the control session, in autocommit mode. */
    public synchronized <T> T ask(String what, Query<T> query) {
        try {
            return query.run(session, migration);
        } catch (SQLException e) {
            throw wrapped(what, e);
        }
    }

    /** Runs statements on the control session in one transaction. */
    public synchronized void transaction(String what, Action action) {
        try {
            session.setAutoCommit(false);
            try {
                action.run(session, migration);
                session.commit();
            } catch (SQLException | RuntimeException e) {
                session.rollback();
                throw e;
            } finally {
                session.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw wrapped(what, e);
        }
    }

    /** A deadlock, or a server that has no session or memory left, passes. */
    private static ReplicatorException wrapped(String what, SQLException failure) {
        return SqlStates.wrap(
                SqlStates.isTransient(failure) ? ErrorCode.CONNECTION_FAILED : ErrorCode.STATE_MISMATCH, what, failure);
    }

    /** Moves to a phase. */
    public Migration become(Phase next) {
        return become(next, null);
    }

    /** Moves to a phase; see {@link MigrationStore#transition}. */
    public Migration become(Phase next, @Nullable String detail) {
        return become(next, detail, (_, _) -> {});
    }

    /** Moves to a phase in one transaction with other work. */
    public synchronized Migration become(Phase next, @Nullable String detail, Action together) {
        transaction("phase " + next.word(), (connection, current) -> {
            together.run(connection, current);
            MigrationStore.transition(connection, current, next, detail);
        });
        migration = ask(
                "phase " + next.word(),
                (connection, current) -> Objects.requireNonNull(MigrationStore.find(connection, current.name())));
        return migration;
    }

    /** Records who the source is. */
    public synchronized void recordSource(SourceIdentity source) {
        migration = ask(
                "the source's identity",
                (connection, current) -> MigrationStore.recordSource(connection, current, source));
    }

    /**
     * Waits until a request is announced, on the session that holds the lock, or for a time. For one thread.
     *
     * @throws ReplicatorException when that session is lost: ownership may be somebody else's then
     */
    public void awaitRequest(Duration limit) throws InterruptedException {
        try {
            bell.await(limit);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "waiting for requests", e);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        closeAll(lock, session);
    }
}
