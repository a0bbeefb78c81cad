package io.replicator.race;

import io.replicator.Replicator;
import io.replicator.change.Position;
import io.replicator.config.ConfigReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Our own daemon, as a process of its own. */
final class ReplicatorDaemon implements Contender {
    private static final String POSITIONS = "SELECT position FROM replicator.lane";

    private final Installation installation;
    private final String capture;
    private @Nullable Process process;
    private @Nullable Replicator client;
    private @Nullable Connection lanes;
    private @Nullable Position end;

    ReplicatorDaemon(Installation installation, String capture) {
        this.installation = installation;
        this.capture = capture;
    }

    @Override
    public String name() {
        return "replicator-" + capture;
    }

    @Override
    public String kind() {
        return capture.equals("wal") ? "plain" : "captured";
    }

    @Override
    public boolean wantsRows() {
        return false;
    }

    @Override
    public void begin(Arena arena) {
        Path config = arena.directory().resolve(name() + ".yaml");
        process = installation.start(
                arena.directory().resolve(name() + ".log"),
                config,
                """
                name: race_%s
                source: { url: "%s" }
                target: { url: "%s" }
                capture: %s
                schema: existing
                """.formatted(
                                capture,
                                arena.source().url(arena.sourceDatabase()),
                                arena.target().url(arena.targetDatabase()),
                                capture),
                "run");
        client = new Replicator(ConfigReader.read(config, Map.of()));
        awaitPhase("streaming");
        try {
            lanes = arena.target().connect(arena.targetDatabase());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitPhase(String phase) {
        Waiting.until(name() + " to be " + phase, () -> {
            requireRunning();
            return phase.equals(client().status().phase());
        });
    }

    private void requireRunning() {
        if (!Objects.requireNonNull(process, "begin comes first").isAlive()) {
            throw new IllegalStateException("the daemon ended, see " + name() + ".log");
        }
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

    @Override
    public void prepare(Backlog backlog) {
        end = Position.parse(capture.equals("wal") ? backlog.lsn() : backlog.snapshot());
    }

    /**
     * The last row came through one lane, and a large backlog is worked off table by table: what counts is that all lanes
     * are beyond everything before it.
     */
    @Override
    public boolean hasArrived(boolean marker) {
        requireRunning();
        return marker && isBeyondEnd();
    }

    private boolean isBeyondEnd() {
        Position before = Objects.requireNonNull(end, "prepare comes first");
        try (PreparedStatement statement = Objects.requireNonNull(lanes).prepareStatement(POSITIONS);
                ResultSet rows = statement.executeQuery()) {
            boolean beyond = true;
            while (rows.next()) {
                beyond &= Position.parse(rows.getString(1)).reaches(before);
            }
            return beyond;
        } catch (SQLException e) {
            throw new IllegalStateException(POSITIONS, e);
        }
    }

    private Replicator client() {
        return Objects.requireNonNull(client, "begin comes first");
    }

    @Override
    public void close() {
        Process running = process;
        Replicator connected = client;
        Connection open = lanes;
        process = null;
        client = null;
        lanes = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            if (running != null) {
                Programs.end(running);
            }
            if (connected != null) {
                connected.teardown(false);
                connected.close();
            }
        }
    }
}
