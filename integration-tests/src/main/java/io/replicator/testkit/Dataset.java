package io.replicator.testkit;

import io.replicator.cli.demo.ShopData;
import io.replicator.cli.demo.ShopSchema;
import io.replicator.cli.demo.ShopWorkload;
import io.replicator.cli.demo.Workload;
import java.sql.Connection;
import java.sql.SQLException;

/** A database with data, and what its application does. */
public enum Dataset {
    /** Chinook with random writers. */
    CHINOOK {
        @Override
        public void fill(TestDatabase database, long seed) throws SQLException {
            Chinook.load(database);
        }

        @Override
        public void createTables(TestDatabase database) throws SQLException {
            Chinook.load(database);
            database.execute("""
                DO $$
                BEGIN
                    EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ')
                             FROM pg_tables WHERE schemaname = 'public');
                END $$\
                """);
        }

        @Override
        public Workload workload(TestDatabase database) throws SQLException {
            return RandomWorkload.of(database);
        }
    },

    /** A few thousand rows of the demo's shop. */
    SHOP {
        @Override
        public void fill(TestDatabase database, long seed) throws SQLException {
            try (Connection connection = database.connection()) {
                ShopSchema.create(connection);
                ShopData.fill(connection, SCALE, seed);
            }
        }

        @Override
        public void createTables(TestDatabase database) throws SQLException {
            try (Connection connection = database.connection()) {
                ShopSchema.create(connection);
            }
        }

        @Override
        public Workload workload(TestDatabase database) {
            return ShopWorkload.everything();
        }
    };

    private static final double SCALE = 0.03;

    /** Creates the tables with their rows in an empty database. */
    public abstract void fill(TestDatabase database, long seed) throws SQLException;

    /** Creates the tables alone in an empty database. */
    public abstract void createTables(TestDatabase database) throws SQLException;

    /** What its writers do. */
    public abstract Workload workload(TestDatabase database) throws SQLException;
}
