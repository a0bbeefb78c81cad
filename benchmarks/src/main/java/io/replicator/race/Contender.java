package io.replicator.race;

/** Something that moves changes from the source to the target. */
interface Contender extends AutoCloseable {
    String name();

    /** Whether the target is to hold the rows before the contender begins, because it brings changes alone. */
    boolean wantsRows();

    /** Sets itself up until changes flow. */
    void begin(Arena arena);

    /** Stops applying; nothing is received either. */
    void pause();

    /** Goes on; returns at once. */
    void resume();

    /** Removes itself from both servers. */
    @Override
    void close();
}
