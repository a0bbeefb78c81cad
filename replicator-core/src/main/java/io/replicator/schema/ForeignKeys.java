package io.replicator.schema;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Foreign keys in two steps: added NOT VALID, which locks both tables for a moment, then validated, which keeps neither
 * from being written to or from being validated against by others (PostgreSQL documentation, ALTER TABLE, Notes).
 */
final class ForeignKeys {
    private static final Pattern STATEMENT = Pattern.compile(
            "\\s*(?<alter>ALTER TABLE ONLY .*?)\\s+ADD CONSTRAINT (?<name>\"(?:[^\"]|\"\")+\"|\\S+) (?<key>FOREIGN KEY (?:\"(?:[^\"]|\"\")*\"|[^;\"])*);(?<rest>.*)",
            Pattern.DOTALL);

    private ForeignKeys() {}

    /** The two steps; the entry alone when it is not to be validated, or not of the form that pg_dump writes. */
    static List<SchemaEntry> validatedLater(SchemaEntry entry) {
        Matcher matcher = STATEMENT.matcher(entry.sql());
        if (!matcher.matches() || matcher.group("key").endsWith(" NOT VALID")) {
            return List.of(entry);
        }
        String alter = matcher.group("alter");
        String name = matcher.group("name");
        return List.of(
                new SchemaEntry(
                        entry.number(),
                        Stage.FOREIGN_KEYS,
                        entry.type(),
                        entry.name(),
                        alter + " ADD CONSTRAINT " + name + " " + matcher.group("key") + " NOT VALID;"
                                + matcher.group("rest"),
                        entry.tables(),
                        0),
                new SchemaEntry(
                        entry.number() + 1,
                        Stage.VALIDATIONS,
                        "VALIDATE " + entry.type(),
                        entry.name(),
                        alter + " VALIDATE CONSTRAINT " + name,
                        entry.tables().subList(0, 1),
                        entry.weight()));
    }
}
