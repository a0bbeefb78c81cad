package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.SourceTransaction;
import io.replicator.change.Tuple;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.QualifiedName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Random transactions as a source would send them, over three tables: {@code item}, whose key changes and whose large
 * value is then often not sent; {@code place}, whose unique values travel between rows; {@code amount}, whose numeric
 * key is spelled in several ways. {@link #rows} is what a plain sequential apply leaves.
 */
final class RandomTransactions {
    static final List<String> TABLES = List.of(
            "CREATE TABLE item (id integer PRIMARY KEY, note text, large text)",
            "CREATE TABLE place (id integer PRIMARY KEY, seat integer UNIQUE)",
            "CREATE TABLE amount (value numeric PRIMARY KEY, note text)");

    private static final int INTEGER = 23;
    private static final int TEXT = 25;
    private static final int NUMERIC = 1700;
    private static final String NOT_SENT = "not sent";
    private static final long FIRST_LSN = 0x1000000;
    private static final int LSN_STEP = 64;
    private static final int KEYS = 400;

    private static final Relation ITEM =
            relation(1, "item", key("id", INTEGER), value("note", TEXT), value("large", TEXT));
    private static final Relation PLACE = relation(2, "place", key("id", INTEGER), value("seat", INTEGER));
    private static final Relation AMOUNT = relation(3, "amount", key("value", NUMERIC), value("note", TEXT));

    private final Random random;
    private final List<List<Change>> transactions = new ArrayList<>();
    private final Map<Integer, String[]> items = new TreeMap<>();
    private final Map<Integer, Integer> places = new TreeMap<>();
    private final Map<Integer, String[]> amounts = new TreeMap<>();
    private final List<Change> open = new ArrayList<>();
    private int number;

    RandomTransactions(Random random, int count) {
        this.random = random;
        for (int i = 0; i < count; i++) {
            transaction(i);
        }
    }

    static Position start() {
        return new Position.Wal(new Lsn(FIRST_LSN));
    }

    /** Every transaction from its beginning to its commit. */
    List<List<Change>> transactions() {
        return transactions;
    }

    /** The position behind the last one. */
    Position end() {
        return end(transactions.size() - 1);
    }

    private static Position end(int transaction) {
        return new Position.Wal(new Lsn(FIRST_LSN + (long) LSN_STEP * transaction + LSN_STEP / 2));
    }

    /** The tables' rows as text, by table. */
    Map<String, List<String>> rows() {
        Map<String, List<String>> rows = new TreeMap<>();
        rows.put(
                "item",
                items.entrySet().stream()
                        .map(row -> row.getKey() + "|" + row.getValue()[0] + "|" + row.getValue()[1])
                        .sorted()
                        .toList());
        rows.put(
                "place",
                places.entrySet().stream()
                        .map(row -> row.getKey() + "|" + row.getValue())
                        .sorted()
                        .toList());
        rows.put(
                "amount",
                amounts.values().stream()
                        .map(row -> row[0] + "|" + row[1])
                        .sorted()
                        .toList());
        return rows;
    }

    private void transaction(int index) {
        SourceTransaction transaction =
                new SourceTransaction(1_000 + index, new Lsn(FIRST_LSN + (long) LSN_STEP * index), Instant.EPOCH);
        open.add(new Change.Begin(transaction));
        int changes = random.nextInt(20) == 0 ? 1_500 : 1 + random.nextInt(30);
        for (int i = 0; i < changes; i++) {
            change();
        }
        open.add(new Change.Commit(end(index)));
        transactions.add(List.copyOf(open));
        open.clear();
    }

    private void change() {
        number++;
        int choice = random.nextInt(300);
        if (choice == 0) {
            open.add(new Change.Truncate(List.of(ITEM), false, false));
            items.clear();
        } else if (choice < 180) {
            item(random.nextInt(KEYS));
        } else if (choice < 240) {
            place(random.nextInt(KEYS));
        } else {
            amount(random.nextInt(KEYS));
        }
    }

    private void item(int id) {
        String[] row = items.get(id);
        if (row == null) {
            String[] inserted = {"note " + number, "large " + number};
            items.put(id, inserted);
            open.add(insert(ITEM, text(id), inserted[0], inserted[1]));
            return;
        }
        int other = random.nextInt(KEYS);
        switch (random.nextInt(5)) {
            case 0 -> {
                items.remove(id);
                open.add(delete(ITEM, text(id), null, null));
            }
            case 1 -> {
                if (!items.containsKey(other)) {
                    boolean sent = random.nextInt(4) > 0;
                    items.remove(id);
                    items.put(other, new String[] {"moved " + number, row[1]});
                    open.add(update(
                            ITEM,
                            tuple(text(id), null, null),
                            tuple(text(other), "moved " + number, sent ? row[1] : NOT_SENT)));
                }
            }
            case 2 -> {
                items.put(id, new String[] {"note " + number, "larger " + number});
                open.add(update(ITEM, null, tuple(text(id), "note " + number, "larger " + number)));
            }
            default -> {
                items.put(id, new String[] {"note " + number, row[1]});
                open.add(update(ITEM, null, tuple(text(id), "note " + number, NOT_SENT)));
            }
        }
    }

    /** Seats are taken in turn, so that one is free again just before it is taken. */
    private void place(int id) {
        Integer seat = places.get(id);
        int other = random.nextInt(KEYS);
        Integer otherSeat = places.get(other);
        if (seat == null) {
            places.put(id, number);
            open.add(insert(PLACE, text(id), text(number)));
        } else if (otherSeat == null || other == id) {
            places.remove(id);
            open.add(delete(PLACE, text(id), null));
        } else {
            places.put(id, otherSeat);
            places.put(other, seat);
            open.add(update(PLACE, null, tuple(text(id), text(-number))));
            open.add(update(PLACE, null, tuple(text(other), text(seat))));
            open.add(update(PLACE, null, tuple(text(id), text(otherSeat))));
        }
    }

    private void amount(int key) {
        String[] row = amounts.get(key);
        String spelling = key + "." + "0".repeat(1 + random.nextInt(3));
        if (row == null) {
            amounts.put(key, new String[] {spelling, "note " + number});
            open.add(insert(AMOUNT, spelling, "note " + number));
        } else if (random.nextInt(3) == 0) {
            amounts.remove(key);
            open.add(delete(AMOUNT, row[0], null));
        } else {
            amounts.put(key, new String[] {spelling, "spelled " + number});
            Tuple old = spelling.equals(row[0]) ? null : tuple(row[0], null);
            open.add(update(AMOUNT, old, tuple(spelling, "spelled " + number)));
        }
    }

    static Relation relation(int oid, String name, RelationColumn... columns) {
        return new Relation(oid, new QualifiedName("public", name), ReplicaIdentity.DEFAULT, List.of(columns));
    }

    static RelationColumn key(String name, int type) {
        return new RelationColumn(name, type, -1, true);
    }

    static RelationColumn value(String name, int type) {
        return new RelationColumn(name, type, -1, false);
    }

    static Change insert(Relation relation, @Nullable String... values) {
        Tuple row = tuple(values);
        return new Change.Insert(relation, row, row.buffer().length);
    }

    static Change update(Relation relation, @Nullable String... values) {
        return update(relation, null, tuple(values));
    }

    private static Change update(Relation relation, @Nullable Tuple old, Tuple row) {
        return new Change.Update(
                relation, old == null ? null : new Change.OldTuple(old, false), row, row.buffer().length);
    }

    private static Change delete(Relation relation, @Nullable String... key) {
        Tuple old = tuple(key);
        return new Change.Delete(relation, new Change.OldTuple(old, false), old.buffer().length);
    }

    private static String text(int value) {
        return Integer.toString(value);
    }

    private static Tuple tuple(@Nullable String... values) {
        int[] offsets = new int[values.length];
        ByteBuffer buffer = ByteBuffer.allocate(5_000);
        for (int i = 0; i < values.length; i++) {
            offsets[i] = buffer.position();
            String value = values[i];
            if (value == null) {
                buffer.put(Tuple.NULL);
            } else if (value.equals(NOT_SENT)) {
                buffer.put(Tuple.UNCHANGED_TOAST);
            } else {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                buffer.put(Tuple.TEXT).putInt(bytes.length).put(bytes);
            }
        }
        return new Tuple(java.util.Arrays.copyOf(buffer.array(), buffer.position()), offsets);
    }
}
