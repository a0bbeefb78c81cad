package io.replicator.postgres;

import java.util.Comparator;

/** The name of a relation with its schema, unquoted. */
public record QualifiedName(String schema, String name) implements Comparable<QualifiedName> {
    private static final Comparator<QualifiedName> ORDER =
            Comparator.comparing(QualifiedName::schema).thenComparing(QualifiedName::name);

    /** The name as SQL text. */
    public String quoted() {
        return Identifiers.quote(schema) + '.' + Identifiers.quote(name);
    }

    @Override
    public int compareTo(QualifiedName other) {
        return ORDER.compare(this, other);
    }

    /** {@code schema.name} for messages and state, not for SQL. */
    @Override
    public String toString() {
        return schema + '.' + name;
    }
}
