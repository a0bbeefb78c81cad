package io.replicator.apply;

import static io.replicator.apply.RandomTransactions.key;
import static io.replicator.apply.RandomTransactions.relation;
import static io.replicator.apply.RandomTransactions.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Relation;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on their way through a staging table. */
class StagingTablesIT {
    private static final int TEXT = 25;
    private static final int INTEGER = 23;
    private static final Relation WIDE = relation(1, "wide", key("id", INTEGER), value("body", TEXT));
    private static final int ROWS = 100;
    private static final int LENGTH = 4_000;

    @ParameterizedTest
    @ValueSource(ints = {13, 18})
    void leavesTheStorageOfAValueToItsTable(int major) throws SQLException {
        TestDatabase target = Servers.target(major);
        target.execute(
                "CREATE TABLE wide (id integer PRIMARY KEY, body text)",
                "ALTER TABLE wide ALTER body SET STORAGE EXTERNAL",
                "INSERT INTO wide SELECT n, '' FROM generate_series(1, " + ROWS + ") AS n");
        try (Connection connection = target.connection()) {
            connection.setAutoCommit(false);
            Statements statements = new Statements(connection, major);
            RoundTrip trip = new RoundTrip(statements);
            TargetTable table = Objects.requireNonNull(TargetTableReader.read(connection, WIDE.name()));
            TableChanges changes = new TableChanges(TableMapping.of(WIDE, table));
            for (int id = 1; id <= ROWS; id++) {
                changes.add(RandomTransactions.update(WIDE, Integer.toString(id), "w".repeat(LENGTH)));
            }
            new SetApplier(
                            statements,
                            new CopyEncoder(connection),
                            new StagingTables(connection),
                            new RowTypes(connection),
                            trip)
                    .apply(changes);
            trip.send();
            connection.commit();
        }
        assertThat(target.number("SELECT count(*) FROM wide WHERE octet_length(body) = " + LENGTH
                        + " AND pg_column_size(body) = " + LENGTH))
                .isEqualTo(ROWS);
        target.drop();
    }
}
