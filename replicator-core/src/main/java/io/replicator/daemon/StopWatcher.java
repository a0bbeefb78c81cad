package io.replicator.daemon;

/** Interrupts blocking work once the daemon is asked to stop. */
final class StopWatcher implements AutoCloseable {
    private final Thread thread;

    StopWatcher(DaemonControl control, Runnable onStop) {
        thread = Thread.ofVirtual().name("replicator-stop").start(() -> {
            try {
                control.awaitStop();
                onStop.run();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
