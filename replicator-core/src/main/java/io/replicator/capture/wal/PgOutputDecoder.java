package io.replicator.capture.wal;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.SourceTransaction;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.OidMap;
import io.replicator.postgres.QualifiedName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pgoutput messages of protocol version 1 (PostgreSQL documentation, section 55.9). Values stay where they are
 * in the message. One per stream, not thread-safe.
 */
public final class PgOutputDecoder {
    private static final long POSTGRES_EPOCH_MICROS = 946_684_800_000_000L;
    private static final int OBJECT_OVERHEAD = 96;

    private final OidMap<Relation> relations = new OidMap<>();
    private @Nullable SourceTransaction transaction;

    /** Whether a transaction has begun and not ended. */
    public boolean insideTransaction() {
        return transaction != null;
    }

    /**
     * Decodes one message.
     *
     * @param message its remaining bytes are the message; backed by an array that nobody else writes to
     * @return null for messages that carry no change (relations, types, origins, logical messages)
     */
    public @Nullable Change decode(ByteBuffer message) {
        int size = message.remaining() + OBJECT_OVERHEAD;
        byte type = message.get();
        return switch (type) {
            case 'B' -> begin(message);
            case 'C' -> commit(message);
            case 'R' -> relation(message);
            case 'I' -> insert(message, size);
            case 'U' -> update(message, size);
            case 'D' -> delete(message, size);
            case 'T' -> truncate(message);
            case 'O', 'Y', 'M' -> null;
            default -> throw violation("unknown message type '" + (char) type + "'");
        };
    }

    /** Whether a message between two transactions begins one that commits before a position, or none. */
    static boolean commitsBefore(ByteBuffer message, Lsn position) {
        int at = message.position();
        return message.get(at) != 'B' || new Lsn(message.getLong(at + 1)).isBefore(position);
    }

    private Change begin(ByteBuffer message) {
        if (transaction != null) {
            throw violation("BEGIN inside transaction " + transaction.xid());
        }
        Lsn commitLsn = new Lsn(message.getLong());
        Instant committedAt = instant(message.getLong());
        transaction = new SourceTransaction(Integer.toUnsignedLong(message.getInt()), commitLsn, committedAt);
        return new Change.Begin(transaction);
    }

    private Change commit(ByteBuffer message) {
        message.get();
        Lsn commitLsn = new Lsn(message.getLong());
        Lsn end = new Lsn(message.getLong());
        if (transaction == null || !transaction.commitLsn().equals(commitLsn)) {
            throw violation("COMMIT at " + commitLsn + " does not end the transaction that began");
        }
        transaction = null;
        return new Change.Commit(new Position.Wal(end));
    }

    private @Nullable Change relation(ByteBuffer message) {
        int oid = message.getInt();
        String schema = text(message);
        QualifiedName name = new QualifiedName(schema.isEmpty() ? "pg_catalog" : schema, text(message));
        ReplicaIdentity identity = ReplicaIdentity.of((char) message.get());
        int count = message.getShort();
        List<RelationColumn> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            boolean partOfIdentity = (message.get() & 1) != 0;
            columns.add(new RelationColumn(text(message), message.getInt(), message.getInt(), partOfIdentity));
        }
        Relation described = new Relation(oid, name, identity, columns);
        Relation known = relations.get(oid);
        if (known == null || !known.sameStructure(described)) {
            relations.put(oid, described);
        }
        return null;
    }

    private Change insert(ByteBuffer message, int size) {
        Relation relation = relationOf(message);
        expect(message, 'N', relation);
        return new Change.Insert(relation, tuple(message, relation), size);
    }

    private Change update(ByteBuffer message, int size) {
        Relation relation = relationOf(message);
        byte kind = message.get();
        Change.OldTuple old = null;
        if (kind == 'K' || kind == 'O') {
            old = new Change.OldTuple(tuple(message, relation), kind == 'O');
            kind = message.get();
        }
        if (kind != 'N') {
            throw violation("UPDATE of " + relation + " has no new row");
        }
        return new Change.Update(relation, old, tuple(message, relation), size);
    }

    private Change delete(ByteBuffer message, int size) {
        Relation relation = relationOf(message);
        byte kind = message.get();
        if (kind != 'K' && kind != 'O') {
            throw violation("DELETE of " + relation + " has no old row");
        }
        return new Change.Delete(relation, new Change.OldTuple(tuple(message, relation), kind == 'O'), size);
    }

    private Change truncate(ByteBuffer message) {
        int count = message.getInt();
        byte flags = message.get();
        List<Relation> truncated = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            truncated.add(relationOf(message));
        }
        return new Change.Truncate(truncated, (flags & 1) != 0, (flags & 2) != 0);
    }

    private Relation relationOf(ByteBuffer message) {
        int oid = message.getInt();
        Relation relation = relations.get(oid);
        if (relation == null) {
            throw violation("a change of relation " + oid + ", which was never described");
        }
        return relation;
    }

    private static Tuple tuple(ByteBuffer message, Relation relation) {
        int count = message.getShort();
        if (count != relation.columns().size()) {
            throw violation("a row of " + relation + " has " + count + " columns instead of "
                    + relation.columns().size());
        }
        int[] offsets = new int[count];
        int base = message.arrayOffset();
        for (int i = 0; i < count; i++) {
            int position = message.position();
            offsets[i] = base + position;
            switch (message.get(position)) {
                case Tuple.NULL, Tuple.UNCHANGED_TOAST -> message.position(position + 1);
                case Tuple.TEXT, Tuple.BINARY -> message.position(position + 5 + message.getInt(position + 1));
                default -> throw violation("a row of " + relation + " has a column of unknown kind");
            }
        }
        return new Tuple(message.array(), offsets);
    }

    private static void expect(ByteBuffer message, char kind, Relation relation) {
        if (message.get() != kind) {
            throw violation("a change of " + relation + " has no new row");
        }
    }

    private static String text(ByteBuffer message) {
        int start = message.position();
        int end = start;
        while (message.get(end) != 0) {
            end++;
        }
        String text = new String(message.array(), message.arrayOffset() + start, end - start, StandardCharsets.UTF_8);
        message.position(end + 1);
        return text;
    }

    private static Instant instant(long postgresMicros) {
        long micros = postgresMicros + POSTGRES_EPOCH_MICROS;
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    private static ReplicatorException violation(String what) {
        return new ReplicatorException(ErrorCode.PROTOCOL_VIOLATION, "pgoutput stream: " + what);
    }
}
