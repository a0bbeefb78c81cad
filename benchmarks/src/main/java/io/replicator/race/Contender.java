package io.replicator.race;

/** Something that moves changes from the source to the target. */
interface Contender extends AutoCloseable {
    String name();

    /** What the contender makes of its source database; contenders of one kind drain the very same backlog. */
    default String kind() {
        return "plain";
    }

    /** Whether the target is to hold the rows before the contender begins, because it brings changes alone. */
    boolean wantsRows();

    /** False for a limit that brings no rows to the target at all. */
    default boolean brings() {
        return true;
    }

    /** Sets itself up until changes flow. */
    void begin(Arena arena);

    /** Stops; nothing is received any more either. */
    void pause();

    /** What is to be done on the source once the backlog is there; not timed. */
    default void prepare(Backlog backlog) {}

    /** Goes on. */
    void resume();

    /**
     * Whether everything up to the last row has arrived.
     *
     * @param marker whether the last row is on the target
     */
    default boolean hasArrived(boolean marker) {
        return marker;
    }

    /** Removes itself from both servers. */
    @Override
    void close();
}
