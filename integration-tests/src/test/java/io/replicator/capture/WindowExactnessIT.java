package io.replicator.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.ConfigReader;
import io.replicator.config.MigrationConfig;
import io.replicator.postgres.Side;
import io.replicator.testkit.Await;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The target equals the source's snapshot after every window, whatever writers do. */
class WindowExactnessIT {
    private static final int WRITERS = 16;
    private static final long TRANSACTIONS = Boolean.getBoolean("replicator.long") ? 60_000 : 12_000;
    private static final Duration LIMIT = Duration.ofSeconds(Boolean.getBoolean("replicator.long") ? 1200 : 90);

    private static final String[] TABLES = {
        "CREATE TABLE plain (id bigint PRIMARY KEY, n int NOT NULL, v text)",
        "CREATE TABLE pair (a uuid, b text, n int, PRIMARY KEY (a, b))",
        "CREATE TABLE swapped (id int PRIMARY KEY, u int NOT NULL UNIQUE DEFERRABLE, n int)",
        "CREATE TABLE exact (id numeric PRIMARY KEY, n int)",
        "CREATE TABLE child (id int PRIMARY KEY, parent bigint REFERENCES plain (id) ON DELETE CASCADE)",
        "CREATE TABLE keyless (v text)",
        "CREATE TABLE parted (id int, region int, n int, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
        "CREATE TABLE parted_0 PARTITION OF parted FOR VALUES IN (0)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1)",
        "CREATE TABLE parted_2 PARTITION OF parted DEFAULT"
    };

    private static final String[] TRUNCATED = {"parted_1", "keyless", "exact", "pair"};

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong given = new AtomicLong();
    private final ConcurrentLinkedQueue<String> unexpected = new ConcurrentLinkedQueue<>();

