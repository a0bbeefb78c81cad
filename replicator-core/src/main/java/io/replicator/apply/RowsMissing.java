package io.replicator.apply;

import java.io.Serial;
import java.sql.SQLException;

/** A statement ran, but affected another number of rows than it was given. */
final class RowsMissing extends SQLException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient SetGroup group;
    private final long affected;

    RowsMissing(SetGroup group, long affected) {
        super(affected + " of " + group.rows().size() + " rows were affected", OrderedSql.ROW_MISSING);
        this.group = group;
        this.affected = affected;
    }

    SetGroup group() {
        return group;
    }

    /** How many rows were not affected. */
    long count() {
        return group.rows().size() - affected;
    }

    /** What is known without looking for the rows. */
    String summary() {
        return "table " + group.mapping().table().name() + ": " + count() + " of "
                + group.rows().size() + " rows to " + group.word() + " are not on the target";
    }
}
