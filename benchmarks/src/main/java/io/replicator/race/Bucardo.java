package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bucardo with one sync of all tables, as Debian packages it; its control database is on the target server. Its change
 * logs are analyzed before it goes on, without which it takes minutes over a long backlog.
 */
final class Bucardo implements Contender {
    private static final String CONTROL = "bucardo";

    private final boolean copiesRows;
    private @Nullable Arena arena;
    private @Nullable Path pidFile;

    /** @param copiesRows whether the sync begins with a copy of the rows */
    Bucardo(boolean copiesRows) {
        this.copiesRows = copiesRows;
    }

    @Override
    public String name() {
        return "bucardo";
    }

    @Override
    public String kind() {
        return "bucardo";
    }

    @Override
    public boolean wantsRows() {
        return true;
    }

    @Override
    public void begin(Arena where) {
        install(where);
        Path log = where.directory().resolve("log.bucardo");
        try {
            Files.deleteIfExists(log);
            resume();
            Waiting.until("Bucardo to be ready", () -> holds(log, "New kid, sync"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean holds(Path log, String text) {
        try {
            return Files.exists(log)
                    && Files.readString(log, StandardCharsets.UTF_8).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates the sync, and with it the triggers on the source, and starts nothing. */
    void install(Arena where) {
        arena = where;
        where.target().drop(CONTROL);
        where.target().execute("postgres", """
                        DO $$ BEGIN CREATE ROLE bucardo SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object THEN END $$""", "CREATE DATABASE " + CONTROL + " OWNER bucardo");
        bucardo("install", "--batch");
        bucardo("set", "reason_file=" + where.directory().resolve("bucardo.reason"));
        bucardo("add", "db", "one", where.source().bucardo(where.sourceDatabase()));
        bucardo("add", "db", "two", where.target().bucardo(where.targetDatabase()));
        bucardo("add", "all", "tables", "--relgroup=all", "db=one");
        bucardo(
                "add",
                "sync",
                "race",
                "relgroup=all",
                "dbs=one:source,two:target",
                "autokick=1",
                "onetimecopy=" + (copiesRows ? 1 : 0));
    }

    @Override
    public void pause() {
        stop();
    }

    @Override
    public void prepare(Backlog backlog) {
        where().source().execute(where().sourceDatabase(), "ANALYZE");
    }

    @Override
    public void resume() {
        pidFile = where().directory().resolve("bucardo.mcp.pid");
        bucardo("start");
    }

    @Override
    public void close() {
        stop();
        Arena used = arena;
        if (used != null) {
            arena = null;
            used.target().drop(CONTROL);
        }
    }

    /** Ends it through its own process, for which the servers need not run. */
    void stop() {
        Path file = pidFile;
        if (file == null || !Files.exists(file)) {
            return;
        }
        master(file).ifPresent(master -> {
            List<ProcessHandle> all = new ArrayList<>(master.descendants().toList());
            all.add(master);
            master.destroy();
            Waiting.until(
                    "the end of Bucardo",
                    () -> !Files.exists(file) && all.stream().noneMatch(ProcessHandle::isAlive));
        });
    }

    private static Optional<ProcessHandle> master(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void bucardo(String... arguments) {
        Arena used = where();
        List<String> command = new ArrayList<>(List.of(
                "bucardo",
                "--dbhost=127.0.0.1",
                "--dbport=" + used.target().port(),
                "--dbname=" + CONTROL,
                "--dbuser=bucardo",
                "--log-destination=" + used.directory(),
                "--pid-dir=" + used.directory()));
        command.addAll(List.of(arguments));
        Programs.run(used.directory().resolve("bucardo.log"), Map.of(), command);
    }

    private Arena where() {
        return Objects.requireNonNull(arena, "begin comes first");
    }
}
