package io.replicator.race;

import java.util.ArrayDeque;
import java.util.Deque;

/** Undoes what was started, last things first, once: at the end, or when this process is told to end. */
final class Cleanup implements AutoCloseable {
    private final Deque<Runnable> actions = new ArrayDeque<>();

    Cleanup() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "cleanup"));
    }

    synchronized void add(Runnable action) {
        actions.push(action);
    }

    @Override
    public synchronized void close() {
        while (!actions.isEmpty()) {
            try {
                actions.pop().run();
            } catch (RuntimeException e) {
                System.err.println("cleaning up: " + e.getMessage());
            }
        }
    }
}
