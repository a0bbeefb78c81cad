package io.replicator.cutover;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds writers by table locks, then refuses them by triggers.
 *
 * <p>SHARE ROW EXCLUSIVE conflicts with every writer's lock, also with that of a prepared transaction, so once it is
 * granted everything written is committed or gone. The lock is asked for with a timeout below {@code deadlock_timeout}
 * and again after a pause, so that writers which hold one table and want another are never chosen as deadlock victims.
 *
 * <p>An autovacuum gives way only to a session that waits for {@code deadlock_timeout}. So SHARE UPDATE EXCLUSIVE comes
 * first: it conflicts with vacuum but not with writers, who are not held by a session that waits for it.
 */
public final class ReadonlyFence implements Fence {
    private static final long DEAD_MAN_MILLIS = 2_000;
    private static final long PING_MILLIS = 400;
    private static final long MAX_LOCK_TIMEOUT_MILLIS = 500;
    private static final long AUTOVACUUM_END_MILLIS = 500;

    private final Database source;
    private final String migration;
    private final Supplier<List<QualifiedName>> tables;
    private final Connection session;
    private final ScheduledExecutorService pings = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("replicator-fence").daemon().factory());
    private List<QualifiedName> locked = List.of();
    private boolean raised;
    private @Nullable ScheduledFuture<?> pinging;

    /** @param tables lists every table to fence, partitioned ones and their leaves, as of now */
    public ReadonlyFence(Database source, String migration, Supplier<List<QualifiedName>> tables) {
        this.source = source;
        this.migration = migration;
        this.tables = tables;
        this.session = source.open("fence");
    }

    @Override
    public void raise(Deadline deadline) throws InterruptedException {
        try {
            long deadlockTimeout = deadlockTimeoutMillis();
            session.setAutoCommit(false);
            while (!tryLock(deadlockTimeout, deadline)) {
                if (deadline.remaining().isZero()) {
                    String holders = LockHolders.conflicting(session, tables.get());
                    throw deadline.exceeded("fence", holders.isEmpty() ? "" : "locks are held by " + holders);
                }
                Thread.sleep(ThreadLocalRandom.current().nextLong(20, 100));
            }
            raised = true;
            pinging = pings.scheduleWithFixedDelay(this::ping, PING_MILLIS, PING_MILLIS, TimeUnit.MILLISECONDS);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "locking the source's tables", e);
        }
    }

    private long deadlockTimeoutMillis() throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT setting::bigint FROM pg_settings WHERE name = 'deadlock_timeout'")) {
            row.next();
            return Math.max(10, row.getLong(1));
        }
    }

    private boolean tryLock(long deadlockTimeout, Deadline deadline) throws SQLException {
        List<QualifiedName> wanted = tables.get();
        StringJoiner names = new StringJoiner(", ");
        wanted.forEach(table -> names.add("ONLY " + table.quoted()));
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL idle_in_transaction_session_timeout = " + DEAD_MAN_MILLIS);
            if (!wanted.isEmpty()) {
                setLockTimeout(statement, deadlockTimeout + AUTOVACUUM_END_MILLIS, deadline);
                statement.execute("LOCK TABLE " + names + " IN SHARE UPDATE EXCLUSIVE MODE");
                setLockTimeout(statement, Math.min(MAX_LOCK_TIMEOUT_MILLIS, deadlockTimeout * 4 / 5), deadline);
                statement.execute("LOCK TABLE " + names + " IN SHARE ROW EXCLUSIVE MODE");
            }
            statement.execute("SET LOCAL lock_timeout = 0");
        } catch (SQLException e) {
            session.rollback();
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE) || SqlStates.has(e, SqlStates.DEADLOCK_DETECTED)) {
                return false;
            }
            throw e;
        }
        locked = wanted;
        if (!locked.equals(tables.get())) {
            session.rollback();
            return false;
        }
        return true;
    }

    private static void setLockTimeout(Statement statement, long millis, Deadline deadline) throws SQLException {
        statement.execute("SET LOCAL lock_timeout = " + Math.min(millis, deadline.remainingMillis()));
    }

    private void ping() {
        try (Statement statement = session.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException e) {
            pings.shutdown();
        }
    }

    @Override
    public void move() {
        if (!raised) {
            throw new IllegalStateException("the fence was not raised");
        }
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL synchronous_commit = on");
            for (QualifiedName table : locked) {
                statement.execute("CREATE TRIGGER replicator_moved BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "
                        + table.quoted() + " FOR EACH STATEMENT EXECUTE PROCEDURE replicator.refuse_write()");
                statement.execute("ALTER TABLE " + table.quoted() + " ENABLE ALWAYS TRIGGER replicator_moved");
            }
            Gate.move(session, migration);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "refusing writes on the source", e);
        }
        try {
            session.commit();
        } catch (SQLException e) {
            if (Gate.read(source, migration) != Gate.State.MOVED) {
                throw new ReplicatorException(
                        ErrorCode.CUTOVER_FAILED, "moving the gate on the source: " + SqlStates.describe(e), e);
            }
        }
        raised = false;
    }

    @Override
    public void close() {
        if (pinging != null) {
            pinging.cancel(false);
        }
        pings.shutdownNow();
        try {
            session.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "releasing the fence", e);
        }
    }
}
