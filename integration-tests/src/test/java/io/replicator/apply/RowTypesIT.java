package io.replicator.apply;

import static io.replicator.apply.RandomTransactions.insert;
import static io.replicator.apply.RandomTransactions.key;
import static io.replicator.apply.RandomTransactions.relation;
import static io.replicator.apply.RandomTransactions.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Relation;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The types of rows that travel as arrays. */
class RowTypesIT {
    private static final int MAJOR = 18;
    private static final int INTEGER = 23;
    private static final Relation NARROW = relation(1, "narrow", key("id", INTEGER));
    private static final Relation WIDER = relation(2, "wider", key("id", INTEGER), value("a", INTEGER));
    private static final Relation WIDEST =
            relation(3, "widest", key("id", INTEGER), value("a", INTEGER), value("b", INTEGER));

    @Test
    void areKeptWhileRowsWaitToBeSent() throws SQLException {
        TestDatabase target = Servers.target(MAJOR);
        target.execute(
                "CREATE TABLE narrow (id integer PRIMARY KEY)",
                "CREATE TABLE wider (id integer PRIMARY KEY, a integer)",
                "CREATE TABLE widest (id integer PRIMARY KEY, a integer, b integer)");
        try (Connection connection = target.connection()) {
            connection.setAutoCommit(false);
            Statements statements = new Statements(connection, MAJOR);
            RoundTrip trip = new RoundTrip(statements);
            SetApplier sets = new SetApplier(
                    statements,
                    new CopyEncoder(connection),
                    new StagingTables(connection),
                    new RowTypes(connection, 2),
                    trip);
            sets.apply(inserted(connection, NARROW, "1"));
            sets.apply(inserted(connection, WIDER, "2", "20"));
            sets.apply(inserted(connection, WIDEST, "3", "30", "300"));
            sets.apply(inserted(connection, NARROW, "4"));
            trip.send();
            connection.commit();
        }
        assertThat(List.of(
                        target.number("SELECT sum(id) FROM narrow"),
                        target.number("SELECT sum(a) FROM wider"),
                        target.number("SELECT sum(b) FROM widest")))
                .containsExactly(5L, 20L, 300L);
        target.drop();
    }

    private static TableChanges inserted(Connection target, Relation relation, @Nullable String... row)
            throws SQLException {
        TargetTable table = Objects.requireNonNull(TargetTableReader.read(target, relation.name()));
        TableChanges changes = new TableChanges(TableMapping.of(relation, table));
        changes.add(insert(relation, row));
        return changes;
    }
}
