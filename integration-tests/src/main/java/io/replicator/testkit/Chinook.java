package io.replicator.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.replicator.cli.demo.Ledger;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The Chinook sample database: 11 tables of a music shop, 15,600 rows. */
public final class Chinook {
    private static final String RESOURCE = "/chinook/chinook.sql";

    private Chinook() {}

    /** Creates and fills the tables in an empty database, with the writers' ledger. */
    public static void load(TestDatabase database) throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(script());
            Ledger.create(connection);
            connection.commit();
        }
    }

    private static String script() {
        try (InputStream resource = Chinook.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new FileNotFoundException(RESOURCE);
            }
            return new String(resource.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
