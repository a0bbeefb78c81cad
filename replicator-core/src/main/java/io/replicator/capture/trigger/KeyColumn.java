package io.replicator.capture.trigger;

import io.replicator.postgres.Identifiers;

/**
 * A key column as the trigger functions see it.
 *
 * @param letter its letter in the {@link KeyShape}
 * @param settingsDependent whether its text form depends on the session's settings
 */
record KeyColumn(String name, char letter, boolean settingsDependent) {
    /**
     * Its value in the form the log takes.
     *
     * @param qualifier precedes the name: a row's name and a dot, or nothing
     */
    String logged(String qualifier) {
        String value = qualifier + Identifiers.quote(name);
        return switch (letter) {
            case 'b' -> value + "::pg_catalog.int8";
            case 'u' -> value;
            default -> "(" + value + "::pg_catalog.text COLLATE pg_catalog.\"C\")";
        };
    }

    /** A 64-bit hash of a logged value (PostgreSQL 11 and later). */
    String hash(String logged, String seed) {
        String function = switch (letter) {
            case 'b' -> "hashint8extended";
            case 'u' -> "uuid_hash_extended";
            default -> "hashtextextended";
        };
        return "pg_catalog." + function + "(" + logged + ", " + seed + ")";
    }
}
