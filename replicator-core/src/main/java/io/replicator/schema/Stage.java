package io.replicator.schema;

import java.util.Locale;

/** When an entry is created. The stages follow each other; inside the parallel ones entries go side by side. */
enum Stage {
    PRE_DATA,
    /** Indexes, primary keys, unique and exclusion constraints of tables. */
    INDEXES,
    /** Indexes of partitions become parts of their roots' indexes. */
    ATTACHMENTS,
    FOREIGN_KEYS,
    /** Foreign keys that were added without looking at the rows are held against them. */
    VALIDATIONS,
    /** Triggers, rules, policies, comments and the rest, in the order of the dump. */
    REMAINDER;

    boolean parallel() {
        return this == INDEXES || this == FOREIGN_KEYS || this == VALIDATIONS;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Stage ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
