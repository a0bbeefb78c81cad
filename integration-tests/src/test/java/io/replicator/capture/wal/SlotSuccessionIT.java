package io.replicator.capture.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Position;
import io.replicator.postgres.Lsn;
import io.replicator.testkit.Await;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How the stream passes from the copy of a slot to the slot itself. */
class SlotSuccessionIT extends SlotScene {
    /** The server decodes once more what was read by SQL, and nothing waits for that. */
    @Test
    void goesOnFromTheCopyUntilTheSlotIsBroughtUp() throws Exception {
        Lsn start = start();
        insertByOne(1, 300);
        ReadTransactions read = new ReadTransactions(() -> {});
        AtomicReference<Lsn> durable = new AtomicReference<>(start);
        WalStream stream = new WalStream(source, SLOT, new PgOutputOptions("p", true), backlog(SMALL_PIECES));
        CompletableFuture<Void> reader = CompletableFuture.runAsync(
                () -> stream.run(new Position.Wal(start), read, () -> new Position.Wal(durable.get())));
        try {
            awaitRead(read);
            insertByOne(301, 400);
            awaitRead(read);
            assertThat(hasReader()).as("a copy is streamed").isTrue();
            assertThat(isStreamed()).as("the slot is streamed").isFalse();
            assertThat(start()).isEqualTo(start);

            durable.set(read.end());
            Await.until("the slot is streamed and the copy gone", LIMIT, () -> {
                database.execute("INSERT INTO u SELECT coalesce(max(a), 0) + 1 FROM u");
                return isStreamed() && !hasReader();
            });
            insertByOne(10_001, 10_100);
            awaitRead(read);
            durable.set(read.end());
            Await.until("the slot is where the target is", LIMIT, () -> !start().isBefore(durable.get()));
        } finally {
            stream.stop();
            reader.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        assertEachOnce(read);
    }

    @Test
    void goesOnFromTheCopyAsLongAsTheSlotCannotBeStreamed() throws Exception {
        Lsn start = start();
        insertByOne(1, 300);
        ReadTransactions read = new ReadTransactions(() -> {});
        PgOutputOptions options = new PgOutputOptions("p", true);
        WalStream stream = new WalStream(source, SLOT, options, backlog(SMALL_PIECES));
        CompletableFuture<Void> reader;
        try (SlotStream _ = SlotStream.open(source, SLOT, start, options)) {
            reader = CompletableFuture.runAsync(() -> stream.run(
                    new Position.Wal(start),
                    read,
                    () -> new Position.Wal(read.end().max(start))));
            Await.until("a copy is streamed", LIMIT, this::hasReader);
            for (int thousand = 0; thousand < 3; thousand++) {
                insertByOne(1_000 * thousand + 301, 1_000 * thousand + 1_300);
                awaitRead(read);
            }
            assertThat(hasReader()).as("a copy is streamed").isTrue();
        }
        try {
            Await.until("the slot is streamed and the copy gone", LIMIT, () -> isStreamed() && !hasReader());
            insertByOne(5_001, 5_100);
            awaitRead(read);
        } finally {
            stream.stop();
            reader.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        assertEachOnce(read);
    }

    /** Every transaction is an insert of one row. */
    private void assertEachOnce(ReadTransactions read) throws SQLException {
        assertThat(read.lines())
                .hasSize(3 * (int) database.number("SELECT count(*) FROM u"))
                .doesNotHaveDuplicates();
    }
}
