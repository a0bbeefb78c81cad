package io.replicator.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.replicator.postgres.QualifiedName;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an empty table takes to be written frozen, and when that is left alone. */
class FreshTableIT {
    private static final QualifiedName TABLE = new QualifiedName("public", "odd \"name\"");
    private static final String QUOTED = "public.\"odd \"\"name\"\"\"";

    private Sides sides;
    private TestDatabase target;

    @BeforeEach
    void createTable() throws SQLException {
        sides = Sides.of(15, 17);
        target = sides.target();
        target.execute("CREATE TABLE " + QUOTED + " (id int PRIMARY KEY)");
    }

    @AfterEach
    void drop() throws SQLException {
        sides.close();
    }

    @Test
    void makesAnEmptyTableNew() throws SQLException {
        try (Connection session = session(target)) {
            assertThat(FreshTable.make(session, TABLE)).isTrue();
            copyFrozen(session);
            session.commit();
        }
        assertThat(target.number("SELECT count(*) FROM " + QUOTED)).isEqualTo(2);
    }

    @Test
    void leavesARowWhereItIs() throws SQLException {
        target.execute("INSERT INTO " + QUOTED + " VALUES (7)");
        try (Connection session = session(target)) {
            assertThat(FreshTable.make(session, TABLE)).isFalse();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> copyFrozen(session))
                    .withMessageContaining("FREEZE");
        }
        assertThat(target.number("SELECT id FROM " + QUOTED)).isEqualTo(7);
    }

    @Test
    void waitsForNobodyWhoReadsTheTable() throws SQLException {
        try (Connection reader = session(target);
                Connection session = session(target);
                Statement statement = reader.createStatement()) {
            statement.execute("SELECT FROM " + QUOTED);
            assertThat(FreshTable.make(session, TABLE)).isFalse();
        }
    }

    @Test
    void givesWayToAForeignKey() throws SQLException {
        target.execute("CREATE TABLE child (id int REFERENCES " + QUOTED + ")");
        try (Connection session = session(target)) {
            assertThat(FreshTable.make(session, TABLE)).isFalse();
        }
    }

    @Test
    void doesWithoutTheRightToTruncate() throws SQLException {
        String role = "inserter_" + target.name();
        target.execute(
                "CREATE ROLE \"" + role + "\" LOGIN", "GRANT SELECT, INSERT ON " + QUOTED + " TO \"" + role + "\"");
        try (Connection session = session(target.as(role))) {
            assertThat(FreshTable.make(session, TABLE)).isFalse();
        } finally {
            target.execute("DROP OWNED BY \"" + role + "\"", "DROP ROLE \"" + role + "\"");
        }
    }

    private static Connection session(TestDatabase database) throws SQLException {
        Connection session = database.connection();
        session.setAutoCommit(false);
        return session;
    }

    private static void copyFrozen(Connection session) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("COPY " + QUOTED + " FROM PROGRAM 'seq 2' (FREEZE)");
        }
    }
}
