package io.replicator.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.preflight.Finding;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a source is asked which capture it can have. */
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
            try (Replicator replicator =
                    new Replicator(sides.settings().existingSchema().config())) {
                List<Finding> findings =
                        CompletableFuture.supplyAsync(replicator::check).get(LIMIT_SECONDS, TimeUnit.SECONDS);
                assertThat(findings).noneMatch(finding -> finding.observed().contains("no logical replication slot"));
                assertThat(ReplicationSlot.blockers(asking)).contains("prepared transaction '" + prepared + "'");
            } finally {
                rollBack(writer, prepared);
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
