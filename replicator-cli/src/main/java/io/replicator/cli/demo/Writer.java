package io.replicator.cli.demo;

import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.ConnectionUri;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client of the application. A transaction that is refused or whose connection breaks is tried again, on the server
 * the URL then names, until it is decided; where the answer to a commit got lost, the ledger tells.
 */
final class Writer implements Runnable {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final String CONNECT_TIMEOUT_SECONDS = "5";

    private final String name;
    private final Supplier<String> url;
    private final Workload workload;
    private final WriterOptions options;
    private final WriterStatistics statistics;
    private final SplittableRandom random;
    private final Pace pace;
    private volatile boolean stopping;
    private volatile long waitingSince;
    private volatile @Nullable Connection connection;
    private long committed = -1;
    private boolean undecided;

    Writer(
            String name,
            Supplier<String> url,
            Workload workload,
            WriterOptions options,
            WriterStatistics statistics,
            SplittableRandom random) {
        this.name = name;
        this.url = url;
        this.workload = workload;
        this.options = options;
        this.statistics = statistics;
        this.random = random;
        pace = new Pace(options.transactionsPerSecond() / options.threads());
    }

    @Override
    public void run() {
        try {
            boolean goOn = true;
            while (goOn && !stopping) {
                pace.await();
                waitingSince = System.nanoTime();
                goOn = decide(random.nextLong());
                statistics.waited(System.nanoTime() - waitingSince);
                waitingSince = 0;
            }
        } catch (RuntimeException e) {
            statistics.violation(name + " ended by " + e);
        } finally {
            disconnect();
            if (undecided) {
                statistics.undecided();
            }
        }
    }

    /** Makes the writer end after its transaction. */
    void stop() {
        stopping = true;
    }

    /** Breaks the connection under a writer that does not end. */
    void abort() {
        disconnect();
    }

    /** For how long the transaction under way has been waiting, in nanoseconds. */
    long waitNanos() {
        long since = waitingSince;
        return since == 0 ? 0 : System.nanoTime() - since;
    }

    /** Tries one transaction until its outcome is known; false when the writer is to end. */
    private boolean decide(long seed) {
        while (!stopping) {
            try {
                Connection open = connection;
                if (open == null && connect()) {
                    return true;
                }
                if (!stopping) {
                    attempt(seed);
                    return true;
                }
            } catch (SQLException e) {
                boolean lost = SqlStates.isConnectionLoss(e) || connection == null;
                undecided &= lost;
                if (SqlStates.has(e, SqlStates.READ_ONLY_TRANSACTION)) {
                    statistics.refused();
                    if (options.stopWhenRefused()) {
                        return false;
                    }
                } else if (!lost) {
                    statistics.failed(e);
                    rollback();
                    return true;
                } else if (!stopping) {
                    statistics.connectionLost();
                }
                disconnect();
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
        return false;
    }

    private void attempt(long seed) throws SQLException {
        Connection open = connection;
        if (open == null) {
            throw new SQLException("the connection was closed", "08003");
        }
        SplittableRandom numbers = new SplittableRandom(seed);
        boolean rollback = numbers.nextInt(100) < options.rollbackPercent();
        long begin = System.nanoTime();
        workload.perform(open, numbers);
        if (rollback) {
            open.rollback();
            statistics.rolledBack();
        } else {
            Ledger.count(open, name);
            undecided = true;
            open.commit();
            undecided = false;
            committed++;
            statistics.committed();
        }
        statistics.transactionTook(System.nanoTime() - begin);
    }

    /** Opens a session and compares the ledger; true when the undecided transaction turned out to be committed. */
    private boolean connect() throws SQLException {
        ConnectionSettings settings;
        try {
            settings = ConnectionUri.parse(url.get());
        } catch (ReplicatorException e) {
            throw new SQLException("the URL is invalid", "08001", e);
        }
        Connection opened = DriverManager.getConnection(settings.jdbcUrl(), properties(settings));
        connection = opened;
        try {
            opened.setAutoCommit(false);
            if (committed < 0) {
                Ledger.enter(opened, name);
            }
            long found = Ledger.committed(opened, name);
            opened.commit();
            return compare(found, settings);
        } catch (SQLException e) {
            disconnect();
            throw e;
        }
    }

    private boolean compare(long found, ConnectionSettings where) {
        boolean late = undecided && found == committed + 1;
        if (late) {
            statistics.committed();
        } else if (committed >= 0 && found != committed) {
            statistics.violation(name + " committed " + committed + " transactions, " + where + " holds " + found);
        }
        committed = found;
        undecided = false;
        return late;
    }

    private Properties properties(ConnectionSettings settings) {
        Properties properties = new Properties();
        settings.properties().forEach(properties::setProperty);
        properties.setProperty("user", settings.user());
        String password = settings.password();
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", name);
        properties.setProperty("loginTimeout", CONNECT_TIMEOUT_SECONDS);
        return properties;
    }

    private void rollback() {
        Connection open = connection;
        if (open != null) {
            try {
                open.rollback();
            } catch (SQLException _) {
                disconnect();
            }
        }
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException e) {
                statistics.failed(e);
            }
        }
    }
}
