package io.replicator.race;

/** Bucardo's copy of all rows, with the schema brought by pg_dump; its own installation is not timed. */
record BucardoLoad(Bucardo bucardo) implements Loader {
    private static final String FINISHED =
            "SELECT EXISTS (SELECT FROM bucardo.syncrun WHERE ended IS NOT NULL AND (lastgood OR lastempty))";

    @Override
    public String name() {
        return bucardo.name();
    }

    @Override
    public void prepare(Arena arena) {
        SchemaOnly.all(arena);
        bucardo.install(arena);
    }

    @Override
    public void load(Arena arena) {
        bucardo.resume();
        try (Watch watch = new Watch(arena.target(), "bucardo")) {
            Waiting.until("Bucardo's copy", () -> watch.gives("t", FINISHED));
        }
    }

    @Override
    public void clean(Arena arena) {
        bucardo.close();
        arena.source().execute(arena.sourceDatabase(), "DROP SCHEMA IF EXISTS bucardo CASCADE");
        arena.target().execute(arena.targetDatabase(), "DROP SCHEMA IF EXISTS bucardo CASCADE");
    }
}
