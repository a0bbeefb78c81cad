package io.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.postgres.Database;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.OwnedMigration;
import io.replicator.testkit.Await;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lanes that die at any moment and go on, also in another number, leave what a plain sequential apply leaves. */
class LaneReplayIT {
    private static final String NAME = "replay";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int TRANSACTIONS = Boolean.getBoolean("replicator.long") ? 4_000 : 400;
    private static final int MOST_LANES = 5;
    private static final int MEMORY = 128 << 10;

    private final WholeTransactions wholeTransactions = new WholeTransactions();
    private Sides sides;
    private Database target;
    private int deaths;

    @BeforeEach
    void createTarget() throws SQLException {
        sides = Sides.of(15, 17);
        target = sides.settings().config().target().database(io.replicator.postgres.Side.TARGET);
    }

    @AfterEach
    void dropTarget() throws SQLException {
        target.close();
        sides.close();
    }

    @Test
    void appliesExactlyOnceWhateverDiesAndHoweverManyLanesFollow() throws SQLException, InterruptedException {
        long seed = System.nanoTime() % 1_000_000;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        RandomTransactions source = new RandomTransactions(random, TRANSACTIONS);
        sides.target().execute(RandomTransactions.TABLES.toArray(String[]::new));
        try (OwnedMigration owned = OwnedMigration.take(target, NAME, "wal")) {
            owned.transaction(
                    "creating the lane",
                    (session, migration) -> LaneProgress.create(session, migration, 0, RandomTransactions.start()));
            while (!run(owned, source, random)) {
                deaths++;
            }
            assertThat(run(owned, source, random))
                    .as("the end, when nothing is left to apply")
                    .isTrue();
        }
        assertThat(rows()).as("after %s deaths, seed %s", deaths, seed).isEqualTo(source.rows());
        assertThat(deaths).as("deaths").isPositive();
    }

    /** @return whether everything is applied; otherwise something died */
    private boolean run(OwnedMigration owned, RandomTransactions source, Random random) throws InterruptedException {
        SortedMap<Integer, Position> positions = new TreeMap<>();
        owned.ask("reading the lanes", (session, migration) -> LaneProgress.readSettled(session, migration.name()))
                .forEach((lane, text) -> positions.put(lane, Position.parse(text)));
        ByteBudget budget = new ByteBudget(MEMORY);
        ApplyStatistics statistics = new ApplyStatistics();
        int lanes = 1 + random.nextInt(MOST_LANES);
        int dyingAfter = random.nextInt(3 * TRANSACTIONS);
        LaneFleet fleet = new LaneFleet(target, owned.migration(), positions, lanes, budget, statistics, _ -> {});
        try (LaneRouter router =
                new LaneRouter(fleet, new TableStarts(Map.of()), NAME, budget, wholeTransactions, Duration.ZERO)) {
            Position first = LaneFleet.first(positions);
            int handled = 0;
            for (List<Change> transaction : source.transactions()) {
                if (!(transaction.getFirst() instanceof Change.Begin begin) || first.contains(begin.transaction())) {
                    continue;
                }
                for (Change change : transaction) {
                    await(budget, change, router);
                    boolean drained = random.nextInt(8) == 0;
                    router.handle(change, () -> drained);
                    handled++;
                    if (handled == dyingAfter) {
                        kill(random, lanes, router);
                    }
                }
            }
            router.handle(new Change.Idle(source.end()), () -> true);
            Await.until("all lanes have applied everything", LIMIT, () -> {
                rethrow(router);
                return source.end().equals(statistics.position());
            });
            return true;
        } catch (ReplicatorException e) {
            assertThat(e.code().retryable()).as("%s", e.getMessage()).isTrue();
            return false;
        }
    }

    private static void await(ByteBudget budget, Change change, LaneRouter router) {
        while (!budget.tryTake(change.size())) {
            rethrow(router);
            Thread.onSpinWait();
        }
    }

    private static void rethrow(LaneRouter router) {
        ReplicatorException failed = router.failure();
        if (failed != null) {
            throw failed;
        }
    }

    /** Ends the session of one lane or of the disk watch, or all of them at once. */
    private void kill(Random random, int lanes, LaneRouter router) {
        if (random.nextBoolean()) {
            router.abort();
            return;
        }
        int victim = random.nextInt(lanes + 1);
        String name = victim == lanes ? "disk" : "lane " + victim;
        try {
            sides.target()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                            + " current_database() AND application_name = 'replicator " + name + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, List<String>> rows() throws SQLException {
        Map<String, List<String>> rows = new TreeMap<>();
        for (String table : List.of("item", "place", "amount")) {
            List<String> lines = new ArrayList<>();
            try (Connection connection = sides.target().connection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT * FROM " + table)) {
                while (row.next()) {
                    StringBuilder line = new StringBuilder();
                    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        line.append(i == 1 ? "" : "|").append(row.getString(i));
                    }
                    lines.add(line.toString());
                }
            }
            rows.put(table, lines.stream().sorted().toList());
        }
        return rows;
    }
}
