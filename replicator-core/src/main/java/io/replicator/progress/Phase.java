package io.replicator.progress;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where a migration is. The target holds it, every change of it is a compare-and-set. */
public enum Phase {
    CREATED,
    PREPARING,
    COPYING,
    CATCHING_UP,
    STREAMING,
    CUTTING_OVER,
    SWITCHED,
    FINISHED,
    PAUSED,
    FAILED,
    ROLLED_BACK;

    /** The phases that may follow; from {@code PAUSED} and {@code FAILED} only the interrupted one, see {@link #mayFollow}. */
    public Set<Phase> successors() {
        return switch (this) {
            case CREATED -> EnumSet.of(PREPARING, FAILED, FINISHED);
            case PREPARING -> EnumSet.of(COPYING, PAUSED, FAILED, FINISHED);
            case COPYING -> EnumSet.of(CATCHING_UP, PAUSED, FAILED, FINISHED);
            case CATCHING_UP -> EnumSet.of(STREAMING, PAUSED, FAILED, FINISHED);
            case STREAMING -> EnumSet.of(CUTTING_OVER, PAUSED, FAILED, FINISHED);
            case CUTTING_OVER -> EnumSet.of(STREAMING, SWITCHED, FAILED, FINISHED);
            case SWITCHED -> EnumSet.of(ROLLED_BACK, FAILED, FINISHED);
            case ROLLED_BACK, PAUSED, FAILED -> EnumSet.of(FINISHED);
            case FINISHED -> EnumSet.noneOf(Phase.class);
        };
    }

    /** Whether changes are streamed and applied, other than up to a cutover. */
    public boolean streams() {
        return this == CATCHING_UP || this == STREAMING;
    }

    /** Whether this phase keeps the phase it interrupts. */
    public boolean interrupts() {
        return this == PAUSED || this == FAILED;
    }

    /**
     * Whether {@code next} may follow this phase.
     *
     * @param interrupted the phase this one interrupts, itself where it interrupts none
     */
    public boolean mayFollow(Phase next, Phase interrupted) {
        if (interrupts() && next == interrupted) {
            return true;
        }
        return (this == PAUSED && next == FAILED) || successors().contains(next);
    }

    /** The word in state, status and JSON, for example {@code catching_up}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Phase ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
