package io.replicator.capture.wal;

import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.Side;
import io.replicator.testkit.Await;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A source with a slot, and what lies in it. */
abstract class SlotScene {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final SlotBacklog.Limits SMALL_PIECES =
            new SlotBacklog.Limits(1, 1, 256 << 20, 16_384, 50, 1_000, LIMIT, Duration.ZERO, LIMIT);

    static final String SLOT = "backlog_test";
    static final String READERS =
            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database() AND temporary";

    TestDatabase database;
    Database source;

    @BeforeEach
    void createSlot() throws SQLException {
        use(Servers.source(15));
    }

    final void use(TestDatabase used) throws SQLException {
        database = used;
        source = Endpoints.database(Side.SOURCE, used.url());
        used.execute(
                "CREATE TABLE t (id bigint PRIMARY KEY, name text, amount numeric, body text,"
                        + " at timestamptz DEFAULT clock_timestamp(), length interval DEFAULT '1 mon 2 d 3.5 s',"
                        + " weight float8 DEFAULT random(), relation regclass DEFAULT 't')",
                "ALTER TABLE t ALTER body SET STORAGE EXTERNAL",
                "CREATE TABLE u (a integer, b uuid DEFAULT md5(random()::text)::uuid, PRIMARY KEY (a, b))",
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

    final void insertByOne(int from, int to) throws SQLException {
        database.execute(
                "DO $$ BEGIN FOR i IN " + from + ".." + to + " LOOP INSERT INTO u SELECT i; COMMIT; END LOOP; END $$");
    }

    final void awaitRead(ReadTransactions read) throws SQLException {
        Lsn end = Lsn.parse(Objects.requireNonNull(database.text("SELECT pg_current_wal_insert_lsn()")));
        insertByOne(0, 0);
        Await.until("everything before " + end + " is read", LIMIT, () -> end.isBefore(read.end()));
    }

    final boolean isStreamed() throws SQLException {
        return database.number("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + SLOT + "' AND active")
                > 0;
    }

    final void awaitNoReader() {
        Await.until("no copy of the slot is left", LIMIT, () -> !hasReader());
    }

    final boolean hasReader() {
        try {
            return database.number(READERS) > 0;
        } catch (SQLException e) {
            throw new IllegalStateException("counting the copies of the slot", e);
        }
    }

    final SlotBacklog backlog(SlotBacklog.Limits limits) {
        return new SlotBacklog(source, SLOT, new PgOutputOptions("p", true), limits);
    }

    final Lsn start() throws SQLException {
        return Lsn.parse(Objects.requireNonNull(database.text(
                "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'")));
    }
}
