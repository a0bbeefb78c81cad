package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The running server process with its children. */
final class Postmaster {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 10;

    private final Cluster cluster;
    private final Process process;

    private Postmaster(Cluster cluster, Process process) {
        this.cluster = cluster;
        this.process = process;
    }

    /**
     * Starts the server and waits until it accepts sessions.
     *
     * @throws PortTakenException when somebody else listens on the port
     */
    static Postmaster start(Cluster cluster, int port) throws PortTakenException {
        Postmaster postmaster = new Postmaster(cluster, cluster.start(port));
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!cluster.isReady(postmaster.process)) {
            if (!postmaster.process.isAlive()) {
                String log = cluster.logTail();
                if (log.contains("Address already in use")) {
                    throw new PortTakenException(port);
                }
                throw new ReplicatorException(ErrorCode.INTERNAL, "the server on port " + port + " ended:\n" + log);
            }
            if (System.nanoTime() > deadline) {
                postmaster.kill();
                throw new ReplicatorException(
                        ErrorCode.INTERNAL,
                        "the server on port " + port + " was not ready within " + START_LIMIT.toSeconds() + " s:\n"
                                + cluster.logTail());
            }
            pause();
        }
        return postmaster;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Shuts down cleanly; sessions are ended. A walsender whose client does not confirm holds that up, so after a limit
     * it is done without waiting for anybody.
     */
    void stop() {
        try {
            cluster.stop("fast", STOP_LIMIT);
        } catch (ReplicatorException _) {
            stopNow();
        }
        awaitEnd();
    }

    /** Ends the server without flushing, but with the operating system's resources given back. */
    void stopNow() {
        cluster.stop("immediate", STOP_LIMIT);
        awaitEnd();
    }

    /** Ends every process at once. The postmaster goes first, so that it does not see its children die and recover. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
        long deadline = System.nanoTime() + KILL_LIMIT.toNanos();
        for (List<ProcessHandle> rest = rest(); !rest.isEmpty(); rest = rest()) {
            if (System.nanoTime() > deadline) {
                throw new ReplicatorException(ErrorCode.INTERNAL, "processes " + rest + " of the server do not end");
            }
            rest.forEach(ProcessHandle::destroyForcibly);
            pause();
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ReplicatorException(ErrorCode.INTERNAL, "process " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            throw Programs.interrupted(e);
        }
    }

    /** The processes that work in the data directory; one that merely waits to be reaped is none of them. */
    private List<ProcessHandle> rest() {
        return ProcessHandle.allProcesses()
                .filter(handle -> cluster.data().equals(workingDirectory(handle)))
                .toList();
    }

    private static @Nullable Path workingDirectory(ProcessHandle handle) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(handle.pid()), "cwd"));
        } catch (IOException _) {
            return null;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            throw Programs.interrupted(e);
        }
    }

    /** Somebody else listens on the port. */
    static final class PortTakenException extends Exception {
        private static final long serialVersionUID = 1L;

        PortTakenException(int port) {
            super("port " + port + " is taken");
        }
    }
}
