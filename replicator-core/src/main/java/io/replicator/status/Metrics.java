package io.replicator.status;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a migration, taken from the last status; a value that is not known is NaN. Works with any registry.
 * Thread-safe.
 */
public final class Metrics {
    private final String migration;
    private volatile @Nullable StatusReport last;

    public Metrics(String migration, MeterRegistry registry) {
        this.migration = migration;
        gauge(registry, "replicator.lag.seconds", report -> number(report.lag().seconds()));
        gauge(registry, "replicator.lag.bytes", report -> number(report.lag().bytes()));
        gauge(
                registry,
                "replicator.lag.transactions",
                report -> number(report.lag().transactions()));
        gauge(registry, "replicator.lag.rows", report -> number(report.lag().rows()));
        gauge(registry, "replicator.copy.done.bytes", report -> report.copy().bytesDone());
        gauge(registry, "replicator.copy.total.bytes", report -> report.copy().bytesTotal());
        gauge(registry, "replicator.warnings", report -> report.warnings().size());
        counter(registry, "replicator.applied.rows", report -> report.apply().rows());
        counter(
                registry,
                "replicator.applied.transactions",
                report -> report.apply().transactions());
    }

    public void update(StatusReport report) {
        last = report;
    }

    /** The last status; null before the first. */
    public @Nullable StatusReport last() {
        return last;
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<StatusReport> value) {
        Gauge.builder(name, this, metrics -> metrics.read(value))
                .tag("migration", migration)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, ToDoubleFunction<StatusReport> value) {
        FunctionCounter.builder(name, this, metrics -> metrics.read(value))
                .tag("migration", migration)
                .register(registry);
    }

    private double read(ToDoubleFunction<StatusReport> value) {
        StatusReport report = last;
        return report == null ? Double.NaN : value.applyAsDouble(report);
    }

    private static double number(@Nullable Number value) {
        return value == null ? Double.NaN : value.doubleValue();
    }
}
