package io.replicator.daemon;

import io.replicator.apply.TableStarts;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that copies tables while the stream goes on; it ends before the stream does. Belongs to the stream's leader. */
final class JoiningWorker implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JoiningWorker.class);

    private final JoiningCopy copy;
    private final TableStarts starts;
    private @Nullable Thread thread;
    private volatile boolean streamEnds;

    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    JoiningWorker(JoiningCopy copy, TableStarts starts) {
        this.copy = copy;
        this.starts = starts;
    }

    /** Begins to copy the tables that an earlier stream passed over. */
    void goOn() {
        start(copy::run);
    }

    /** Begins to copy tables again, unless others are being copied. */
    void begin(Resync wanted) {
        if (!starts.joining().isEmpty() || isAlive()) {
            wanted.begun()
                    .completeExceptionally(new ReplicatorException(
                            ErrorCode.PHASE_INVALID,
                            "tables are being copied again already: " + starts.joining()
                                    + "; wait until 'replicator status' shows them streaming"));
            return;
        }
        start(() -> {
            try {
                copy.leave(wanted);
                wanted.begun().complete(true);
            } catch (ReplicatorException e) {
                wanted.begun().completeExceptionally(e);
                return;
            }
            copy.run();
        });
    }

    private void start(Work work) {
        thread = Thread.ofPlatform().name("replicator-joining").start(() -> {
            try {
                work.run();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (ReplicatorException e) {
                streamEnds = true;
                LOGGER.warn("copying tables ends with the stream: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOGGER.error("copying tables beside the stream failed", e);
            }
        });
    }

    private boolean isAlive() {
        return thread != null && thread.isAlive();
    }

    /** The tables that can only be copied while the stream waits; empty while it copies. */
    Set<QualifiedName> left() {
        return thread == null || isAlive() || streamEnds ? Set.of() : starts.joining();
    }

    /** Interrupts the thread and waits for its end. */
    @Override
    public void close() {
        Thread worker = thread;
        if (worker == null) {
            return;
        }
        worker.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                worker.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
