package io.replicator.daemon;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The speed of a growing count, averaged over the last samples. Not thread-safe. */
final class Rate {
    private static final double WEIGHT = 0.3;

    private final LongSupplier nanos;
    private long lastCount;
    private long lastNanos;
    private double perSecond;
    private boolean started;

    Rate() {
        this(System::nanoTime);
    }

    /** @param nanos the clock, as {@link System#nanoTime} */
    Rate(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Adds a sample and gives the speed per second; null with the first sample. */
    @Nullable
    Double sample(long count) {
        long now = nanos.getAsLong();
        if (!started || count < lastCount) {
            started = true;
            lastCount = count;
            lastNanos = now;
            perSecond = 0;
            return null;
        }
        double seconds = (now - lastNanos) / 1e9;
        if (seconds > 0.05) {
            double current = (count - lastCount) / seconds;
            perSecond = perSecond == 0 ? current : perSecond + WEIGHT * (current - perSecond);
            lastCount = count;
            lastNanos = now;
        }
        return perSecond;
    }
}