    @Test
    void everyWindowEqualsItsSnapshot() throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLES);
            TestDatabase source = Roles.heroku(sides.source());
            TestDatabase target = Roles.rds(sides.target());
            MigrationConfig config = ConfigReader.read(
                    sides.settings()
                            .existingSchema()
                            .source(source.url())
                            .target(target.url())
                            .file(),
                    Map.of());
            List<Thread> writers = new ArrayList<>();
            try (ExactWindows windows = new ExactWindows(
                    config.source().database(Side.SOURCE), config.target().database(Side.TARGET))) {
                for (int i = 0; i < WRITERS; i++) {
                    Random random = new Random(seed * WRITERS + i);
                    writers.add(Thread.ofPlatform().name("writer-" + i).start(() -> write(source, random)));
                }
                try (Connection open = source.connection();
                        Statement statement = open.createStatement()) {
                    open.setAutoCommit(false);
                    statement.execute("INSERT INTO plain VALUES (-1, 0, 'open over many windows')");
                    long before = windows.windows();
                    Await.until(
                            "windows pass an open transaction, seed " + seed,
                            LIMIT,
                            () -> windows.ended().isDone() || windows.windows() > before + 40);
                    statement.execute("UPDATE plain SET n = n + 1 WHERE id = -1");
                    open.commit();
                }
                Await.until(
                        "enough transactions, seed " + seed,
                        LIMIT,
                        () -> windows.ended().isDone() || committed.get() >= TRANSACTIONS);
                stopped.set(true);
                for (Thread writer : writers) {
                    writer.join();
                }
                long last = windows.windows();
                Await.until(
                        "a window behind the last writer, seed " + seed,
                        LIMIT,
                        () -> windows.ended().isDone() || windows.windows() > last + 1);
                windows.stop();
                System.out.println(windows.windows() + " windows over " + committed + " transactions");
                assertThat(unexpected).as("seed %s", seed).isEmpty();
                assertThat(windows.everStale()).as("seed %s", seed).isEmpty();
                assertThat(target.number("SELECT n FROM plain WHERE id = -1")).isEqualTo(1);
            } finally {
                stopped.set(true);
            }
        }
    }

    private void write(TestDatabase source, Random random) {
        try (Connection connection = source.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped.get()) {
                try {
                    if (random.nextInt(300) == 0) {
                        statement.execute("TRUNCATE " + TRUNCATED[random.nextInt(TRUNCATED.length)]);
                        connection.commit();
                        committed.incrementAndGet();
                    }
                    int statements = 1 + random.nextInt(4);
                    for (int i = 0; i < statements; i++) {
                        if (random.nextInt(6) == 0) {
                            Savepoint savepoint = connection.setSavepoint();
                            statement.execute(change(random));
                            connection.rollback(savepoint);
                        } else {
                            statement.execute(change(random));
                        }
                    }
                    if (random.nextInt(10) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        committed.incrementAndGet();
                    }
                } catch (SQLException e) {
                    connection.rollback();
                    if (!e.getSQLState().startsWith("23") && !e.getSQLState().startsWith("40")) {
                        unexpected.add(e.getSQLState() + " " + e.getMessage());
                    }
                }
            }
        } catch (SQLException e) {
            unexpected.add("connection: " + e.getMessage());
        }
    }

    private String change(Random random) {
        int id = random.nextInt(400);
        int other = random.nextInt(400);
        int n = random.nextInt(1000);
        return switch (random.nextInt(19)) {
            case 0 ->
                "INSERT INTO plain VALUES (" + id + ", " + n + ", repeat('v', " + n
                        + ")) ON CONFLICT (id) DO UPDATE SET n = excluded.n, v = excluded.v";
            case 1 -> "UPDATE plain SET n = " + n + " WHERE id = " + id;
            case 2 -> "UPDATE plain SET id = " + (400 + other) + " WHERE id = " + id;
            case 3 -> "UPDATE plain SET id = " + other + " WHERE id = " + (400 + id);
            case 4 -> "DELETE FROM plain WHERE id BETWEEN " + id + " AND " + (id + random.nextInt(5));
            case 5 ->
                "INSERT INTO pair VALUES (md5('" + id % 40 + "')::uuid, 'b" + other % 5 + "', " + n
                        + ") ON CONFLICT (a, b) DO UPDATE SET n = excluded.n";
            case 6 ->
                "UPDATE pair SET b = 'b" + other % 5 + "', n = n + 1 WHERE a = md5('" + id % 40 + "')::uuid AND b = 'b"
                        + n % 5 + "'";
            case 7 -> "DELETE FROM pair WHERE a = md5('" + id % 40 + "')::uuid";
            case 8 ->
                "INSERT INTO swapped VALUES (" + id % 100 + ", " + (1000 + given.incrementAndGet())
                        + ", 0) ON CONFLICT (id) DO NOTHING";
            case 9 ->
                "UPDATE swapped AS s SET u = o.u FROM swapped AS o WHERE (s.id = " + id % 100 + " AND o.id = "
                        + other % 100 + ") OR (s.id = " + other % 100 + " AND o.id = " + id % 100 + ")";
            case 10 -> "DELETE FROM swapped WHERE id = " + id % 100;
            case 11 ->
                "INSERT INTO exact VALUES (" + id % 50 + (n % 2 == 0 ? ".0" : ".00") + ", " + n
                        + ") ON CONFLICT (id) DO UPDATE SET id = excluded.id, n = excluded.n";
            case 12 -> "DELETE FROM exact WHERE id = " + id % 50;
            case 13 ->
                "INSERT INTO child SELECT " + id + ", id FROM plain WHERE id = " + other
                        + " ON CONFLICT (id) DO UPDATE SET parent = excluded.parent";
            case 14 -> "INSERT INTO keyless VALUES ('" + id % 20 + "'), ('" + id % 20 + "')";
            case 15 -> "DELETE FROM keyless WHERE v = '" + id % 20 + "'";
            case 16 ->
                "INSERT INTO parted VALUES (" + id + ", " + n % 4 + ", 0) ON CONFLICT (id, region) DO UPDATE"
                        + " SET n = parted.n + 1";
            case 17 -> "UPDATE parted SET region = " + other % 4 + " WHERE id = " + id;
            default -> "DELETE FROM parted WHERE id BETWEEN " + id + " AND " + (id + 10);
        };
    }
}
