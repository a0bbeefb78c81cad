package io.replicator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.PostgresServer;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** How much memory the source may use to decode a transaction before it writes it to disk. */
final class DecodingMemoryIT {
    @Test
    void isHalfOfTheSharedBuffers() throws SQLException {
        assertThat(decodingMemory("300MB")).isEqualTo("150MB");
    }

    @Test
    void isNotMoreThanALargeTransactionNeeds() throws SQLException {
        assertThat(decodingMemory("600MB")).isEqualTo("256MB");
    }

    @Test
    void isNotLessThanTheServersDefault() throws SQLException {
        assertThat(decodingMemory("16MB")).isEqualTo("64MB");
    }

    @Test
    void isLeftAsSomebodyHasSetIt() throws SQLException {
        assertThat(decodingMemory("300MB", "ALTER SYSTEM SET logical_decoding_work_mem = '70MB'"))
                .isEqualTo("70MB");
        assertThat(decodingMemory("300MB", "ALTER DATABASE %s SET logical_decoding_work_mem = '64MB'"))
                .as("somebody wants what would be the default")
                .isEqualTo("64MB");
        assertThat(decodingMemory("300MB", "ALTER ROLE postgres SET logical_decoding_work_mem = '1MB'"))
                .isEqualTo("1MB");
    }

    private static String decodingMemory(String sharedBuffers, String... settings) throws SQLException {
        try (PostgresServer server = Servers.own(15)) {
            TestDatabase database = Servers.database(server);
            database.execute("ALTER SYSTEM SET shared_buffers = '" + sharedBuffers + "'");
            for (String setting : settings) {
                database.execute(setting.formatted(database.name()));
            }
            server.restart();
            try (Database source = Endpoints.database(Side.SOURCE, database.url());
                    Connection replication = source.openReplication("test");
                    Statement statement = replication.createStatement();
                    ResultSet row = statement.executeQuery("SHOW logical_decoding_work_mem")) {
                assertThat(row.next()).isTrue();
                return row.getString(1);
            }
        }
    }
}
