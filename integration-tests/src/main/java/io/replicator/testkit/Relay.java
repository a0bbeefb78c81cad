package io.replicator.testkit;

import io.replicator.cli.demo.ServerAddress;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection through the proxy: two sockets and a line in each direction. */
final class Relay {
    private final Socket client;
    private final Socket server;
    private final DelayLine forward;
    private final DelayLine backward;
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicBoolean answered = new AtomicBoolean(true);

    private Relay(Socket client, Socket server, LineConditions conditions) throws IOException {
        this.client = client;
        this.server = server;
        forward = new DelayLine(client, server, conditions, this::asked);
        backward = new DelayLine(server, client, conditions, () -> answered.set(true));
    }

    static Relay open(Socket client, ServerAddress target, LineConditions conditions) throws IOException {
        Socket server = new Socket(target.host(), target.port());
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        return new Relay(client, server, conditions);
    }

    private void asked() {
        if (answered.getAndSet(false)) {
            turns.incrementAndGet();
        }
    }

    /** How often the client has sent something after an answer. */
    int turns() {
        return turns.get();
    }

    void forgetTurns() {
        turns.set(0);
    }

    /** Passes bytes on until both directions have ended or one of them broke. */
    void run() {
        Thread writer = Thread.ofVirtual().start(() -> pass(forward));
        pass(backward);
        try {
            writer.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        abort();
    }

    private void pass(DelayLine line) {
        if (!line.run()) {
            abort();
        }
    }

    void abort() {
        forward.stop();
        backward.stop();
        reset(client);
        reset(server);
    }

    /** Closes a socket so that its peer sees a reset. */
    static void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException _) {
            return;
        }
    }
}
