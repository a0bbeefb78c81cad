package io.replicator.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.replicator.config.HttpAddress;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.status.Json;
import io.replicator.status.Metrics;
import io.replicator.status.StatusReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics} (Prometheus), {@code /health} (200, or 503 when the migration failed or nothing is known yet) and
 * {@code /status} (JSON) on one thread.
 */
public final class StatusServer implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Metrics metrics;
    private final HttpServer server;

    public StatusServer(String migration, HttpAddress address) {
        metrics = new Metrics(migration, registry);
        try {
            server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 0);
        } catch (IOException e) {
            throw new ReplicatorException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "http: cannot listen on " + address.host() + ":" + address.port() + ": " + e.getMessage(),
                    e);
        }
        server.createContext(
                "/metrics", exchange -> reply(exchange, 200, "text/plain; version=0.0.4", registry.scrape()));
        server.createContext("/health", this::health);
        server.createContext("/status", this::status);
        server.start();
    }

    /** Takes the newest status. */
    public void update(StatusReport report) {
        metrics.update(report);
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void health(HttpExchange exchange) throws IOException {
        StatusReport last = metrics.last();
        boolean healthy = last != null && last.error() == null;
        reply(exchange, healthy ? 200 : 503, "text/plain", word(last) + "\n");
    }

    private static String word(@Nullable StatusReport last) {
        return last == null || last.phase() == null ? "unknown" : last.phase();
    }

    private void status(HttpExchange exchange) throws IOException {
        StatusReport last = metrics.last();
        reply(exchange, last == null ? 503 : 200, "application/json", last == null ? "{}" : Json.write(last));
    }

    private static void reply(HttpExchange exchange, int code, String type, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        registry.close();
    }
}
