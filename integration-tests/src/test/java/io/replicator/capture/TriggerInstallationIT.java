package io.replicator.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.capture.trigger.CaptureDrift;
import io.replicator.capture.trigger.CaptureInstaller;
import io.replicator.capture.trigger.CaptureTeardown;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.TableFilter;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import io.replicator.testkit.Await;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Installing and removing capture on a database that is in use, as a role that owns it and nothing more. With
 * {@code -Dreplicator.long=true} there are 5,000 tables instead of 500.
 */
class TriggerInstallationIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);
    private static final boolean LONG = Boolean.getBoolean("replicator.long");
    private static final int TABLES = LONG ? 5_000 : 500;
    private static final long MAX_LOCK_MILLIS = 1_500;

    /** Everything in the database that is not the application's rows. */
    private static final String OBJECTS = """
            SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
                SELECT 'schema ' || nspname AS line FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
                UNION ALL SELECT 'relation ' || oid::regclass || ' ' || coalesce(reloptions::text, '') || ' ' || relreplident::text
                FROM pg_class WHERE relnamespace <> 'pg_catalog'::regnamespace AND relkind <> 't' AND oid >= 16384
                UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE oid >= 16384
                UNION ALL SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass || ' ' || tgenabled::text FROM pg_trigger
                UNION ALL SELECT 'setting ' || setdatabase || ' ' || setrole || ' ' || setconfig::text
                FROM pg_db_role_setting
                UNION ALL SELECT 'publication ' || pubname FROM pg_publication
                UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
                UNION ALL SELECT 'default ' || oid FROM pg_attrdef
                UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger) AS o""";

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);
    private TestDatabase admin;
    private TestDatabase source;
    private Database database;

    @BeforeEach
    void create() throws SQLException {
        admin = Servers.source(15);
    }

    @AfterEach
    void drop() throws SQLException {
        if (database != null) {
            database.close();
        }
        admin.drop();
    }

    private void own() throws SQLException {
        source = Roles.heroku(admin);
        database = Endpoints.database(Side.SOURCE, source.url());
    }

    private Catalog catalog() throws SQLException {
        try (Connection session = database.open("catalog")) {
            session.setAutoCommit(false);
            return CatalogReader.read(session, TableFilter.ALL);
        }
    }

    private void createTables(int count) throws SQLException {
        for (int from = 1; from <= count; from += 500) {
            admin.execute("DO $$ BEGIN FOR i IN " + from + ".." + Math.min(count, from + 499) + " LOOP EXECUTE format('"
                    + "CREATE TABLE t%s (id int PRIMARY KEY, a text, b text, c timestamptz, d numeric, e int)', i);"
                    + " END LOOP; END $$");
        }
        own();
    }

    @Test
    void goesOnAfterDyingInTheMiddleOfThousandsOfTables() throws Exception {
        createTables(TABLES);
        Catalog catalog = catalog();
        CompletableFuture<Throwable> died = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        CaptureInstaller.install(database, catalog, _ -> {}, _ -> {});
                        return new AssertionError("it was not interrupted");
                    } catch (ReplicatorException | InterruptedException e) {
                        return e;
                    }
                },
                THREADS);
        Await.until("a tenth is installed", LIMIT, () -> installed() > TABLES / 10);
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND application_name = 'replicator capture'");
        assertThat(died.get()).isInstanceOf(ReplicatorException.class);
        long before = installed();
        List<QualifiedName> again = new ArrayList<>();
        long start = System.nanoTime();
        assertThat(CaptureInstaller.install(database, catalog, again::add, _ -> {}))
                .hasSize(TABLES);
        System.out.printf("installed %d tables in %d ms%n", again.size(), (System.nanoTime() - start) / 1_000_000);
        assertThat(again).hasSize((int) (TABLES - before));
        assertThat(admin.number("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A'"))
                .isEqualTo(4L * TABLES);
        assertThat(admin.number("SELECT count(*) FROM pg_class WHERE relname ~ '^change_' AND relkind = 'r'"))
                .isEqualTo(3);
        again.clear();
        CaptureInstaller.install(database, catalog, again::add, _ -> {});
        assertThat(again).isEmpty();
        try (Connection session = database.open("drift")) {
            for (int i = 0; i < 3; i++) {
                start = System.nanoTime();
                assertThat(CaptureDrift.find(session)).isEmpty();
                System.out.printf("compared %d tables in %d us%n", TABLES, (System.nanoTime() - start) / 1_000);
            }
        }
        CaptureTeardown.remove(database, false);
        assertThat(admin.number("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"))
                .isZero();
    }

    private long installed() throws SQLException {
        return admin.text("SELECT to_regclass('replicator.captured_table')") == null
                ? 0
                : admin.number("SELECT count(*) FROM replicator.captured_table");
    }

    /** A transaction that holds on to a table makes us wait and come back, and nobody behind us waits long. */
    @Test
    void holdsUpNoWriterForLongerThanItsLockTimeout() throws Exception {
        createTables(3);
        Catalog catalog = catalog();
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicLong longest = new AtomicLong();
        AtomicLong writes = new AtomicLong();
        List<String> told = new CopyOnWriteArrayList<>();
        try (Connection holder = source.connection();
                Statement holding = holder.createStatement()) {
            holder.setAutoCommit(false);
            holding.execute("INSERT INTO t2 VALUES (1)");
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(stopped, longest, writes), THREADS);
            CompletableFuture<Void> installation = CompletableFuture.runAsync(() -> install(catalog, told), THREADS);
            Await.until("it waits for t2", LIMIT, () -> told.stream().anyMatch(line -> line.contains("waits for")));
            long seen = writes.get();
            Await.until("writers go on", LIMIT, () -> writes.get() > seen + 200);
            assertThat(installation).isNotDone();
            assertThat(installed()).isEqualTo(2);
            holder.commit();
            installation.get();
            stopped.set(true);
            writer.get();
        }
        assertThat(installed()).isEqualTo(3);
        assertThat(longest.get()).as("the longest write in ms").isLessThan(MAX_LOCK_MILLIS + 1_000);
    }

    private void write(AtomicBoolean stopped, AtomicLong longest, AtomicLong writes) {
        try (Connection session = source.connection();
                Statement statement = session.createStatement()) {
            for (int i = 10; !stopped.get(); i++) {
                long start = System.nanoTime();
                statement.execute("INSERT INTO t2 VALUES (" + i + ")");
                long millis = (System.nanoTime() - start) / 1_000_000;
                longest.accumulateAndGet(millis, Math::max);
                writes.incrementAndGet();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("writing", e);
        }
    }

    private void install(Catalog catalog, List<String> told) {
        try {
            CaptureInstaller.install(database, catalog, _ -> {}, told::add);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Applications lock tables in every order, some of them strongly; none of them may fail because of us. */
    @Test
    void deadlocksNoApplicationWhileItIsInstalledAndRemoved() throws Exception {
        System.out.println("seed " + seed);
        createTables(12);
        String before = admin.text(OBJECTS);
        Catalog catalog = catalog();
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicLong transactions = new AtomicLong();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            boolean upwards = writer % 2 == 0;
            Random random = new Random(seed + writer);
            writers.add(CompletableFuture.runAsync(() -> lockTables(upwards, random, stopped, transactions), THREADS));
        }
        try {
            for (int round = 0; round < 2; round++) {
                long seen = transactions.get();
                Await.until("writers write", LIMIT, () -> transactions.get() > seen + 20);
                CaptureInstaller.install(database, catalog, _ -> {}, _ -> {});
                CaptureTeardown.remove(database, false);
            }
        } finally {
            stopped.set(true);
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get();
        }
        admin.execute("DROP SCHEMA replicator CASCADE");
        assertThat(admin.text(OBJECTS)).isEqualTo(before);
    }

    /** In one direction each half of the tables, so that the writers themselves cannot deadlock. */
    private void lockTables(boolean upwards, Random random, AtomicBoolean stopped, AtomicLong transactions) {
        try (Connection session = source.connection();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            while (!stopped.get()) {
                int first = random.nextInt(1, 5);
                for (int i = 0; i < 3; i++) {
                    int table = upwards ? first + i : 12 - first - i + 1;
                    statement.execute("INSERT INTO t" + table + " VALUES (" + random.nextInt(1_000_000)
                            + ") ON CONFLICT DO NOTHING");
                    if (random.nextInt(10) == 0) {
                        statement.execute("SELECT pg_sleep(0.02)");
                    }
                }
                session.commit();
                transactions.incrementAndGet();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("seed " + seed + ", writing " + (upwards ? "upwards" : "downwards"), e);
        }
    }
}
