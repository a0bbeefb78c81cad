package io.replicator.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGStatement;

/**
 * Moves pieces of large objects, several of them in one round trip. What is held in memory does not depend on the size of
 * an object.
 */
final class LargeObjectPieces {
    static final int PIECE_BYTES = 1 << 20;
    static final int ROUND_TRIP_BYTES = 4 << 20;

    private static final String READ = """
            SELECT p.number, lo_get(p.object, p.place, p.length)
            FROM unnest(?::oid[], ?::bigint[], ?::int[]) WITH ORDINALITY AS p(object, place, length, number)""";

    private static final String WRITE = """
            SELECT count(lo_put(p.object, p.place, p.bytes))
            FROM unnest(?::oid[], ?::bigint[], ?::bytea[]) AS p(object, place, bytes)""";

    private final Connection source;
    private final Connection target;
    private final CopyRate rate;
    private final LargeObjectCounters counters;
    private final List<Piece> gathered = new ArrayList<>();
    private int gatheredBytes;

    LargeObjectPieces(Connection source, Connection target, CopyRate rate, LargeObjectCounters counters) {
        this.source = source;
        this.target = target;
        this.rate = rate;
        this.counters = counters;
    }

    private record Piece(long oid, long place, int length, boolean last) {}

    /** Moves an object, or gathers it to go with others; see {@link #flush}. */
    void move(long oid, long size) throws SQLException, InterruptedException {
        for (long place = 0; place < size; place += PIECE_BYTES) {
            int length = (int) Math.min(PIECE_BYTES, size - place);
            if (gatheredBytes + length > ROUND_TRIP_BYTES) {
                flush();
            }
            gathered.add(new Piece(oid, place, length, place + length == size));
            gatheredBytes += length;
        }
    }

    /** Moves what is gathered. */
    void flush() throws SQLException, InterruptedException {
        if (gathered.isEmpty()) {
            return;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("the copy of large objects was interrupted");
        }
        List<Long> oids = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(READ)) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
            statement.setArray(
                    1,
                    source.createArrayOf(
                            "oid", gathered.stream().map(Piece::oid).toArray()));
            statement.setArray(
                    2,
                    source.createArrayOf(
                            "bigint", gathered.stream().map(Piece::place).toArray()));
            statement.setArray(
                    3,
                    source.createArrayOf(
                            "int", gathered.stream().map(Piece::length).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Piece piece = gathered.get(row.getInt(1) - 1);
                    byte[] bytes = row.getBytes(2);
                    if (piece.last() || !isHole(bytes)) {
                        oids.add(piece.oid());
                        places.add(piece.place());
                        contents.add(bytes);
                    }
                }
            }
        }
        write(oids, places, contents);
        rate.moved(gatheredBytes);
        gathered.clear();
        gatheredBytes = 0;
    }

    private void write(List<Long> oids, List<Long> places, List<byte[]> contents) throws SQLException {
        if (oids.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = target.prepareStatement(WRITE)) {
            statement.setArray(1, target.createArrayOf("oid", oids.toArray()));
            statement.setArray(2, target.createArrayOf("bigint", places.toArray()));
            statement.setArray(3, target.createArrayOf("bytea", contents.toArray(byte[][]::new)));
            statement.execute();
        }
        for (byte[] written : contents) {
            counters.moved(written.length);
        }
    }

    /** What was never written reads as zeros, and needs no space on the target either. */
    private static boolean isHole(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }
}
