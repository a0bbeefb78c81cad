package io.replicator.pipeline;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.LiteBlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import io.replicator.capture.ChangeSink;
import io.replicator.change.Change;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The ring between the receiving thread and the applying thread. {@link #offer} belongs to the one receiving thread.
 *
 * <p>The wait strategy blocks: on a small machine a spinning consumer would take the core PostgreSQL needs.
 * It takes no lock for each change, but only where the consumer waits.
 */
public final class ChangePipeline implements ChangeSink {
    private static final int SLOTS = 1 << 15;

    private final RingBuffer<Slot> ring =
            RingBuffer.createSingleProducer(Slot::new, SLOTS, new LiteBlockingWaitStrategy());
    private final ByteBudget budget;
    private final BatchEventProcessor<Slot> processor;
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private long handled;

    public ChangePipeline(ByteBudget budget, ChangeHandler handler, String threadName) {
        this.budget = budget;
        BooleanSupplier drained = () -> ring.getCursor() == handled;
        EventHandler<Slot> taker = (slot, sequence, _) -> {
            handled = sequence;
            handler.handle(slot.take(), drained);
        };
        processor = new BatchEventProcessorBuilder().build(ring, ring.newBarrier(), taker);
        processor.setExceptionHandler(new HaltOnFailure());
        ring.addGatingSequences(processor.getSequence());
        thread = Thread.ofPlatform().name(threadName).unstarted(processor);
    }

    public void start() {
        thread.start();
    }

    @Override
    public boolean offer(Change change) {
        Throwable failed = failure;
        if (failed != null) {
            throw asReplicatorException(failed);
        }
        if (!ring.hasAvailableCapacity(1) || !budget.tryTake(change.size())) {
            return false;
        }
        long sequence = ring.next();
        ring.get(sequence).change = change;
        ring.publish(sequence);
        return true;
    }

    /** Why the handler failed; null while it has not. */
    public @Nullable ReplicatorException failure() {
        Throwable failed = failure;
        return failed == null ? null : asReplicatorException(failed);
    }

    /**
     * Stops the handler after the change it is at; what is left in the ring is dropped, the source sends it again.
     *
     * @return false when the handler has not stopped within the limit
     */
    public boolean close(Duration limit) {
        processor.halt();
        thread.interrupt();
        try {
            return thread.getState() == Thread.State.NEW || thread.join(limit);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static ReplicatorException asReplicatorException(Throwable failed) {
        return switch (failed) {
            case ReplicatorException known -> new ReplicatorException(known.code(), known.getMessage(), known);
            case InterruptedException interrupted ->
                new ReplicatorException(ErrorCode.INTERRUPTED, "applying was interrupted", interrupted);
            default -> new ReplicatorException(ErrorCode.INTERNAL, "applying failed: " + failed, failed);
        };
    }

    private static final class Slot {
        private @Nullable Change change;

        Change take() {
            Change taken = Objects.requireNonNull(change);
            change = null;
            return taken;
        }
    }

    /** An exception would otherwise advance the sequence, and the change would be skipped. */
    private final class HaltOnFailure implements ExceptionHandler<Slot> {
        @Override
        public void handleEventException(Throwable thrown, long sequence, Slot event) {
            if (failure == null) {
                failure = thrown;
            }
            processor.halt();
        }

        @Override
        public void handleOnStartException(Throwable thrown) {
            failure = thrown;
        }

        @Override
        public void handleOnShutdownException(Throwable thrown) {
            failure = thrown;
        }
    }
}
