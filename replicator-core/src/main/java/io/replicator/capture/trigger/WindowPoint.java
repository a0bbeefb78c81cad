package io.replicator.capture.trigger;

import io.replicator.change.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A window whose snapshot somebody else wants to read under too: it is exported before the window is sent, and kept until
 * it is released.
 *
 * @param position the window's end
 * @param snapshot the exported snapshot's name
 */
public record WindowPoint(Position position, String snapshot, CountDownLatch released) {
    private static final long HELD_AT_MOST_SECONDS = 60;

    /** A request for a point. */
    static final class Request {
        final CompletableFuture<WindowPoint> answer = new CompletableFuture<>();
        final CountDownLatch released = new CountDownLatch(1);

        /** Whether the asker has given up. */
        boolean cancelled() {
            return answer.isCancelled();
        }

        /** The stream keeps the snapshot, once all is sent, until it is released. */
        boolean keep() throws InterruptedException {
            return cancelled() || released.await(HELD_AT_MOST_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Lets the stream end the window's transaction. */
    public void release() {
        released.countDown();
    }
}
