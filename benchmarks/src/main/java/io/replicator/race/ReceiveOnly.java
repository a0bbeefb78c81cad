package io.replicator.race;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** The limit of every reader of the write-ahead log: receives the changes and does nothing with them. */
final class ReceiveOnly implements Contender {
    private static final String NAME = "race_receive";

    private @Nullable Arena arena;
    private @Nullable CompletableFuture<Void> received;

    @Override
    public String name() {
        return "receive-only";
    }

    @Override
    public boolean wantsRows() {
        return true;
    }

    @Override
    public boolean brings() {
        return false;
    }

    @Override
    public void begin(Arena where) {
        arena = where;
        where.source().publish(where.sourceDatabase(), NAME);
        where.source()
                .execute(
                        where.sourceDatabase(),
                        "SELECT pg_create_logical_replication_slot('" + NAME + "', 'pgoutput')");
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {
        Arena where = Objects.requireNonNull(arena, "begin comes first");
        CompletableFuture<Void> done = new CompletableFuture<>();
        received = done;
        Thread.ofPlatform().name("receive").start(() -> {
            try {
                receive(where);
                done.complete(null);
            } catch (SQLException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
    }

    private static void receive(Arena where) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, "postgres");
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        String url = "jdbc:postgresql://127.0.0.1:" + where.source().port() + "/" + where.sourceDatabase();
        try (Connection connection = DriverManager.getConnection(url, properties);
                PGReplicationStream stream = connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(NAME)
                        .withSlotOption("proto_version", "1")
                        .withSlotOption("publication_names", NAME)
                        .withSlotOption("binary", "true")
                        .withAutomaticFlush(false)
                        .start()) {
            int end = 0;
            boolean last = false;
            while (true) {
                ByteBuffer message = stream.read();
                switch (message.get()) {
                    case 'R' -> {
                        int relation = message.getInt();
                        end = isEnd(message) ? relation : end;
                    }
                    case 'I' -> last |= message.getInt() == end;
                    case 'C' -> {
                        if (last) {
                            return;
                        }
                    }
                    default -> {}
                }
            }
        }
    }

    /** Whether a relation message, read up to its names, is of the table of the last row. */
    private static boolean isEnd(ByteBuffer message) {
        String rest = new String(
                message.array(),
                message.arrayOffset() + message.position(),
                message.remaining(),
                StandardCharsets.ISO_8859_1);
        return rest.startsWith("public\0" + DrainRace.MARKER + "\0");
    }

    @Override
    public boolean hasArrived(boolean marker) {
        CompletableFuture<Void> done = Objects.requireNonNull(received, "resume comes first");
        try {
            return done.isDone() && done.join() == null;
        } catch (CompletionException e) {
            throw new IllegalStateException("receiving failed", e);
        }
    }

    @Override
    public void close() {
        Arena where = arena;
        if (where != null) {
            arena = null;
            String slot = " FROM pg_replication_slots WHERE slot_name = '" + NAME + "'";
            Waiting.until(
                    "the end of the receiving connection",
                    () -> where.source()
                            .value(where.sourceDatabase(), "SELECT count(*)" + slot + " AND active")
                            .equals("0"));
            where.source().execute(where.sourceDatabase(), "SELECT pg_drop_replication_slot(slot_name)" + slot);
        }
    }
}
