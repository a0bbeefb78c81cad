package io.replicator.race;

import io.replicator.Replicator;
import io.replicator.config.ConfigReader;
import java.nio.file.Path;
import java.util.Map;

/** Our own daemon, from its start until it streams; the start of its JVM is timed, its end and its cleaning up are not. */
record ReplicatorLoad(Installation installation) implements Loader {
    @Override
    public String name() {
        return "replicator";
    }

    @Override
    public void load(Arena arena) {
        Path config = config(arena);
        Process process = installation.start(
                arena.directory().resolve("replicator-load.log"),
                config,
                """
                        name: race_load
                        source: { url: "%s" }
                        target: { url: "%s" }
                        capture: wal
                        """.formatted(
                                arena.source().url(arena.sourceDatabase()),
                                arena.target().url(arena.targetDatabase())),
                "run");
        try (Watch watch = new Watch(arena.target(), arena.targetDatabase())) {
            Waiting.until("the daemon to stream", () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the daemon ended, see replicator-load.log");
                }
                return watch.gives("t", "SELECT to_regclass('replicator.migration') IS NOT NULL")
                        && watch.gives("streaming", "SELECT max(phase) FROM replicator.migration");
            });
        } finally {
            Thread.ofPlatform().name("end of the daemon").start(() -> Programs.end(process));
        }
    }

    @Override
    public void clean(Arena arena) {
        Waiting.until("the end of the daemon", () -> Programs.running() == 0);
        try (Replicator replicator = new Replicator(ConfigReader.read(config(arena), Map.of()))) {
            replicator.teardown(false);
        }
    }

    private static Path config(Arena arena) {
        return arena.directory().resolve("replicator-load.yaml");
    }
}
