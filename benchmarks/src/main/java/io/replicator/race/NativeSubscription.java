package io.replicator.race;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's own logical replication: one publication, one subscription. */
final class NativeSubscription implements Contender {
    private final boolean binary;
    private @Nullable Arena arena;

    NativeSubscription(boolean binary) {
        this.binary = binary;
    }

    @Override
    public String name() {
        return binary ? "native-binary" : "native";
    }

    private String identifier() {
        return binary ? "race_native_binary" : "race_native";
    }

    @Override
    public boolean wantsRows() {
        return true;
    }

    @Override
    public void begin(Arena where) {
        arena = where;
        where.source().publish(where.sourceDatabase(), identifier());
        where.target()
                .execute(
                        where.targetDatabase(),
                        "CREATE SUBSCRIPTION " + identifier() + " CONNECTION '"
                                + where.source().conninfo(where.sourceDatabase()) + "' PUBLICATION " + identifier()
                                + " WITH (copy_data = false, binary = " + binary + ")");
        awaitSlot("streams", "t");
    }

    @Override
    public void pause() {
        target("ALTER SUBSCRIPTION " + identifier() + " DISABLE");
        awaitSlot("stands still", "f");
    }

    private void awaitSlot(String what, String active) {
        Arena where = arena();
        Waiting.until(
                "the subscription " + identifier() + " to be one that " + what,
                () -> where.source()
                        .value(
                                where.sourceDatabase(),
                                "SELECT active FROM pg_replication_slots WHERE slot_name = '" + identifier() + "'")
                        .equals(active));
    }

    @Override
    public void resume() {
        target("ALTER SUBSCRIPTION " + identifier() + " ENABLE");
    }

    @Override
    public void close() {
        if (arena != null) {
            target("DROP SUBSCRIPTION IF EXISTS " + identifier());
            arena = null;
        }
    }

    private void target(String statement) {
        arena().target().execute(arena().targetDatabase(), statement);
    }

    private Arena arena() {
        return Objects.requireNonNull(arena, "begin comes first");
    }
}
