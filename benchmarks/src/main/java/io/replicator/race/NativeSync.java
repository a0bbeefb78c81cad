package io.replicator.race;

/** The initial synchronization of PostgreSQL's own subscription, with the schema brought by pg_dump. */
final class NativeSync implements Loader {
    private static final String NAME = "race_sync";
    private static final String WAITING = "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'";

    @Override
    public String name() {
        return "native-sync";
    }

    @Override
    public void load(Arena arena) {
        SchemaOnly.all(arena);
        arena.source().publish(arena.sourceDatabase(), NAME);
        arena.target()
                .execute(
                        arena.targetDatabase(),
                        "CREATE SUBSCRIPTION " + NAME + " CONNECTION '"
                                + arena.source().conninfo(arena.sourceDatabase()) + "' PUBLICATION " + NAME);
        try (Watch watch = new Watch(arena.target(), arena.targetDatabase())) {
            Waiting.until("the subscription's tables", () -> watch.gives("0", WAITING));
        }
    }

    @Override
    public void clean(Arena arena) {
        arena.target().execute(arena.targetDatabase(), "DROP SUBSCRIPTION IF EXISTS " + NAME);
        arena.source().execute(arena.sourceDatabase(), "DROP PUBLICATION IF EXISTS " + NAME);
    }
}
