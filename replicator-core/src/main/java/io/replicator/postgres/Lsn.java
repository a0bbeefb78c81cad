package io.replicator.postgres;

import java.util.HexFormat;
import java.util.Locale;

/** A position in the write-ahead log, unsigned (PostgreSQL documentation, section 8.20 "pg_lsn Type"). */
public record Lsn(long value) implements Comparable<Lsn> {
    public static final Lsn ZERO = new Lsn(0);

    /** Parses the text form {@code XXXXXXXX/XXXXXXXX}. */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || slash == text.length() - 1) {
            throw new IllegalArgumentException("not an LSN: " + text);
        }
        long high = HexFormat.fromHexDigitsToLong(text, 0, slash);
        long low = HexFormat.fromHexDigitsToLong(text, slash + 1, text.length());
        return new Lsn(high << 32 | low);
    }

    public boolean isBefore(Lsn other) {
        return compareTo(other) < 0;
    }

    public Lsn max(Lsn other) {
        return isBefore(other) ? other : this;
    }

    /** The bytes from an earlier position to this one; 0 when the other one is later. */
    public long bytesSince(Lsn earlier) {
        return Math.max(0, value - earlier.value);
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return (Long.toHexString(value >>> 32) + '/' + Long.toHexString(value & 0xFFFF_FFFFL)).toUpperCase(Locale.ROOT);
    }
}
