package io.replicator.race;

import java.util.List;

/** Something that brings a whole database to an empty one. */
interface Loader {
    String name();

    /** What is not timed, such as an installation on both servers. */
    default void prepare(Arena arena) {}

    /** The whole work, until everything is there with its indexes. */
    void load(Arena arena);

    /** Removes what is left on both servers. */
    default void clean(Arena arena) {}

    /** The loaders by name; those whose programs are not installed are left out. */
    static List<String> usual() {
        List<String> all =
                List.of("replicator", "pgcopydb", "dump-restore", "dump-psql", "native-sync", "bucardo", "limit");
        return all.stream()
                .filter(name -> !List.of("pgcopydb", "bucardo").contains(name) || Programs.isInstalled(name))
                .toList();
    }

    /** @throws IllegalArgumentException when there is none of that name */
    static Loader of(String name, Installation installation, Cleanup cleanup) {
        return switch (name) {
            case "replicator" -> new ReplicatorLoad(installation);
            case "pgcopydb" -> new ShellLoad(name, """
                        pgcopydb clone --source "$SOURCE" --target "$TARGET" --dir "$WORK" --no-owner --no-acl""");
            case "dump-restore" -> new ShellLoad(name, """
                        mkdir "$WORK" && "$BIN/pg_dump" -Fd -Z0 -j2 -f "$WORK/dump" -d "$SOURCE" && \
                        "$BIN/pg_restore" -j2 -d "$TARGET" "$WORK/dump"
                        """);
            case "dump-psql" -> new ShellLoad(name, """
                        "$BIN/pg_dump" -d "$SOURCE" | "$BIN/psql" -q -X -v ON_ERROR_STOP=1 -d "$TARGET"
                        """);
            case "native-sync" -> new NativeSync();
            case "bucardo" -> {
                Bucardo bucardo = new Bucardo(true);
                cleanup.add(bucardo::stop);
                yield new BucardoLoad(bucardo);
            }
            case "limit" -> new LimitLoad();
            default -> throw new IllegalArgumentException("there is no loader " + name);
        };
    }
}
