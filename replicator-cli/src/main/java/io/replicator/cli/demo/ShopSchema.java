package io.replicator.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables, types, views and triggers of a web shop, with what the server's major can hold. */
public final class ShopSchema {
    private static final String RESOURCE = "/demo/shop.sql";
    private static final Pattern CONDITION = Pattern.compile(" -- (since|before) (\\d+)$");

    private ShopSchema() {}

    /** Creates everything in an empty database, owned by the session's role. */
    public static void create(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        try (Statement statement = connection.createStatement()) {
            statement.execute(script(major));
        }
        Ledger.create(connection);
    }

    /** The statements for one major. */
    static String script(int major) {
        StringBuilder script = new StringBuilder();
        try (InputStream resource = ShopSchema.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new FileNotFoundException(RESOURCE);
            }
            new String(resource.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> isFor(line, major))
                    .forEach(line -> script.append(line).append('\n'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return script.toString();
    }

    private static boolean isFor(String line, int major) {
        Matcher condition = CONDITION.matcher(line);
        if (!condition.find()) {
            return true;
        }
        int limit = Integer.parseInt(condition.group(2));
        return condition.group(1).equals("since") ? major >= limit : major < limit;
    }
}
