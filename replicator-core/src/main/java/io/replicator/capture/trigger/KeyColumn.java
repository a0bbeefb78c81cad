package io.replicator.capture.trigger;

import io.replicator.postgres.Identifiers;

/**
 * A key column as the trigger functions see it.
 *
 * @param letter its letter in the {@link KeyShape}
 * @param settingsDependent whether its text form depends on the session's settings
 */
record KeyColumn(String name, char letter, boolean settingsDependent) {
    /** Its value in the form the log takes. */
    String logged(String row) {
        String value = row + '.' + Identifiers.quote(name);
        return switch (letter) {
            case 'b' -> value + "::pg_catalog.int8";
            case 'u' -> value;
            default -> "(" + value + "::pg_catalog.text COLLATE pg_catalog.\"C\")";
        };
    }

    /** Whether the logged forms of two rows differ. */
    String differs(String row, String other) {
        return logged(row) + " OPERATOR(pg_catalog.<>) " + logged(other);
    }

    /** A 64-bit hash of the logged form (PostgreSQL 11 and later). */
    String hash(String row, String seed) {
        String function = switch (letter) {
            case 'b' -> "hashint8extended";
            case 'u' -> "uuid_hash_extended";
            default -> "hashtextextended";
        };
        return "pg_catalog." + function + "(" + logged(row) + ", " + seed + ")";
    }
}
