package io.replicator.catalog;

import io.replicator.postgres.Identifiers;
import org.jspecify.annotations.Nullable;

/**
 * Privileges on objects that a role will create.
 *
 * @param creator the role whose objects they are
 * @param schema where they are created; null for anywhere
 * @param grant on a kind of object, for example {@code TABLES}
 */
public record DefaultGrant(String creator, @Nullable String schema, Grant grant) {
    /** The statement, without a semicolon. */
    public String sql() {
        return "ALTER DEFAULT PRIVILEGES FOR ROLE " + Identifiers.quote(creator)
                + (schema == null ? "" : " IN SCHEMA " + Identifiers.quote(schema)) + " " + grant.sql();
    }
}
