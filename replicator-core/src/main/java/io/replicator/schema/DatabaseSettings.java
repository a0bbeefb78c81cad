package io.replicator.schema;

import io.replicator.postgres.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ALTER DATABASE … SET} and {@code ALTER ROLE … IN DATABASE … SET} left on the source, which pg_dump of a
 * schema leaves out. Settings of the source's login go to the target's login.
 */
final class DatabaseSettings {
    static final String TYPE = "DATABASE SETTING";

    private static final String STORED = """
            SELECT r.rolname, r.rolname = current_user, setting
            FROM pg_db_role_setting s
            JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
            LEFT JOIN pg_roles r ON r.oid = s.setrole
            CROSS JOIN LATERAL unnest(s.setconfig) AS setting
            WHERE s.setrole = 0 OR r.oid IS NOT NULL
            ORDER BY 1 NULLS FIRST, 3""";

    /** They belong to one side of a migration, or would make sessions somebody else's. */
    private static final Set<String> LEFT_OUT =
            Set.of("default_transaction_read_only", "session_replication_role", "role", "session_authorization");

    /** Their values are lists of identifiers, which have to be given one by one. */
    private static final Set<String> LISTS =
            Set.of("search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries");

    private static final Pattern ELEMENT = Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")*)\"|([^,]*?))\\s*(?:,|$)");

    private DatabaseSettings() {}

    /**
     * The statements that set them, to run on the target.
     *
     * @param database the target's
     * @param login the target's
     */
    static List<SchemaEntry> read(Connection source, String database, String login) throws SQLException {
        List<SchemaEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(STORED);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                String[] setting = row.getString(3).split("=", 2);
                if (!LEFT_OUT.contains(setting[0].toLowerCase(Locale.ROOT))) {
                    String role = row.getBoolean(2) ? login : row.getString(1);
                    entries.add(entry(database, role, setting[0], setting[1]));
                }
            }
        }
        return entries;
    }

    private static SchemaEntry entry(String database, @Nullable String role, String name, String value) {
        String target = role == null
                ? "DATABASE " + Identifiers.quote(database)
                : "ROLE " + Identifiers.quote(role) + " IN DATABASE " + Identifiers.quote(database);
        String sql = "ALTER " + target + " SET " + quotedName(name) + " TO " + quotedValue(name, value);
        return new SchemaEntry(
                0, Stage.REMAINDER, TYPE, role == null ? name : name + " of role " + role, sql, List.of(), 0);
    }

    private static String quotedName(String name) {
        return Arrays.stream(name.split("\\.", -1)).map(Identifiers::quote).collect(Collectors.joining("."));
    }

    static String quotedValue(String name, String value) {
        return LISTS.contains(name.toLowerCase(Locale.ROOT))
                ? elements(value).stream().map(Identifiers::literal).collect(Collectors.joining(", "))
                : Identifiers.literal(value);
    }

    private static List<String> elements(String list) {
        List<String> elements = new ArrayList<>();
        Matcher matcher = ELEMENT.matcher(list);
        int from = 0;
        while (from < list.length() && matcher.find(from) && matcher.start() == from) {
            String quoted = matcher.group(1);
            elements.add(quoted == null ? matcher.group(2) : quoted.replace("\"\"", "\""));
            from = matcher.end();
        }
        return elements.isEmpty() ? List.of("") : elements;
    }
}
