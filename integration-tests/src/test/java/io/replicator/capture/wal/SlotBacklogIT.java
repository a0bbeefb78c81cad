package io.replicator.capture.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.change.Position;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import io.replicator.testkit.Await;
import io.replicator.testkit.RandomWorkload;
import io.replicator.testkit.Servers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What waits in a slot, read by SQL. */
class SlotBacklogIT extends SlotScene {
    @ParameterizedTest
    @CsvSource({"13, false", "15, false", "15, true", "17, true", "18, true"})
    void deliversWhatTheStreamWould(int major, boolean binary) throws Exception {
        dropSlot();
        use(Servers.source(major));
        long seed = ThreadLocalRandom.current().nextInt(1_000_000);
        writeAtRandom(seed);
        ReadTransactions read = new ReadTransactions(() -> {});
        Delivery delivery = new Delivery(start(), read, () -> false);
        TimeZone usual = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kolkata"));
            read(new SlotBacklog(source, SLOT, new PgOutputOptions("p", binary), SMALL_PIECES), delivery);
            assertThat(read.lines()).as("seed %s", seed).hasSizeGreaterThan(500);
            assertThat(delivery.passed()).isEqualTo(read.end());
            assertThat(read.relations())
                    .as("t and u, each described by every piece in the same way")
                    .hasSize(2);
            assertThat(read.lines()).as("seed %s", seed).isEqualTo(stream(start(), binary, read.commits()));
        } finally {
            TimeZone.setDefault(usual);
        }
    }

    @Test
    void leavesOutWhatLiesBeforeTheStart() throws Exception {
        writeAtRandom(1);
        ReadTransactions all = new ReadTransactions(() -> {});
        Lsn slot = start();
        read(backlog(SMALL_PIECES), new Delivery(slot, all, () -> false));
        int middle = all.lines().size() / 2;
        while (!all.lines().get(middle).startsWith("commit")) {
            middle++;
        }
        Lsn from = Lsn.parse(all.lines().get(middle).substring("commit ".length()));
        ReadTransactions rest = new ReadTransactions(() -> {});
        read(backlog(SMALL_PIECES), new Delivery(from, rest, () -> false));
        assertThat(rest.lines())
                .isNotEmpty()
                .isEqualTo(all.lines().subList(middle + 1, all.lines().size()));
        assertThat(start()).isEqualTo(slot);
    }

    @Test
    void letsTheStreamHaveItsTurn() throws Exception {
        writeAtRandom(2);
        Lsn before = start();
        ReadTransactions read = new ReadTransactions(() -> {});
        Delivery delivery = new Delivery(before, read, () -> false);
        SlotBacklog turns =
                backlog(new SlotBacklog.Limits(1, 1, 256 << 20, 16_384, 50, 2, LIMIT, Duration.ZERO, LIMIT));
        read(turns, delivery);
        long first = read.commits();
        assertThat(first).isPositive();
        read(turns, delivery);
        assertThat(read.commits())
                .as("the copy begins where the slot stands: what is known is passed over")
                .isEqualTo(first);
        database.execute("SELECT pg_replication_slot_advance('" + SLOT + "', '" + read.end() + "')");
        read(turns, delivery);
        assertThat(read.commits()).isGreaterThan(first);
        assertThat(read.lines()).doesNotHaveDuplicates();
    }

    @Test
    void comesBackWhenTheStreamFallsBehind() throws Exception {
        database.execute("DO $$ BEGIN FOR i IN 1..2000 LOOP INSERT INTO u SELECT i; COMMIT; END LOOP; END $$");
        Lsn start = start();
        AtomicBoolean bySql = new AtomicBoolean();
        AtomicInteger turns = new AtomicInteger();
        CompletableFuture<Void> all = new CompletableFuture<>();
        ReadTransactions read = new ReadTransactions(() -> {
            boolean copied = hasReader();
            if (copied && !bySql.get()) {
                turns.incrementAndGet();
            }
            bySql.set(copied);
        });
        WalStream stream = new WalStream(
                source,
                SLOT,
                new PgOutputOptions("p", true),
                backlog(new SlotBacklog.Limits(1, 1, 8_192, 8_192, 50, 1, LIMIT, Duration.ZERO, LIMIT)));
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                stream.run(
                        new Position.Wal(start),
                        change -> {
                            read.offer(change);
                            if (read.commits() == 2_000) {
                                all.complete(null);
                            }
                            return true;
                        },
                        () -> new Position.Wal(read.end().max(start)));
            } catch (RuntimeException e) {
                all.completeExceptionally(e);
            }
        });
        all.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        stream.stop();
        reader.join(LIMIT);
        assertThat(turns.get()).isGreaterThan(1);
        assertThat(read.lines()).hasSize(6_000).doesNotHaveDuplicates();
    }

    /** Whatever begins behind the transaction would have the server decode it again otherwise. */
    @Test
    void readsOnToTheEndOfTheLogBehindALargeTransaction() throws Exception {
        database.execute("INSERT INTO t SELECT n, 'n', n, repeat('b', 100) FROM generate_series(1, 20000) AS n");
        Lsn end = Lsn.parse(Objects.requireNonNull(database.text("SELECT pg_current_wal_insert_lsn()")));
        database.execute("CHECKPOINT", "INSERT INTO u SELECT 1");
        ReadTransactions read = new ReadTransactions(() -> {});
        SlotBacklog.Limits limits =
                new SlotBacklog.Limits(1, 1, 256 << 20, 16_384, 1_000_000, 9, LIMIT, Duration.ZERO, LIMIT);
        try (SlotStream _ = backlog(limits).read(new Delivery(start(), read, () -> false))) {
            assertThat(read.commits()).isEqualTo(2);
            assertThat(Lsn.parse(Objects.requireNonNull(database.text("SELECT restart_lsn FROM pg_replication_slots"
                            + " WHERE database = current_database() AND temporary"))))
                    .isGreaterThanOrEqualTo(end);
        }
    }

    @Test
    void leavesASmallBacklogToTheStream() throws Exception {
        writeAtRandom(3);
        ReadTransactions read = new ReadTransactions(() -> {});
        read(backlog(SlotBacklog.Limits.USUAL), new Delivery(start(), read, () -> false));
        assertThat(read.lines()).isEmpty();
    }

    @Test
    void leavesToTheStreamWhatTakesTooLong() throws Exception {
        database.execute("INSERT INTO t SELECT n, 'n', n, '' FROM generate_series(1, 600000) AS n");
        ReadTransactions read = new ReadTransactions(() -> {});
        Delivery delivery = new Delivery(start(), read, () -> false);
        read(
                backlog(new SlotBacklog.Limits(
                        1, 1, 256 << 20, 256 << 20, 100, 9, LIMIT, Duration.ZERO, Duration.ZERO)),
                delivery);
        assertThat(read.lines()).isEmpty();
        assertThat(delivery.passed()).isEqualTo(start());
        awaitNoReader();
    }

    @Test
    void doesNotTakeTheLastSlot() throws Exception {
        dropSlot();
        try (var server = Servers.own(15)) {
            use(Servers.database(server));
            database.execute("DO $$ BEGIN FOR i IN 1.."
                    + database.number("SELECT current_setting('max_replication_slots')::int - count(*) - 1"
                            + " FROM pg_replication_slots")
                    + " LOOP PERFORM pg_create_physical_replication_slot('taken_' || i); END LOOP; END $$");
            database.execute("INSERT INTO u SELECT n FROM generate_series(1, 100) AS n");
            ReadTransactions read = new ReadTransactions(() -> {});
            Delivery delivery = new Delivery(start(), read, () -> false);
            read(backlog(SMALL_PIECES), delivery);
            assertThat(read.lines()).isEmpty();
            assertThat(stream(start(), true, 1)).hasSize(102);
            dropSlot();
        }
        createSlot();
    }

    @Test
    void stopsInsideAPiece() throws Exception {
        writeAtRandom(4);
        AtomicBoolean stopped = new AtomicBoolean();
        ReadTransactions read = new ReadTransactions(() -> stopped.set(true));
        read(
                backlog(new SlotBacklog.Limits(1, 1, 256 << 20, 256 << 20, 100_000, 9, LIMIT, Duration.ZERO, LIMIT)),
                new Delivery(start(), read, stopped::get));
        assertThat(read.commits()).isEqualTo(1);
        awaitNoReader();
    }

    /** Both copies' sessions hold messages then that nobody wants. */
    @Test
    void stopsWhenTheNextPieceIsDecoded() throws Exception {
        insertByOne(1, 500);
        AtomicBoolean stopped = new AtomicBoolean();
        ReadTransactions read = new ReadTransactions(() -> {
            Await.until(
                    "the next piece is decoded",
                    LIMIT,
                    () -> database.number("SELECT count(DISTINCT confirmed_flush_lsn) FROM pg_replication_slots"
                                    + " WHERE database = current_database() AND temporary")
                            == 2);
            stopped.set(true);
        });
        Delivery delivery = new Delivery(start(), read, stopped::get);
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            try {
                read(backlog(SMALL_PIECES), delivery);
            } catch (SQLException e) {
                throw new IllegalStateException("reading the backlog", e);
            }
        });
        reader.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(read.commits()).isEqualTo(1);
        awaitNoReader();
    }

    @Test
    void saysWhenItsConnectionBreaksInsideATransaction() throws Exception {
        database.execute(
                "INSERT INTO u SELECT 1",
                "INSERT INTO t SELECT n, 'n', n, repeat('b', 100) FROM generate_series(1, 200000) AS n");
        ReadTransactions read = new ReadTransactions(this::endReaders);
        Delivery delivery = new Delivery(start(), read, () -> false);
        assertThatThrownBy(() -> read(
                        backlog(new SlotBacklog.Limits(
                                1, 1, 256 << 20, 256 << 20, 1_000, 9, LIMIT, Duration.ZERO, LIMIT)),
                        delivery))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> assertThat(SqlStates.isConnectionLoss(failure))
                                .as(SqlStates.describe(failure))
                                .isTrue());
        assertThat(delivery.insideTransaction()).isTrue();
        assertThat(delivery.passed()).isEqualTo(read.end());
    }

    @Test
    void endsAReaderWhoseDaemonIsGone() throws Exception {
        try (SlotCopy copy = SlotCopy.open(source, SLOT);
                Connection session = database.connection()) {
            copy.follow(SLOT);
            assertThat(database.number(READERS)).isEqualTo(1);
            ReplicationSlot.terminateReaders(session, SLOT);
            awaitNoReader();
        }
    }

    private static void read(SlotBacklog backlog, Delivery delivery) throws SQLException {
        try (SlotStream _ = backlog.read(delivery)) {
            assertThat(delivery.insideTransaction()).isFalse();
        }
    }

    private void endReaders() {
        try (Connection session = database.connection()) {
            ReplicationSlot.terminateReaders(session, SLOT);
        } catch (SQLException e) {
            throw new IllegalStateException("ending the readers", e);
        }
    }

    /** Hundreds of transactions, some of them larger than a piece. */
    private void writeAtRandom(long seed) throws SQLException {
        database.execute(
                "INSERT INTO t SELECT n, 'n' || n, n / 3.0, repeat(n::text, 3000) FROM generate_series(1, 100) AS n",
                "INSERT INTO u SELECT n FROM generate_series(1, 100) AS n",
                "UPDATE t SET name = name || 'x'",
                "TRUNCATE u",
                "INSERT INTO u SELECT n FROM generate_series(1, 100) AS n");
        SplittableRandom random = new SplittableRandom(seed);
        RandomWorkload workload = RandomWorkload.of(database);
        try (Connection session = database.connection()) {
            session.setAutoCommit(false);
            for (int transaction = 0; transaction < 200; transaction++) {
                workload.perform(session, random);
                session.commit();
            }
        }
    }

    private List<String> stream(Lsn from, boolean binary, long commits) throws Exception {
        WalStream stream = WalStream.of(source, SLOT, "p", binary);
        AtomicBoolean enough = new AtomicBoolean();
        long[] seen = {0};
        ReadTransactions streamed = new ReadTransactions(() -> {
            if (++seen[0] == commits) {
                enough.set(true);
                stream.stop();
            }
        });
        Thread reader = Thread.ofPlatform()
                .start(() -> stream.run(new Position.Wal(from), streamed, () -> new Position.Wal(from)));
        Await.until("the stream has delivered " + commits + " transactions", LIMIT, enough::get);
        reader.join(LIMIT);
        return streamed.lines();
    }
}
