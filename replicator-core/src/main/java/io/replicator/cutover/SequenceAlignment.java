package io.replicator.cutover;

import io.replicator.catalog.Sequence;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.SqlStates;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sets the target's sequences to the source's values plus a margin, which covers values that the source's sessions have
 * cached. {@code is_called} is kept; a sequence that was never called keeps its start.
 */
public final class SequenceAlignment {
    private SequenceAlignment() {}

    /** What has to be done so that the target never hands out a value again. */
    public static List<SequenceChange> plan(List<Sequence> source, long margin) {
        List<SequenceChange> changes = new ArrayList<>();
        for (Sequence sequence : source) {
            long value = sequence.called() ? ahead(sequence, margin) : sequence.lastValue();
            String sql = "SELECT pg_catalog.setval("
                    + Identifiers.literal(sequence.name().quoted()).strip() + "::pg_catalog.regclass, " + value + ", "
                    + sequence.called() + ");";
            changes.add(new SequenceChange(sequence.name(), sequence.lastValue(), value, sequence.called(), sql));
        }
        return changes;
    }

    /** Carries the plan out in one transaction. */
    public static void apply(Connection target, List<SequenceChange> changes) {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT pg_catalog.setval(?::pg_catalog.regclass, ?, ?)")) {
            for (SequenceChange change : changes) {
                statement.setString(1, change.sequence().quoted());
                statement.setLong(2, change.targetValue());
                statement.setBoolean(3, change.called());
                statement.execute();
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "setting sequences on the target", e);
        }
    }

    private static long ahead(Sequence sequence, long margin) {
        BigInteger steps = BigInteger.valueOf(Math.max(sequence.cache(), margin));
        return BigInteger.valueOf(sequence.increment())
                .multiply(steps)
                .add(BigInteger.valueOf(sequence.lastValue()))
                .max(BigInteger.valueOf(sequence.minimum()))
                .min(BigInteger.valueOf(sequence.maximum()))
                .longValueExact();
    }
}
