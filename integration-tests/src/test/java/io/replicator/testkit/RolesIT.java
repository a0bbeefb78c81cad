package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cli.demo.ShopSchema;
import java.sql.Connection;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RolesIT {
    private static final String REPLICA = "SET session_replication_role = replica";

    @ParameterizedTest
    @ValueSource(ints = {10, 13, 15, 17})
    void herokuOwnsEverythingButMayNeitherReplicateNorTurnTriggersOff(int major) throws SQLException {
        TestDatabase superuser = withShop(major);
        TestDatabase heroku = Roles.heroku(superuser);

        heroku.execute(
                "CREATE SCHEMA replicator",
                "ALTER TABLE orders ENABLE ALWAYS TRIGGER orders_record_event",
                "ALTER TABLE \"Back Office\".\"Kunden Notizen\" ADD COLUMN more text",
                "ALTER TYPE order_status ADD VALUE 'lost'",
                "SELECT nextval('invoice_numbers')",
                "CREATE OR REPLACE VIEW open_orders AS SELECT * FROM open_orders",
                "DROP SCHEMA replicator");
        assertRefused(() -> heroku.execute(REPLICA));
        assertRefused(() -> heroku.execute("SELECT pg_create_logical_replication_slot('s', 'pgoutput')"));
        assertRefused(() -> heroku.execute("CREATE PUBLICATION p FOR ALL TABLES"));
        assertRefused(() -> heroku.execute("CREATE ROLE other"));
        superuser.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 17})
    void rdsMayTurnTriggersOffAndReplicate(int major) throws SQLException {
        TestDatabase superuser = withShop(major);
        TestDatabase rds = Roles.rds(superuser);

        rds.execute(REPLICA, "SELECT pg_create_logical_replication_slot('rds_slot', 'pgoutput')");
        assertThat(rds.text("SHOW is_superuser")).isEqualTo("off");
        superuser.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {13})
    void rdsSessionsBeginAsReplicaWhereTheRightCannotBeGranted(int major) throws SQLException {
        TestDatabase superuser = withShop(major);
        TestDatabase rds = Roles.rds(superuser);

        assertThat(rds.text("SHOW session_replication_role")).isEqualTo("replica");
        superuser.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {15})
    void plainOwnsTheDatabaseOnly(int major) throws SQLException {
        TestDatabase superuser = withShop(major);
        TestDatabase plain = Roles.plain(superuser);

        plain.execute("DROP TABLE carts");
        assertRefused(() -> plain.execute(REPLICA));
        superuser.drop();
    }

    private static TestDatabase withShop(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        try (Connection connection = database.connection()) {
            ShopSchema.create(connection);
        }
        return database;
    }

    private static void assertRefused(ThrowingCallable statement) {
        assertThatThrownBy(statement)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
}
