package io.replicator.capture.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.change.Position;
import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.Side;
import io.replicator.postgres.SqlStates;
import io.replicator.testkit.Await;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.RandomWorkload;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits in a slot, read by SQL. */
class SlotBacklogIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final SlotBacklog.Limits SMALL_PIECES =
            new SlotBacklog.Limits(1, 256 << 20, 1, 50, Duration.ofSeconds(20));

    private static final String SLOT = "backlog_test";
    private static final String READERS =
            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database() AND temporary";

    private TestDatabase database;
    private Database source;

    @BeforeEach
    void createSlot() throws SQLException {
        use(Servers.source(15));
    }

    private void use(TestDatabase used) throws SQLException {
        database = used;
        source = Endpoints.database(Side.SOURCE, used.url());
        used.execute(
                "CREATE TABLE t (id bigint PRIMARY KEY, name text, amount numeric, body text)",
                "ALTER TABLE t ALTER body SET STORAGE EXTERNAL",
                "CREATE TABLE u (a integer, b uuid DEFAULT gen_random_uuid(), PRIMARY KEY (a, b))",
                "CREATE PUBLICATION p FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
    }

    @AfterEach
    void dropSlot() throws SQLException {
        source.close();
        try (Connection session = database.connection()) {
            ReplicationSlot.drop(session, SLOT);
        }
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deliversWhatTheStreamWould(boolean binary) throws Exception {
        long seed = ThreadLocalRandom.current().nextInt(1_000_000);
        writeAtRandom(seed);
        ReadTransactions read = new ReadTransactions(() -> {});
        Delivery delivery = new Delivery(start(), read, () -> false);
        new SlotBacklog(source, SLOT, new PgOutputOptions("p", binary), SMALL_PIECES).read(delivery, () -> Lsn.ZERO);
        assertThat(read.lines()).as("seed %s", seed).hasSizeGreaterThan(500);
        assertThat(delivery.passed()).isEqualTo(read.end());
        assertThat(read.lines()).as("seed %s", seed).isEqualTo(stream(start(), binary, read.commits()));
    }

    @Test
    void leavesOutWhatLiesBeforeTheStart() throws Exception {
        writeAtRandom(1);
        ReadTransactions all = new ReadTransactions(() -> {});
        Lsn slot = start();
        backlog(SMALL_PIECES).read(new Delivery(slot, all, () -> false), () -> slot);
        int middle = all.lines().size() / 2;
        while (!all.lines().get(middle).startsWith("commit")) {
            middle++;
        }
        Lsn from = Lsn.parse(all.lines().get(middle).substring("commit ".length()));
        ReadTransactions rest = new ReadTransactions(() -> {});
        backlog(SMALL_PIECES).read(new Delivery(from, rest, () -> false), () -> slot);
        assertThat(rest.lines())
                .isNotEmpty()
                .isEqualTo(all.lines().subList(middle + 1, all.lines().size()));
        assertThat(start()).isEqualTo(slot);
    }

    @Test
    void acknowledgesWhatIsDurable() throws Exception {
        writeAtRandom(2);
        Lsn before = start();
        ReadTransactions read = new ReadTransactions(() -> {});
        SlotBacklog.Limits tinyPieces = new SlotBacklog.Limits(1, 8_192, 50, 50, LIMIT);
        backlog(tinyPieces).read(new Delivery(before, read, () -> false), read::end);
        assertThat(before.isBefore(start())).isTrue();
        assertThat(read.end().isBefore(start())).isFalse();
    }

    @Test
    void leavesASmallBacklogToTheStream() throws Exception {
        writeAtRandom(3);
        ReadTransactions read = new ReadTransactions(() -> {});
        new SlotBacklog(source, SLOT, new PgOutputOptions("p", true))
                .read(new Delivery(start(), read, () -> false), () -> Lsn.ZERO);
        assertThat(read.lines()).isEmpty();
    }

    @Test
    void leavesToTheStreamWhatTakesTooLong() throws Exception {
        database.execute("INSERT INTO t SELECT n, 'n', n, '' FROM generate_series(1, 600000) AS n");
        ReadTransactions read = new ReadTransactions(() -> {});
        Delivery delivery = new Delivery(start(), read, () -> false);
        backlog(new SlotBacklog.Limits(1, 256 << 20, 100, 100, Duration.ZERO)).read(delivery, () -> Lsn.ZERO);
        assertThat(read.lines()).isEmpty();
        assertThat(delivery.passed()).isEqualTo(start());
        awaitNoReader();
    }

    @Test
    void leavesToTheStreamWhatNeedsOneMoreSlot() throws Exception {
        dropSlot();
        try (var server = Servers.own(15)) {
            use(Servers.database(server));
            database.execute("DO $$ BEGIN FOR i IN 1.."
                    + database.number("SELECT current_setting('max_replication_slots')::int - count(*)"
                            + " FROM pg_replication_slots")
                    + " LOOP PERFORM pg_create_physical_replication_slot('taken_' || i); END LOOP; END $$");
            database.execute("INSERT INTO u SELECT n FROM generate_series(1, 100) AS n");
            ReadTransactions read = new ReadTransactions(() -> {});
            Delivery delivery = new Delivery(start(), read, () -> false);
            backlog(SMALL_PIECES).read(delivery, () -> Lsn.ZERO);
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
        backlog(new SlotBacklog.Limits(1, 256 << 20, 100_000, 100_000, LIMIT))
                .read(new Delivery(start(), read, stopped::get), () -> Lsn.ZERO);
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
        assertThatThrownBy(() -> backlog(new SlotBacklog.Limits(1, 256 << 20, 1_000, 1_000, LIMIT))
                        .read(delivery, () -> Lsn.ZERO))
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
        try (SlotCopy _ = SlotCopy.open(source, SLOT, start());
                Connection session = database.connection()) {
            assertThat(database.number(READERS)).isEqualTo(1);
            ReplicationSlot.terminateReaders(session, SLOT);
            awaitNoReader();
        }
    }

    private void endReaders() {
        try (Connection session = database.connection()) {
            ReplicationSlot.terminateReaders(session, SLOT);
        } catch (SQLException e) {
            throw new IllegalStateException("ending the readers", e);
        }
    }

    private void awaitNoReader() {
        Await.until("no copy of the slot is left", LIMIT, () -> database.number(READERS) == 0);
    }

    private SlotBacklog backlog(SlotBacklog.Limits limits) {
        return new SlotBacklog(source, SLOT, new PgOutputOptions("p", true), limits);
    }

    private Lsn start() throws SQLException {
        return Lsn.parse(Objects.requireNonNull(database.text(
                "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'")));
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
        WalStream stream = new WalStream(source, SLOT, "p", binary);
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
