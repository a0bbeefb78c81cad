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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds writers by table locks, then refuses them by triggers.
 *
 * <p>SHARE ROW EXCLUSIVE conflicts with every writer's lock, also with that of a prepared transaction, so once it is
 * granted everything written is committed or gone. The locks are asked for by a statement with a timeout below
 * {@code deadlock_timeout} (a {@code lock_timeout} would be for each of them) and again after a pause, so that writers which
 * hold one table and want another are never chosen as deadlock victims.
 *
 * <p>An autovacuum gives way only to a session that waits for {@code deadlock_timeout}. So where one is at work, SHARE UPDATE
 * EXCLUSIVE is waited for first, table by table and without keeping it: it conflicts with vacuum but not with writers, who
 * are not held by a session that waits for it.
 *
 * <p>When the budget is spent before the point of no return, the session is ended and writers go on, whatever the cutover's
 * thread waits for.
 */
public final class ReadonlyFence implements Fence {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReadonlyFence.class);
    private static final String SWITCH = "switch";
    private static final Set<String> RETRIED =
            Set.of(SqlStates.LOCK_NOT_AVAILABLE, SqlStates.DEADLOCK_DETECTED, SqlStates.QUERY_CANCELED);

    private static final long DEAD_MAN_MILLIS = 2_000;
    private static final long PING_MILLIS = 400;
    private static final long MAX_HOLD_MILLIS = 500;
    private static final long AUTOVACUUM_END_MILLIS = 500;

    private final Database source;
    private final String migration;
    private final Supplier<List<QualifiedName>> tables;
    private final Connection session;
    /** One thread pings, which may wait for the session; the other looks at the clock. */
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().name("replicator-fence-", 0).daemon().factory());

    private final Object committing = new Object();
    private List<QualifiedName> locked = List.of();
    private @Nullable Deadline raisedUntil;
    private boolean commits;

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
            List<QualifiedName> wanted = tables.get();
            while (!endVacuums(wanted, deadlockTimeout, deadline) || !tryLock(wanted, deadlockTimeout, deadline)) {
                if (deadline.remaining().isZero()) {
                    String holders = LockHolders.conflicting(session, wanted);
                    throw deadline.exceeded("fence", holders.isEmpty() ? "" : "locks are held by " + holders);
                }
                Thread.sleep(ThreadLocalRandom.current().nextLong(20, 100));
                wanted = tables.get();
            }
            raisedUntil = deadline;
            Future<?> _ = timers.schedule(this::expire, deadline.remainingMillis(), TimeUnit.MILLISECONDS);
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

    /** @return whether none holds a table any more */
    private boolean endVacuums(List<QualifiedName> wanted, long deadlockTimeout, Deadline deadline)
            throws SQLException {
        for (QualifiedName table : LockHolders.vacuumed(session, wanted)) {
            try (Statement statement = session.createStatement()) {
                limit(
                        statement,
                        "lock_timeout",
                        Math.min(deadlockTimeout + AUTOVACUUM_END_MILLIS, deadline.remainingMillis()));
                statement.execute("LOCK TABLE ONLY " + table.quoted() + " IN SHARE UPDATE EXCLUSIVE MODE");
            } catch (SQLException e) {
                if (!SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE)) {
                    throw e;
                }
                return false;
            } finally {
                session.rollback();
            }
        }
        session.rollback();
        return true;
    }

    private boolean tryLock(List<QualifiedName> wanted, long deadlockTimeout, Deadline deadline) throws SQLException {
        StringJoiner names = new StringJoiner(", ");
        wanted.forEach(table -> names.add("ONLY " + table.quoted()));
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL idle_in_transaction_session_timeout = " + DEAD_MAN_MILLIS);
            if (!wanted.isEmpty()) {
                limit(
                        statement,
                        "statement_timeout",
                        Math.min(Math.min(MAX_HOLD_MILLIS, deadlockTimeout * 4 / 5), deadline.remainingMillis()));
                statement.execute("LOCK TABLE " + names + " IN SHARE ROW EXCLUSIVE MODE");
                limit(statement, "statement_timeout", 0);
            }
        } catch (SQLException e) {
            session.rollback();
            if (RETRIED.stream().anyMatch(state -> SqlStates.has(e, state))) {
                return false;
            }
            throw e;
        }
        Future<?> pinging = timers.scheduleWithFixedDelay(this::ping, PING_MILLIS, PING_MILLIS, TimeUnit.MILLISECONDS);
        locked = wanted;
        if (!locked.equals(tables.get())) {
            pinging.cancel(false);
            session.rollback();
            return false;
        }
        return true;
    }

    private static void limit(Statement statement, String setting, long millis) throws SQLException {
        statement.execute("SET LOCAL " + setting + " = " + millis);
    }

    private void ping() {
        try (Statement statement = session.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException e) {
            timers.shutdown();
        }
    }

    private void expire() {
        synchronized (committing) {
            if (!commits) {
                end();
            }
        }
    }

    private void end() {
        try {
            session.abort(Runnable::run);
        } catch (SQLException e) {
            LOGGER.warn("ending the fence's session: {}", SqlStates.describe(e));
        }
    }

    @Override
    public void move(Runnable beforeCommit) {
        Deadline deadline = raisedUntil;
        if (deadline == null) {
            throw new IllegalStateException("the fence was not raised");
        }
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL synchronous_commit = on");
            Gate.move(session, migration);
            statement.execute(refusal());
        } catch (SQLException e) {
            deadline.check(SWITCH);
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "refusing writes on the source", e);
        }
        beforeCommit.run();
        synchronized (committing) {
            deadline.check(SWITCH);
            commits = true;
        }
        try {
            session.commit();
        } catch (SQLException e) {
            if (Gate.read(source, migration) != Gate.State.MOVED) {
                throw new ReplicatorException(
                        ErrorCode.CUTOVER_FAILED, "moving the gate on the source: " + SqlStates.describe(e), e);
            }
        }
    }

    /** In one go, as writers wait; a cutover that was undone after its switch may have left triggers. */
    private String refusal() throws SQLException {
        Set<QualifiedName> refusing = refusing();
        StringBuilder sql = new StringBuilder("SELECT 1");
        for (QualifiedName table : locked) {
            if (!refusing.contains(table)) {
                sql.append("; CREATE TRIGGER replicator_moved BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ")
                        .append(table.quoted())
                        .append(" FOR EACH STATEMENT EXECUTE PROCEDURE replicator.refuse_write()");
            }
            sql.append("; ALTER TABLE ").append(table.quoted()).append(" ENABLE ALWAYS TRIGGER replicator_moved");
        }
        return sql.toString();
    }

    private Set<QualifiedName> refusing() throws SQLException {
        Set<QualifiedName> tables = new HashSet<>();
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT n.nspname, c.relname FROM pg_trigger g
                        JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE g.tgname = 'replicator_moved'""")) {
            while (row.next()) {
                tables.add(new QualifiedName(row.getString(1), row.getString(2)));
            }
        }
        return tables;
    }

    @Override
    public void close() {
        timers.shutdownNow();
        try {
            session.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "releasing the fence", e);
        }
    }
}
