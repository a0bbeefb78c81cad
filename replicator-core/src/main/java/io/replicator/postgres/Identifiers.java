package io.replicator.postgres;

import java.util.Collection;
import java.util.StringJoiner;

/** The one place where SQL text is quoted. */
public final class Identifiers {
    private Identifiers() {}

    /** Quotes an identifier (PostgreSQL documentation, section 4.1.1). */
    public static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    public static String quoteAll(Collection<String> identifiers) {
        StringJoiner joined = new StringJoiner(", ");
        for (String identifier : identifiers) {
            joined.add(quote(identifier));
        }
        return joined.toString();
    }

    /**
     * Quotes a string constant for utility statements, which take no parameters (SET TRANSACTION SNAPSHOT, CREATE
     * PUBLICATION …). Everything else binds its values.
     */
    public static String literal(String value) {
        String escaped = value.replace("'", "''");
        return escaped.indexOf('\\') < 0 ? "'" + escaped + "'" : " E'" + escaped.replace("\\", "\\\\") + "'";
    }
}
