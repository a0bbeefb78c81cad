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

    @Override
    public boolean wantsRows() {
        return true;
    }

    @Override
    public void begin(Arena where) {
        arena = where;
        where.source().execute(where.database(), "CREATE PUBLICATION race FOR ALL TABLES");
        where.target()
                .execute(
                        where.database(),
                        "CREATE SUBSCRIPTION race CONNECTION '"
                                + where.source().conninfo(where.database())
                                + "' PUBLICATION race WITH (copy_data = false, binary = " + binary + ")");
        Waiting.until(
                "the subscription's stream",
                () -> where.source()
                        .value(where.database(), "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
                        .equals("1"));
    }

    @Override
    public void pause() {
        Arena where = arena();
        where.target().execute(where.database(), "ALTER SUBSCRIPTION race DISABLE");
        Waiting.until(
                "the end of the subscription's stream",
                () -> where.source()
                        .value(where.database(), "SELECT count(*) FROM pg_stat_replication")
                        .equals("0"));
    }

    @Override
    public void resume() {
        arena().target().execute(arena().database(), "ALTER SUBSCRIPTION race ENABLE");
    }

    @Override
    public void close() {
        Arena where = arena;
        if (where != null) {
            where.target().execute(where.database(), "DROP SUBSCRIPTION race");
        }
    }

    private Arena arena() {
        return Objects.requireNonNull(arena, "begin comes first");
    }
}
