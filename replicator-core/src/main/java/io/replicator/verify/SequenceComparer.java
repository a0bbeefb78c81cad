package io.replicator.verify;

import io.replicator.catalog.Sequence;
import io.replicator.postgres.QualifiedName;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds sequences on the target that would hand out values again. The target may be ahead of the source, since values
 * may be left out; it may not be behind.
 */
public final class SequenceComparer {
    private SequenceComparer() {}

    /**
     * One line for each of the source's sequences that is missing, runs the other way or is behind on the target.
     * Sequences that only the target has are of no interest.
     */
    public static List<String> compare(List<Sequence> source, List<Sequence> target) {
        Map<QualifiedName, Sequence> onTarget = new HashMap<>();
        target.forEach(sequence -> onTarget.put(sequence.name(), sequence));
        List<String> differences = new ArrayList<>();
        for (Sequence sequence : source) {
            Sequence other = onTarget.get(sequence.name());
            if (other == null) {
                differences.add("sequence " + sequence.name() + " is missing on the target");
            } else if (Long.signum(sequence.increment()) != Long.signum(other.increment())) {
                differences.add("sequence " + sequence.name() + " runs the other way on the target: increment "
                        + sequence.increment() + " on the source, " + other.increment() + " on the target");
            } else if (isBehind(other, sequence)) {
                differences.add("sequence " + sequence.name() + " is behind on the target: its next value is "
                        + next(sequence) + " on the source, " + next(other) + " on the target");
            }
        }
        return differences;
    }

    private static boolean isBehind(Sequence target, Sequence source) {
        int order = next(target).compareTo(next(source));
        return source.increment() > 0 ? order < 0 : order > 0;
    }

    /** The value to come, which lies beyond the bounds when the sequence is used up. */
    private static BigInteger next(Sequence sequence) {
        BigInteger last = BigInteger.valueOf(sequence.lastValue());
        return sequence.called() ? last.add(BigInteger.valueOf(sequence.increment())) : last;
    }
}
