package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cli.demo.PostgresServer;
import io.replicator.cli.demo.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final PostgresServer server = Servers.server(17, "source");
    private FaultProxy proxy;

    @BeforeEach
    void open() {
        proxy = FaultProxy.before(server.address());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void passesEverythingOn() throws SQLException {
        try (Connection connection = connect()) {
            assertThat(Sql.text(connection, "SELECT repeat('x', 10000000)")).hasSize(10_000_000);
        }
        Await.until("the connection is closed", LIMIT, () -> proxy.connections() == 0);
    }

    @Test
    void delaysEachWay() throws SQLException {
        try (Connection connection = connect()) {
            proxy.delay(Duration.ofMillis(80));
            long begin = System.nanoTime();
            Sql.number(connection, "SELECT 1");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(160));
        }
    }

    @Test
    void keepsTheThroughputWhenItDelays() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            proxy.delay(Duration.ofMillis(50));
            long begin = System.nanoTime();
            int count = 0;
            try (ResultSet rows = statement.executeQuery("SELECT repeat('x', 10000) FROM generate_series(1, 5000)")) {
                while (rows.next()) {
                    count++;
                }
            }
            assertThat(count).isEqualTo(5_000);
            // 50 MB are 760 chunks; one after the other they would take 38 s.
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void cutsConnectionsAndAcceptsNewOnes() throws SQLException {
        try (Connection connection = connect()) {
            proxy.cut();
            assertThatThrownBy(() -> Sql.number(connection, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
        }
        connect().close();
    }

    @Test
    void breaksTheClientWhenTheServerBreaks() throws SQLException {
        try (Connection connection = connect();
                Connection other = server.connection("postgres")) {
            Long pid = Sql.number(connection, "SELECT pg_backend_pid()");
            Sql.text(other, "SELECT pg_terminate_backend(?)", pid.intValue());
            assertThatThrownBy(() -> Sql.number(connection, "SELECT 1")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void refusesNewConnectionsOnly() throws SQLException {
        try (Connection open = connect()) {
            proxy.refuse(true);
            assertThatThrownBy(this::connect).isInstanceOf(SQLException.class);
            assertThat(Sql.number(open, "SELECT 1")).isEqualTo(1);
            proxy.refuse(false);
            connect().close();
        }
    }

    @Test
    void holdsEverythingWhileFrozen() throws Exception {
        try (Connection connection = connect()) {
            proxy.freeze();
            CompletableFuture<Long> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return Sql.number(connection, "SELECT 42");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            proxy.thaw();
            assertThat(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(42);
        }
    }

    private Connection connect() throws SQLException {
        return proxy.address().connection("postgres");
    }
}
