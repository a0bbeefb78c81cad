package io.replicator.daemon;

import io.replicator.capture.Heartbeat;
import io.replicator.snapshot.CopyCounters;
import io.replicator.snapshot.CopyRate;
import io.replicator.snapshot.LargeObjectCounters;
import io.replicator.status.StatusReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the daemon's threads know of each other, for the status. Thread-safe. */
final class LiveState {
    private final CopyCounters copy = new CopyCounters();
    private final LargeObjectCounters largeObjects = new LargeObjectCounters();
    private final CopyRate copyRate;
    private final Map<String, String> warnings = new TreeMap<>();
    private final Object streamChanged = new Object();
    private volatile long indexBytes;
    private volatile @Nullable StreamSession stream;
    private volatile @Nullable Heartbeat heartbeat;
    private volatile StatusReport.Verify verify = StatusReport.Verify.NEVER;

    LiveState(CopyRate copyRate) {
        this.copyRate = copyRate;
    }

    CopyCounters copy() {
        return copy;
    }

    LargeObjectCounters largeObjects() {
        return largeObjects;
    }

    /** The size of the indexes that follow the rows; 0 for none or unknown. */
    long indexBytes() {
        return indexBytes;
    }

    void indexesToBuild(long bytes) {
        indexBytes = bytes;
    }

    CopyRate copyRate() {
        return copyRate;
    }

    @Nullable
    StreamSession stream() {
        return stream;
    }

    @Nullable
    Heartbeat heartbeat() {
        return heartbeat;
    }

    void streaming(@Nullable StreamSession session, @Nullable Heartbeat beating) {
        synchronized (streamChanged) {
            heartbeat = beating;
            stream = session;
            streamChanged.notifyAll();
        }
    }

    /** Waits until no stream runs; false when the limit ran out. */
    boolean awaitNoStream(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (streamChanged) {
            while (stream != null) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(streamChanged, left);
            }
            return true;
        }
    }

    StatusReport.Verify verify() {
        return verify;
    }

    void verified(StatusReport.Verify outcome) {
        verify = outcome;
    }

    /** Sets or clears the warning of a topic. */
    void warn(String topic, @Nullable String warning) {
        synchronized (warnings) {
            if (warning == null) {
                warnings.remove(topic);
            } else {
                warnings.put(topic, warning);
            }
        }
    }

    List<String> warnings() {
        synchronized (warnings) {
            return List.copyOf(warnings.values());
        }
    }
}
