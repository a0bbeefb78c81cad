package io.replicator.catalog;

import io.replicator.postgres.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A login that has the rights of another role on the source but not on the target.
 *
 * @param there whether the target has the login at all
 */
public record Membership(String login, String role, boolean there) {
    private static final String ON_SOURCE = """
            SELECT m.rolname, g.rolname FROM pg_roles g JOIN pg_roles m ON m.oid <> g.oid
            WHERE g.rolname = ANY (?::text[]) AND m.rolcanlogin AND NOT m.rolsuper AND m.rolname <> current_user
              AND pg_has_role(m.oid, g.oid, 'USAGE')""";

    private static final String LACKING = """
            SELECT w.login, w.role, m.oid IS NOT NULL
            FROM unnest(?::text[], ?::text[]) AS w (login, role) JOIN pg_roles g ON g.rolname = w.role
            LEFT JOIN pg_roles m ON m.rolname = w.login
            WHERE m.oid IS NULL OR NOT pg_has_role(m.oid, g.oid, 'USAGE') ORDER BY 1, 2""";

    /** Those that the target lacks, of roles that it has. Superusers and the source's own login do not count. */
    public static List<Membership> lacking(Connection source, Connection target, Collection<String> roles)
            throws SQLException {
        List<String> logins = new ArrayList<>();
        List<String> theirs = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(ON_SOURCE)) {
            statement.setArray(1, source.createArrayOf("text", roles.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    logins.add(row.getString(1));
                    theirs.add(row.getString(2));
                }
            }
        }
        List<Membership> lacking = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(LACKING)) {
            statement.setArray(1, target.createArrayOf("text", logins.toArray()));
            statement.setArray(2, target.createArrayOf("text", theirs.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    lacking.add(new Membership(row.getString(1), row.getString(2), row.getBoolean(3)));
                }
            }
        }
        return lacking;
    }

    /** The statement that mends it, without a semicolon. */
    public String sql() {
        return "GRANT " + Identifiers.quote(role) + " TO " + Identifiers.quote(login);
    }
}
