package io.replicator.progress;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Which of the target's large objects the migration made: only these are ever changed or removed. */
public final class LargeObjectStore {
    private LargeObjectStore() {}

    /** Whether the migration made any. */
    public static boolean any(Connection target, Migration migration) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT EXISTS (SELECT FROM replicator.large_object WHERE migration = ?)")) {
            statement.setString(1, migration.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Remembers objects, inside the transaction that makes them. */
    public static void add(Connection target, Migration migration, List<Long> oids) throws SQLException {
        bound(target, migration, oids, """
                INSERT INTO replicator.large_object (migration, object) SELECT ?, l FROM unnest(?::oid[]) AS l
                ON CONFLICT DO NOTHING""");
    }

    /** Forgets objects, inside the transaction that removes them. */
    public static void remove(Connection target, Migration migration, List<Long> oids) throws SQLException {
        bound(
                target,
                migration,
                oids,
                "DELETE FROM replicator.large_object WHERE migration = ? AND object = ANY (?::oid[])");
    }

    /** Ends every transaction that writes large objects, which carry no owner epoch of their own. */
    public static void requireOwner(Connection target, Migration migration) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT FROM replicator.migration WHERE name = ? AND owner_epoch = ? FOR SHARE")) {
            statement.setString(1, migration.name());
            statement.setLong(2, migration.ownerEpoch());
            try (ResultSet row = statement.executeQuery()) {
                MigrationStore.requireOne(row.next() ? 1 : 0, migration.name(), "the owner of its large objects");
            }
        }
    }

    private static void bound(Connection target, Migration migration, List<Long> oids, String sql) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(sql)) {
            statement.setString(1, migration.name());
            statement.setArray(2, target.createArrayOf("oid", oids.toArray()));
            statement.executeUpdate();
        }
    }
}
