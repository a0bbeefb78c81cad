package io.replicator.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a source is asked which capture it can have, and prepared for it, beside those who work there. */
class CaptureChoiceIT {
    private static final int LIMIT_SECONDS = 60;

    @Test
    void isNotHeldUpByTransactionsThatStayOpen() throws Exception {
        try (Sides sides = Sides.of(17, 18);
                Connection writer = sides.source().connection();
                Statement statement = writer.createStatement();
                Connection asking = sides.source().connection()) {
            sides.execute("CREATE TABLE t (id integer PRIMARY KEY)");
            String prepared = sides.source().name();
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (1)");
            statement.execute("PREPARE TRANSACTION '" + prepared + "'");
            try (Ends ends = new Ends(
                    sides.settings().existingSchema().with("capture", "auto").config())) {
                CaptureChoice choice = CompletableFuture.supplyAsync(() -> CaptureChoice.decide(ends, false))
                        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
                assertThat(choice.word()).as(choice.reason()).isEqualTo("wal");
                assertThat(ReplicationSlot.blockers(asking)).contains("prepared transaction '" + prepared + "'");
                Await.until(
                        "no slot is left of it",
                        Duration.ofSeconds(LIMIT_SECONDS),
                        () -> sides.source()
                                        .number("SELECT count(*) FROM pg_replication_slots"
                                                + " WHERE database = current_database()")
                                == 0);
            } finally {
                rollBack(writer, prepared);
            }
        }
    }

    /** As a vacuum by hand would: nobody may have to wait for our waiting for it. */
    @Test
    void letsTablesBeAlteredWhileThePublicationWaitsForAnother() throws Exception {
        try (Sides sides = Sides.of(17, 18);
                Connection vacuum = sides.source().connection();
                Statement holding = vacuum.createStatement()) {
            sides.execute("CREATE TABLE a (id integer PRIMARY KEY)", "CREATE TABLE b (id integer PRIMARY KEY)");
            vacuum.setAutoCommit(false);
            holding.execute("LOCK TABLE b IN SHARE UPDATE EXCLUSIVE MODE");
            try (Daemon daemon = Daemon.start(sides.settings().existingSchema())) {
                daemon.awaitTold("creating the publication waits");
                sides.source()
                        .execute("SET lock_timeout = '" + LIMIT_SECONDS + "s'", "ALTER TABLE a SET (fillfactor = 90)");
                vacuum.rollback();
                daemon.awaitPhase(Phase.STREAMING);
            }
        }
    }

    private static void rollBack(Connection session, String prepared) throws SQLException {
        session.setAutoCommit(true);
        try (Statement statement = session.createStatement()) {
            statement.execute("ROLLBACK PREPARED '" + prepared + "'");
        }
    }
}
