package io.replicator.catalog;

/**
 * A column of a table.
 *
 * @param type the type as SQL text with its modifier, schema-qualified outside pg_catalog
 * @param typeOid the type's OID on this server
 * @param generated whether it is a generated column, which is never written
 * @param identityAlways whether it is GENERATED ALWAYS AS IDENTITY
 * @param portableBinary whether the binary form means the same on every server that has a type of this name; enums,
 *     domains and built-in scalar types do, extension types, reg* types, arrays and composites may not
 */
public record Column(
        String name,
        int number,
        String type,
        int typeOid,
        boolean notNull,
        boolean generated,
        boolean identityAlways,
        boolean portableBinary) {}
