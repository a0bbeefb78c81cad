package io.replicator.race;

import io.replicator.Replicator;
import io.replicator.config.ConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Our own daemon, as a process of its own. */
final class ReplicatorDaemon implements Contender {
    private final Path launcher;
    private final String capture;
    private final String javaOptions;
    private @Nullable Process process;
    private @Nullable Replicator client;

    ReplicatorDaemon(Path launcher, String capture, String javaOptions) {
        this.launcher = launcher;
        this.capture = capture;
        this.javaOptions = javaOptions;
    }

    @Override
    public String name() {
        return "replicator-" + capture;
    }

    @Override
    public boolean wantsRows() {
        return false;
    }

    @Override
    public void begin(Arena arena) {
        Path config = arena.directory().resolve(name() + ".yaml");
        try {
            Files.writeString(config, """
                    name: race
                    source: { url: "%s" }
                    target: { url: "%s" }
                    capture: %s
                    schema: existing
                    """.formatted(
                            arena.source().url(arena.database()), arena.target().url(arena.database()), capture));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = Programs.start(
                arena.directory().resolve(name() + ".log"),
                Map.of("REPLICATOR_JAVA_OPTS", javaOptions),
                List.of(launcher.toString(), "-c", config.toString(), "run"));
        Replicator replicator = new Replicator(ConfigReader.read(config, Map.of()));
        client = replicator;
        awaitPhase("streaming");
    }

    private void awaitPhase(String phase) {
        Waiting.until(name() + " to be " + phase, () -> {
            String now = client().status().phase();
            if ("failed".equals(now) || !Objects.requireNonNull(process).isAlive()) {
                throw new IllegalStateException(name() + " failed, see its log");
            }
            return phase.equals(now);
        });
    }

    @Override
    public void pause() {
        client().pause();
        awaitPhase("paused");
    }

    @Override
    public void resume() {
        client().resume();
    }

    private Replicator client() {
        return Objects.requireNonNull(client, "begin comes first");
    }

    @Override
    public void close() {
        Process running = process;
        Replicator connected = client;
        if (running != null) {
            running.destroy();
            try {
                if (!running.waitFor(60, TimeUnit.SECONDS)) {
                    running.destroyForcibly();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        if (connected != null) {
            connected.teardown(false);
            connected.close();
        }
    }
}
