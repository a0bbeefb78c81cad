package io.replicator.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a connection. One thread reads and notes when each chunk is due at the other end, another one writes
 * it then, so that any number of chunks are under way at once.
 */
final class DelayLine {
    private static final int CHUNK_BYTES = 65_536;
    private static final int CAPACITY_BYTES = 64 * 1024 * 1024;
    private static final Chunk END = new Chunk(new byte[0], 0);

    private final Socket from;
    private final Socket to;
    private final LineConditions conditions;
    private final Runnable onBytes;
    private final LinkedBlockingQueue<Chunk> underWay = new LinkedBlockingQueue<>();
    private final Semaphore capacity = new Semaphore(CAPACITY_BYTES);
    private volatile boolean stopped;

    @SuppressWarnings("ArrayRecordComponent")
    private record Chunk(byte[] bytes, long due) {}

    /** @param onBytes called by the reading thread for every chunk */
    DelayLine(Socket from, Socket to, LineConditions conditions, Runnable onBytes) {
        this.onBytes = onBytes;
        this.from = from;
        this.to = to;
        this.conditions = conditions;
    }

    /**
     * Passes bytes on until the reading side ends, which the writing side is then told, or one side breaks.
     *
     * @return whether it ended in order
     */
    boolean run() {
        Thread reader = Thread.ofVirtual().start(this::read);
        try {
            write();
        } catch (IOException _) {
            stopped = true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            stopped = true;
        } finally {
            reader.interrupt();
        }
        return !stopped;
    }

    /** Ends the line; what is under way is lost. */
    void stop() {
        stopped = true;
        underWay.add(END);
        conditions.wake();
    }

    private void read() {
        byte[] buffer = new byte[CHUNK_BYTES];
        try {
            InputStream input = from.getInputStream();
            for (int length = input.read(buffer); length >= 0 && !stopped; length = input.read(buffer)) {
                onBytes.run();
                capacity.acquire(length);
                byte[] bytes = new byte[length];
                System.arraycopy(buffer, 0, bytes, 0, length);
                underWay.add(new Chunk(bytes, System.nanoTime() + conditions.delayNanos()));
            }
            underWay.add(END);
        } catch (IOException _) {
            stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() throws IOException, InterruptedException {
        OutputStream output = to.getOutputStream();
        for (Chunk chunk = underWay.take(); chunk.bytes().length > 0 && !stopped; chunk = underWay.take()) {
            TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
            conditions.awaitThaw(() -> stopped);
            if (stopped) {
                return;
            }
            output.write(chunk.bytes());
            capacity.release(chunk.bytes().length);
        }
        if (!stopped) {
            to.shutdownOutput();
        }
    }
}
