package io.replicator.testkit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** How the lines of one proxy behave at the moment. Thread-safe. */
final class LineConditions {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile long delayNanos;
    private volatile boolean frozen;

    void delay(Duration eachWay) {
        delayNanos = eachWay.toNanos();
    }

    long delayNanos() {
        return delayNanos;
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        lock.lock();
        try {
            frozen = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Wakes those who wait, so that they look whether they are stopped. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits while the line is frozen and the caller is not stopped. */
    void awaitThaw(BooleanSupplier stopped) throws InterruptedException {
        if (!frozen) {
            return;
        }
        lock.lock();
        try {
            while (frozen && !stopped.getAsBoolean()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
