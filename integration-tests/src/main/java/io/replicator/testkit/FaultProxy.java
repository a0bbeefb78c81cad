package io.replicator.testkit;

import io.replicator.cli.demo.FreePorts;
import io.replicator.cli.demo.ServerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy in front of a server that can be slow, silent, broken or closed. A delay does not limit the throughput:
 * bytes travel through a line that is as long as the delay. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BACKLOG = 200;

    private final ServerAddress target;
    private final ServerAddress address;
    private final LineConditions conditions = new LineConditions();
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;
    private boolean closed;

    private FaultProxy(ServerAddress target) {
        this.target = target;
        address = new ServerAddress("localhost", FreePorts.next());
        listen();
    }

    /** Opens a proxy that passes everything on at once. */
    public static FaultProxy before(ServerAddress target) {
        return new FaultProxy(target);
    }

    /** Where the proxy listens. */
    public ServerAddress address() {
        return address;
    }

    /** The URI of a database as it is reached through the proxy. */
    public String url(TestDatabase database) {
        return address.url(database.name(), database.user());
    }

    /** Breaks all connections, as a reset does; bytes under way are lost. New ones are accepted. */
    public void cut() {
        relays.forEach(Relay::abort);
    }

    /** Refuses new connections, or accepts them again; the open ones stay. */
    public synchronized void refuse(boolean refuse) {
        if (refuse) {
            closeListener();
        } else if (listener == null && !closed) {
            listen();
        }
    }

    /** Delays every byte from now on, in each direction. */
    public void delay(Duration eachWay) {
        conditions.delay(eachWay);
    }

    /** Lets no byte through in either direction, with all connections open. */
    public void freeze() {
        conditions.freeze();
    }

    /** Lets everything through that was held. */
    public void thaw() {
        conditions.thaw();
    }

    /** Counts round trips from 0 again. */
    public void forgetRoundTrips() {
        relays.forEach(Relay::forgetTurns);
    }

    /** The round trips of the open connection that has made the most. */
    public int mostRoundTrips() {
        return relays.stream().mapToInt(Relay::turns).max().orElse(0);
    }

    /** The number of open connections. */
    public int connections() {
        return relays.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        closeListener();
        conditions.thaw();
        cut();
    }

    private void listen() {
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()), BACKLOG);
            listener = opened;
            acceptor = Thread.ofVirtual().name("proxy-" + address.port()).start(() -> accept(opened));
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy cannot listen on " + address, e);
        }
    }

    /** The port is closed once the acceptor has ended. */
    private void closeListener() {
        if (listener == null || acceptor == null) {
            return;
        }
        try {
            listener.close();
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException("closing " + address, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        listener = null;
    }

    private void accept(ServerSocket from) {
        try {
            while (!from.isClosed()) {
                Socket client = from.accept();
                Thread.ofVirtual().start(() -> relay(client));
            }
        } catch (IOException e) {
            if (!from.isClosed()) {
                throw new UncheckedIOException("the proxy on " + address + " broke", e);
            }
        }
    }

    private void relay(Socket client) {
        try {
            Relay relay = Relay.open(client, target, conditions);
            relays.add(relay);
            relay.run();
            relays.remove(relay);
        } catch (IOException _) {
            Relay.reset(client);
        }
    }
}
