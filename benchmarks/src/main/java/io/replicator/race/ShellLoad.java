package io.replicator.race;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A load by programs.
 *
 * @param script a shell script; {@code SOURCE} and {@code TARGET} are connection strings, {@code BIN} holds PostgreSQL's
 *     programs, {@code WORK} does not exist yet
 */
record ShellLoad(String name, String script) implements Loader {
    @Override
    public void load(Arena arena) {
        run(arena, name, script, Map.of());
    }

    static void run(Arena arena, String name, String script, Map<String, String> more) {
        Path work = arena.directory().resolve("work-" + name);
        Map<String, String> environment = new HashMap<>(more);
        environment.put("SOURCE", arena.source().url(arena.sourceDatabase()));
        environment.put("TARGET", arena.target().url(arena.targetDatabase()));
        environment.put("BIN", arena.source().bin().toString());
        environment.put("WORK", work.toString());
        environment.put("PATH", arena.source().bin() + ":" + System.getenv("PATH"));
        Programs.run(
                arena.directory().resolve(name + ".log"), environment, List.of("bash", "-o", "pipefail", "-c", script));
    }

    @Override
    public void clean(Arena arena) {
        ShellLoad.run(arena, name, "rm -rf \"$WORK\"", Map.of());
    }
}
