package io.replicator.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What every role may ask of a database's large objects (PostgreSQL documentation, chapter 35): {@code pg_largeobject},
 * which holds their contents, is closed to all but superusers.
 */
public final class LargeObjects {
    private static final String UNREADABLE = """
            SELECT m.oid FROM pg_largeobject_metadata m
            WHERE current_setting('is_superuser') = 'off' AND current_setting('lo_compat_privileges') = 'off'
              AND NOT (m.lomacl IS NULL AND pg_has_role(m.lomowner, 'USAGE'))
              AND NOT EXISTS (SELECT FROM aclexplode(coalesce(m.lomacl, acldefault('L', m.lomowner))) a
                              WHERE a.privilege_type = 'SELECT'
                                AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))
            ORDER BY 1""";

    private static final int SHOWN = 10;

    private LargeObjects() {}

    public static long count(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM pg_largeobject_metadata");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The first few, as a statement takes them. */
    public static String some(List<Long> oids) {
        String shown = oids.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
        return oids.size() > SHOWN ? shown + ", …" : shown;
    }

    /** Those that the session's role may not read, by oid. */
    public static List<Long> unreadable(Connection connection) throws SQLException {
        List<Long> oids = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(UNREADABLE);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                oids.add(row.getLong(1));
            }
        }
        return oids;
    }
}
